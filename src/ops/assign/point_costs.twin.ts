import { squaredDistance } from './squared_distance.twin.js';

/** w_i |x_i - c_label(i)|^2 for each row of `x` (n x d), centroids `c` (k x d), [n]. */
export function pointCosts(
  x: ArrayLike<number>,
  n: number,
  c: ArrayLike<number>,
  d: number,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): Float64Array {
  const costs = new Float64Array(n);
  for (let i = 0; i < n; i++) costs[i] = weights[i] * squaredDistance(x, i, c, labels[i], d);
  return costs;
}
