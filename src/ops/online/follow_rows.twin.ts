import { createPause, rowBlocks } from '../../math/event_loop.js';
import type { HostRows } from '../op.js';
import { squaredDistance } from '../assign/squared_distance.twin.js';

/** Centroids on their way, changed in place. */
export interface Followers {
  /** k x d. */
  readonly centroids: Float64Array;
  /** The weight of the rows that each has moved by, [k]. */
  readonly counts: Float64Array;
}

/** How far rows move their winners. */
export interface RowRates {
  /** One a row, [n]: the rate; if `counted` the row's weight w, and the rate is w / (count + w). */
  readonly rates: ArrayLike<number>;
  readonly counted: boolean;
}

/** Centroids, and what is to move them. */
export interface Following extends RowRates {
  /** k x d, centred. */
  readonly centroids: Float32Array;
  /** The weight of the rows that each has moved by already, [k]. */
  readonly counts: ArrayLike<number>;
  readonly rates: Float32Array;
}

/** What rows did to the centroids. */
export interface Followed {
  /** k x d, centred. */
  readonly centroids: Float32Array;
  /** The centroid that each row was nearest to when it came, [n]. */
  readonly winners: Uint32Array;
  /** Its squared distance to that, before it moved, [n]. */
  readonly costs: Float64Array;
}

/**
 * Moves centroid `winner` towards row i of `x`: c += eta (x - c). Where rates are counted the row's weight
 * is added to the count first.
 */
export function moveWinner(
  x: ArrayLike<number>,
  i: number,
  { centroids, counts }: Followers,
  d: number,
  { rates, counted }: RowRates,
  winner: number,
): void {
  let rate = rates[i];
  if (counted && rate !== 0) rate /= counts[winner] += rate;
  for (let j = 0; j < d; j++) {
    const at = winner * d + j;
    const value = x[i * d + j];
    centroids[at] = rate === 1 ? value : centroids[at] + rate * (value - centroids[at]);
  }
}

/**
 * Online k-means: each of rows [start, end) of `x` (n x d) in turn moves the nearest centroid (ties: the
 * lowest index) towards itself.
 *
 * @param winners which that was, and `costs` its squared distance before the move, [n]: written
 */
export function followRows(
  x: ArrayLike<number>,
  [start, end]: readonly [number, number],
  followers: Followers,
  k: number,
  d: number,
  rates: RowRates,
  winners: Uint32Array,
  costs: Float64Array,
): void {
  for (let i = start; i < end; i++) {
    let [best, winner] = [Number.POSITIVE_INFINITY, 0];
    for (let c = 0; c < k; c++) {
      const cost = squaredDistance(x, i, followers.centroids, c, d);
      if (cost < best) [best, winner] = [cost, c];
    }
    winners[i] = winner;
    costs[i] = best;
    moveWinner(x, i, followers, d, rates, winner);
  }
}

export async function followRowsOf(
  { x, n, d }: HostRows,
  { centroids, counts, rates, counted }: Following,
  k: number,
  signal?: AbortSignal,
): Promise<Followed> {
  const pause = createPause(signal);
  const followers = {
    centroids: Float64Array.from(centroids),
    counts: Float64Array.from(counts),
  };
  const winners = new Uint32Array(n);
  const costs = new Float64Array(n);
  for (const block of rowBlocks(n, (k + 1) * d)) {
    followRows(x, block, followers, k, d, { rates, counted }, winners, costs);
    await pause();
  }
  return { centroids: Float32Array.from(followers.centroids), winners, costs };
}
