/** What is said of clusters without rows; loaded where there are any. */
import { plural } from '../../../host/show.js';
import type { PointSource } from '../../rows/load_options.js';
import type { CheckedMatrix } from '../../rows/matrix.js';

/** Says that clusters own no rows, and why where that is known. */
export function warnOfUnused(
  { k, counts }: { readonly k: number; readonly counts: Uint32Array },
  points: PointSource,
): void {
  const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const distinct = 'data' in points ? distinctRows(points, k) : k;
  const known = `kmeans: only ${used} of ${k} clusters ${plural(used, 'owns', 'own')} rows`;
  console.warn(
    distinct < k
      ? `${known}, as points has only ${distinct} distinct ${plural(distinct, 'row')}; use k <= ${distinct}.`
      : `${known}; the other centroids are nearest to none. Use a smaller k, or another seed.`,
  );
}

/** How many of the rows are distinct, as float32 holds them; `most` where there are more. */
function distinctRows({ data, shape: [n, d] }: CheckedMatrix, most: number): number {
  const seen = new Set<string>();
  for (let i = 0; i < n && seen.size < most; i++)
    seen.add(data.subarray(i * d, (i + 1) * d).join());
  return seen.size;
}
