/** Embeddings of sentences from those of their tokens. */
import { splitRows } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import meanPoolKernel from '../../../shaders/pooling/mean_pool.wgsl';
import { bringing } from '../../rows/device_points.js';
import type { CheckedMatrix, GpuMatrix } from '../../rows/matrix.js';

/** Tokens of about this many bytes are brought at a time, of whole sentences. */
const BLOCK_BYTES = 16 * 1024 * 1024;

/** Tokens one after the other, b t x d, and a weight of each. */
export interface Sentences {
  readonly tokens: CheckedMatrix | GpuMatrix;
  readonly weights: Float32Array;
  readonly shape: readonly [sentences: number, tokens: number, columns: number];
  readonly normalize: boolean;
}

/**
 * Pools block after block.
 *
 * @param take is given the embeddings of `count` sentences from `start` on, [count][d], until it resolves
 * @throws NonFiniteError where numbers on the device are not finite, once all were seen
 */
export async function poolBlocks(
  workspace: Workspace,
  { tokens, weights, shape: [b, t, d], normalize }: Sentences,
  signal: AbortSignal | undefined,
  take: (pooled: GPUBuffer, start: number, count: number) => Promise<void> | void,
): Promise<void> {
  const kernel = await workspace.runtime.kernel(meanPoolKernel, { NORMALIZED: normalize });
  const block = Math.max(1, Math.min(b, Math.floor(BLOCK_BYTES / (4 * t * d))));
  const made = await workspace.allocate({
    tokens: 4 * block * t * d,
    weights: weights.byteLength,
    pooled: 4 * block * d,
  });
  workspace.upload(made.weights, weights);
  const { bring, refuseNonFinite } = await bringing(workspace, tokens, made.tokens);
  for (const { start, rows } of splitRows(b, block, 1)) {
    signal?.throwIfAborted();
    await bring('pool', { start: start * t, rows: rows * t }, (recording) => {
      const shape = { sentences: rows, tokens: t, columns: d, first: start };
      recording.dispatch(kernel, { shape, ...made }, rows);
    });
    await take(made.pooled, start, rows);
  }
  await refuseNonFinite();
  workspace.release(...Object.values(made));
}
