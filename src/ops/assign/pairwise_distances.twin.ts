import { affine } from '../products/affine.twin.js';
import { squaredDistance } from './squared_distance.twin.js';

/** Squared distance of each row of `x` (n x d) to each centroid of `c` (k x d), n x k. */
export function pairwiseSquaredDistances(
  x: ArrayLike<number>,
  n: number,
  c: ArrayLike<number>,
  k: number,
  d: number,
): Float64Array {
  const distances = new Float64Array(n * k);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < k; j++, at++) distances[at] = squaredDistance(x, i, c, j, d);
  }
  return distances;
}

/** The inner product of each row of `x` (n x d) with each of `c` (k x d), n x k. */
export function pairwiseProducts(
  x: ArrayLike<number>,
  n: number,
  c: ArrayLike<number>,
  k: number,
  d: number,
): Float64Array {
  return affine(x, n, c, new Float64Array(k), d, k);
}
