/** How many pieces of work over the same rows are sent side by side: restarts, and their seeding. */
import type { Runtime } from '../../host/runtime.js';

/** What pieces side by side may hold together, where there are more than one. */
const SIDE_BY_SIDE_BYTES = 64 * 1024 * 1024;
/**
 * Dispatches' worth of work (see `Pace`) that a pass over resident rows may hold: side by side is for
 * small data, where waiting takes longer than working. Streamed rows are worth sharing at any size.
 */
const DISPATCHES_PER_PASS = 3;

/** What one of the pieces takes. */
export interface Piece {
  readonly bytes: number;
  /** Those of them that lie in one buffer with what the other pieces have. */
  readonly joint?: number;
  /** Multiply-adds in a pass over the rows. */
  readonly work: number;
}

/**
 * How many of such pieces go side by side, at least 1. What each computes does not depend on it.
 *
 * @param streamed whether rows come by once a pass, and so should be used by all when they do
 */
export function sideBySide(
  { pace, limits }: Pick<Runtime, 'pace' | 'limits'>,
  streamed: boolean,
  { bytes, joint = 0, work }: Piece,
): number {
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  const inOneBuffer = Math.min(maxBufferSize, maxStorageBufferBindingSize) / joint;
  const affordable = streamed ? Infinity : (DISPATCHES_PER_PASS * pace.budget) / work;
  const fitting = Math.min(SIDE_BY_SIDE_BYTES / bytes, inOneBuffer, affordable);
  return Math.max(1, Math.floor(fitting));
}

/** Does `work` on the items, `size()` of them at a time, and joins what it gives. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  size: () => number,
  work: (batch: readonly Item[], first: number) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  while (results.length < items.length) {
    const first = results.length;
    results.push(...(await work(items.slice(first, first + size()), first)));
  }
  return results;
}

/** As Promise.all, but what else is under way has ended too when one is known to have failed. */
export async function allSettled<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** As `allSettled`, by name: kernels that are asked for so are compiled side by side. */
export async function together<T extends object>(
  work: T,
): Promise<{ readonly [Name in keyof T]: Awaited<T[Name]> }> {
  const names = Object.keys(work);
  const done: readonly unknown[] = await allSettled(Object.values(work));
  return Object.fromEntries(names.map((name, i) => [name, done[i]])) as {
    [Name in keyof T]: Awaited<T[Name]>;
  };
}

/**
 * Does `work` for each of 0 .. count - 1, `atOnce` of them under way at a time, and joins what it gives.
 * Once one has failed no other begins, and none is under way any more when this rejects.
 */
export async function pooled<Result>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      try {
        results[index] = await work(index);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  await allSettled(Array.from({ length: Math.min(atOnce, count) }, worker));
  return results;
}
