/** Whether rows are enough for components of their own. */
import { plural } from '../../../host/show.js';
import { refuseChanged } from '../../fit/backend.js';
import { InvalidArgumentError } from '../../errors.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';

/** Rows of a stream that are looked at for distinct ones at a time. */
const DISTINCT_ROWS = 1024;
export function tooFewDistinct(k: number, distinct: number): InvalidArgumentError {
  return new InvalidArgumentError(
    'k',
    `k is ${k}, but points has only ${distinct} distinct ${plural(distinct, 'row')}; use k <= ${distinct}.`,
  );
}

/** Throws InvalidArgumentError where rows of the host's or a stream's hold fewer than k distinct ones. */
export async function checkDistinct(points: PointSource, k: number): Promise<void> {
  if ('buffer' in points) return;
  const [, d] = points.shape;
  const seen = new Set<string>();
  const look = (data: Float32Array) => {
    for (let at = 0; at < data.length && seen.size < k; at += d) {
      seen.add(data.subarray(at, at + d).join());
    }
    return seen.size < k;
  };
  if (isStreamed(points)) {
    for await (const block of points.blocks(DISTINCT_ROWS)) if (!look(block)) break;
  } else {
    refuseChanged(points);
    look(points.data);
  }
  if (seen.size < k) throw tooFewDistinct(k, seen.size);
}
