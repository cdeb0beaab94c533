/**
 * `webgpu-clustering/compat/skmeans/sync`, for Node: skmeans 0.11's very call. The work is done in another thread,
 * for which this one waits; random starts are by that thread's Math.random.
 */
import { type Distance, type Point, type Result, resultOf } from '../skmeans.js';
import { callSync } from './thread.js';

const HOST = new URL(/* @vite-ignore */ '../sync-host.js', import.meta.url);

/** See compat/skmeans. */
export default function skmeans<T extends Point>(
  data: T[],
  k: number,
  initial?: T[] | 'kmrand' | 'kmpp' | null,
  maxit?: number | null,
  fndist?: Distance<T> | null,
): Result<T> {
  const { value } = callSync(HOST, ['skmeans'], [data, k, initial, maxit, fndist]);
  return resultOf(value as Omit<Result<T>, 'test'>);
}
