import { rowBlocks, type Pause } from './event_loop.js';
import { squaredDistance } from './squared_distance.js';

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
