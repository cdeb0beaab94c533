/** The way to the largest eigenpairs that is the fastest for their number. */
import type { Pause } from './event_loop.js';
import { largestByLanczos } from './lanczos.js';
import { type Eigenpairs, symmetricEigen } from './symmetric_eigen.js';

/** Below this the whole decomposition takes less than 0.1 s, and no other route pays. */
const SMALL = 192;
/** Lanczos pays for up to this share of the pairs (784 x 784: 50 pairs in 0.25 s, all in 2.2 s). */
const FEW = 1 / 6;

/**
 * The `count` largest eigenpairs of a symmetric matrix that has no negative ones, d x d row-major; or
 * all of them, where that is as fast.
 */
export async function largestEigenpairs(
  matrix: Float64Array,
  d: number,
  count: number,
  pause: Pause,
): Promise<Eigenpairs> {
  if (d > SMALL && count <= FEW * d) {
    const found = await largestByLanczos(matrix, d, count, pause);
    if (found) return found;
  }
  return symmetricEigen(matrix, d, pause);
}
