/** The host's rows part by part, so that the event loop gets its turns. */
import { createPause, rowBlocks } from '../math/event_loop.js';
import type { HostRows } from './op.js';

/** Rows [start, start + count). */
export interface HostPart {
  readonly x: Float32Array;
  readonly start: number;
  readonly count: number;
}

/** All rows, with a pause after each part; a row means `workPerRow` multiply-adds. */
export async function* hostParts(
  { x, n, d }: HostRows,
  workPerRow: number,
  signal?: AbortSignal,
): AsyncGenerator<HostPart, void, undefined> {
  const pause = createPause(signal);
  for (const [start, end] of rowBlocks(n, workPerRow)) {
    yield { x: x.subarray(start * d, end * d), start, count: end - start };
    await pause();
  }
}

/** What a part adds to the sums over all of them. */
export function addTo(sums: Float64Array, terms: Float64Array): void {
  for (let at = 0; at < terms.length; at++) sums[at] += terms[at];
}
