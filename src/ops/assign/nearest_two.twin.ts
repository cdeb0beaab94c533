import { createPause, rowBlocks } from '../../math/event_loop.js';
import { inMetric } from '../clustering/metric.js';
import type { HostRows } from '../op.js';
import { squaredDistance } from './squared_distance.twin.js';

/** Each row's two nearest centroids, [n] each; of one centroid alone both are 0. */
export interface NearestTwo {
  readonly nearest: Uint32Array;
  readonly second: Uint32Array;
  /** Squared distances to them; to the second of one centroid alone it is infinite. */
  readonly squared: Float64Array;
  readonly secondSquared: Float64Array;
}

/** The two nearest of the centroids `c` (k x d) of rows [start, end) of `x` (d columns), ties to the lowest index. */
export function nearestTwo(
  x: ArrayLike<number>,
  [start, end]: readonly [start: number, end: number],
  c: ArrayLike<number>,
  k: number,
  d: number,
): NearestTwo {
  const nearest = new Uint32Array(end - start);
  const second = new Uint32Array(end - start);
  const squared = new Float64Array(end - start);
  const secondSquared = new Float64Array(end - start);
  for (let i = start; i < end; i++) {
    let [best, next] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let [whose, other] = [0, 0];
    for (let j = 0; j < k; j++) {
      const distance = squaredDistance(x, i, c, j, d);
      if (distance < best) {
        [best, next] = [distance, best];
        [whose, other] = [j, whose];
      } else if (distance < next) [next, other] = [distance, j];
    }
    nearest[i - start] = whose;
    second[i - start] = other;
    squared[i - start] = best;
    secondSquared[i - start] = next;
  }
  return { nearest, second, squared, secondSquared };
}

export async function nearestTwoOf(
  { x, n, d, metric }: HostRows,
  centroids: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<NearestTwo> {
  const pause = createPause(signal);
  const found = {
    nearest: new Uint32Array(n),
    second: new Uint32Array(n),
    squared: new Float64Array(n),
    secondSquared: new Float64Array(n),
  };
  for (const [start, end] of rowBlocks(n, k * d)) {
    const block = nearestTwo(x, [start, end], centroids, k, d);
    found.nearest.set(block.nearest, start);
    found.second.set(block.second, start);
    for (const which of ['squared', 'secondSquared'] as const) {
      found[which].set(
        block[which].map((value) => inMetric(value, metric)),
        start,
      );
    }
    await pause();
  }
  return found;
}
