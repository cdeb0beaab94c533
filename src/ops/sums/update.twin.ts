import type { Metric } from '../../rows/load_options.js';

/**
 * A mean of unit vectors shorter than this has no direction: its coordinates are rounding errors of
 * the float32 rows.
 */
const SHORTEST_MEAN = 2 ** -24;

/**
 * Moves each centroid of `c` (k x d) to the mean of its cluster, c + residual / weight; for 'cosine'
 * that mean is scaled to length 1. A cluster of weight 0 keeps its centroid, and so does a 'cosine'
 * cluster whose mean is the zero vector.
 *
 * @param shift for 'cosine' what the directions are less of, [d]; nothing when absent
 * @returns the new centroids, k x d, and `shift`, the sum of their squared moves
 */
export function update(
  c: ArrayLike<number>,
  k: number,
  d: number,
  residuals: ArrayLike<number>,
  weightSums: ArrayLike<number>,
  metric: Metric,
  shift: ArrayLike<number> = new Float64Array(d),
): { readonly centroids: Float64Array; readonly shift: number } {
  const centroids = Float64Array.from(c);
  let travelled = 0;
  for (let cluster = 0; cluster < k; cluster++) {
    if (!(weightSums[cluster] > 0)) continue;
    const start = cluster * d;
    const end = start + d;
    let squaredLength = 0;
    for (let at = start; at < end; at++) {
      centroids[at] += residuals[at] / weightSums[cluster];
      squaredLength += (centroids[at] + shift[at - start]) ** 2;
    }
    if (metric === 'cosine') {
      const length = Math.sqrt(squaredLength);
      for (let at = start; at < end; at++) {
        const direction = (centroids[at] + shift[at - start]) / length;
        centroids[at] = length < SHORTEST_MEAN ? c[at] : direction - shift[at - start];
      }
    }
    for (let at = start; at < end; at++) travelled += (centroids[at] - c[at]) ** 2;
  }
  return { centroids, shift: travelled };
}
