import { squaredDistance } from '../assign/squared_distance.twin.js';

/** |x_i - y_i|^2 for each row of `x` and `y` (both n x d), [n]. */
export function rowResiduals(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  n: number,
  d: number,
): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => squaredDistance(x, i, y, i, d));
}
