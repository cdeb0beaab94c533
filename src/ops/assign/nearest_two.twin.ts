import { squaredDistance } from './squared_distance.twin.js';

/** Each row's two nearest centroids, [n] each; of one centroid alone both are 0. */
export interface NearestTwo {
  readonly nearest: Uint32Array;
  readonly second: Uint32Array;
  /** Squared distance to the nearest. */
  readonly squared: Float32Array | Float64Array;
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
  }
  return { nearest, second, squared };
}
