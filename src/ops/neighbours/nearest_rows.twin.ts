import { createPause, rowBlocks } from '../../math/event_loop.js';
import { largestOf } from '../../rows/float16.js';
import { powerInRange } from '../../rows/range.js';
import { squaredDistance } from '../assign/squared_distance.twin.js';
import type { HostRows } from '../op.js';
import type { FoundRows, NearestOptions } from './nearest_rows.js';

/** What stands in a list where no row is. */
export const NO_ROW = 0xffffffff;

/** Of each query the nearest rows so far, [queries][k], nearest first. */
export interface NearestLists {
  readonly squared: Float64Array;
  readonly rows: Uint32Array;
}

export function emptyLists(queries: number, k: number): NearestLists {
  return {
    squared: new Float64Array(queries * k).fill(Number.POSITIVE_INFINITY),
    rows: new Uint32Array(queries * k).fill(NO_ROW),
  };
}

/**
 * Puts rows [start, end) of `y` (n x d) into the lists of the queries `x` (m x d) that they are nearer to
 * than the last there, by squared distances rounded to float32, as they are told; ties stay behind. Rows
 * that `isLeftOut` are passed over for a query.
 */
export function nearestRows(
  { squared, rows }: NearestLists,
  x: ArrayLike<number>,
  m: number,
  y: ArrayLike<number>,
  [start, end]: readonly [number, number],
  d: number,
  k: number,
  isLeftOut: (query: number, row: number) => boolean,
): void {
  for (let i = 0; i < m; i++) {
    const first = i * k;
    for (let j = start; j < end; j++) {
      const distance = Math.fround(squaredDistance(x, i, y, j, d));
      if (!(distance < squared[first + k - 1]) || isLeftOut(i, j)) continue;
      let at = first + k - 1;
      for (; at > first && squared[at - 1] > distance; at--) {
        squared[at] = squared[at - 1];
        rows[at] = rows[at - 1];
      }
      squared[at] = distance;
      rows[at] = j;
    }
  }
}

export async function nearest(
  { x, n, d }: HostRows,
  k: number,
  { queries, includesSelf, signal }: NearestOptions,
): Promise<FoundRows> {
  const given = queries ?? x;
  const m = given.length / d;
  // As a device holds them, so that squares stay in float32.
  const scale = powerInRange(Math.max(largestOf(x), largestOf(given)));
  const pause = createPause(signal);
  const indices = new Uint32Array(m * k);
  const distances = new Float32Array(m * k);
  const y = Float64Array.from(x, (value) => value * scale);
  for (const [start, end] of rowBlocks(m, n * d)) {
    const lists = emptyLists(end - start, k);
    const some = Float64Array.from(given.subarray(start * d, end * d), (value) => value * scale);
    const isItself = (i: number, j: number) => !queries && !includesSelf && j === start + i;
    nearestRows(lists, some, end - start, y, [0, n], d, k, isItself);
    indices.set(lists.rows, start * k);
    distances.set(
      lists.squared.map((squared) => Math.sqrt(squared) / scale),
      start * k,
    );
    await pause();
  }
  return { indices, distances };
}
