import { rowBlocks, type Pause } from '../../math/event_loop.js';
import { rowNorms } from './row_norms.twin.js';
import { squaredDistance } from './squared_distance.twin.js';

export interface NearestCentroids {
  /** Index of each row's nearest centroid, [n]; ties go to the lowest index. */
  readonly labels: Uint32Array;
  /** Squared distance of each row to that centroid, [n]. */
  readonly costs: Float64Array;
}

/** The nearest of the centroids `c` (k x d) for each row of `x` (n x d). */
export function assign(
  x: ArrayLike<number>,
  n: number,
  c: ArrayLike<number>,
  k: number,
  d: number,
): NearestCentroids {
  const labels = new Uint32Array(n);
  const costs = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const cost = squaredDistance(x, i, c, j, d);
      if (cost < costs[i]) {
        costs[i] = cost;
        labels[i] = j;
      }
    }
  }
  return { labels, costs };
}

/**
 * How much farther by half a squared distance the second nearest centroid must be than the nearest for
 * float32 scores to tell them apart; see shaders/lib/margin.wgsl.
 *
 * @param squaredNorm of the row, and `reach` the length of the longest centroid
 * @param second squared distance to the second nearest
 * @param width columns, with padding to whole vec4s
 */
export function marginOf(
  squaredNorm: number,
  reach: number,
  second: number,
  width: number,
): number {
  const rounding = (width + 4) * reach * (2 * Math.sqrt(squaredNorm) + reach);
  return 2 ** -24 * (rounding + (width / 4 + 8) * second);
}

/** The rows of `x` (n x d) whose nearest centroid float32 scores leave open. */
export function undecidedRows(
  x: ArrayLike<number>,
  n: number,
  c: ArrayLike<number>,
  k: number,
  d: number,
): readonly number[] {
  const reach = Math.sqrt(rowNorms(c, k, d).reduce((a, b) => Math.max(a, b), 0));
  const norms = rowNorms(x, n, d);
  return Array.from({ length: n }, (_, i) => i).filter((i) => {
    const squared = Array.from({ length: k }, (_, j) => squaredDistance(x, i, c, j, d));
    const [best, second = Number.POSITIVE_INFINITY] = squared.sort((a, b) => a - b);
    // As the kernel has it where there is no second.
    if (second === Number.POSITIVE_INFINITY) return false;
    return (second - best) / 2 <= marginOf(norms[i], reach, second, d);
  });
}

/** The same answer as `assign`, block by block with a pause after each. */
export async function assignInBlocks(
  x: Float32Array,
  n: number,
  c: Float64Array,
  k: number,
  d: number,
  pause: Pause,
): Promise<NearestCentroids> {
  const labels = new Uint32Array(n);
  const costs = new Float64Array(n);
  for (const [start, end] of rowBlocks(n, k * d)) {
    const block = assign(x.subarray(start * d, end * d), end - start, c, k, d);
    labels.set(block.labels, start);
    costs.set(block.costs, start);
    await pause();
  }
  return { labels, costs };
}
