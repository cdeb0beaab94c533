/** What bounds take, which is asked for before there are any. */
import { ceilDiv, roundUp } from '../../../host/plan.js';
import type { DevicePoints } from '../../rows/rows.js';

export const MOST_GROUPS = 32;
const TILES = [16, 12, 8, 4] as const;
/**
 * Neighbouring rows that share lists: the fewer, the more of what one group's scan reads is still in
 * the cache for the next, but the shorter are the lists. Late iterations of 60,000 x 784, K 256 took
 * 275, 257 and 215 ms with 512, 1,024 and 2,048 (lavapipe).
 */
export const LIST_ROWS = 2048;
/** The most that the lists and the results of their scan may take; more rows go in parts. */
export const LIST_BYTES = 32 * 1024 * 1024;
/** Of the results; the lists take 4 more. */
export const BYTES_A_PLACE = 16;
/** How k centroids are put into groups. */
export interface Grouping {
  readonly count: number;
  /** Places in a group. */
  readonly size: number;
  /** Centroids that the scan takes at a time; it divides `size`. */
  readonly tile: number;
}

/** So many groups that their bounds take no more than the data, in sizes the scan is fast at. */
export function groupingOf(k: number, quads: number): Grouping {
  const most = Math.max(1, Math.min(MOST_GROUPS, 4 * quads, ceilDiv(k, 16)));
  const size = roundUp(ceilDiv(k, most), k >= 16 * most ? 16 : 4);
  const tile = TILES.find((width) => size % width === 0)!;
  return { count: ceilDiv(k, size), size, tile };
}

/** Bytes of the bounds of all rows, at most. */
export function boundsBytes(
  k: number,
  { quads, shape: [n] }: Pick<DevicePoints, 'quads' | 'shape'>,
): number {
  const { count } = groupingOf(k, quads);
  const places = Math.min(LIST_BYTES / BYTES_A_PLACE, count * roundUp(n, LIST_ROWS));
  return (12 + 4 * count) * n + (BYTES_A_PLACE + 4) * places;
}
