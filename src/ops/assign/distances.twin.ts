import { createPause, rowBlocks } from '../../math/event_loop.js';
import { newFloats } from '../../rows/matrix.js';
import type { HostRows } from '../op.js';
import { pairwiseProducts, pairwiseSquaredDistances } from './pairwise_distances.twin.js';

export function distances(
  rows: HostRows,
  centroids: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  // In float64 up to here: squares may leave float32 where distances do not.
  const cosine = rows.metric === 'cosine';
  const distance = (squared: number) => (cosine ? squared / 2 : Math.sqrt(squared));
  const of: typeof pairwiseProducts = (...given) =>
    pairwiseSquaredDistances(...given).map(distance);
  return pairwise(of, rows, centroids, k, signal);
}

export function products(
  rows: HostRows,
  vectors: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  return pairwise(pairwiseProducts, rows, vectors, k, signal);
}

/** What `of` makes of each row and each of k vectors (k x d), n x k. */
async function pairwise(
  of: typeof pairwiseProducts,
  { x, n, d }: HostRows,
  vectors: Float32Array,
  k: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const pause = createPause(signal);
  const v = Float64Array.from(vectors);
  const result = newFloats(n * k);
  for (const [start, end] of rowBlocks(n, k * d)) {
    result.set(of(x.subarray(start * d, end * d), end - start, v, k, d), start * k);
    await pause();
  }
  return result;
}
