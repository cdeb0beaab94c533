/** What pairwise_distances.wgsl makes of each row and each of k vectors. */
import { ceilDiv } from '../../../host/plan.js';
import pairwiseDistancesKernel from '../../../shaders/assign/pairwise_distances.wgsl';
import { groups, padColumns, paced } from '../../rows/device_points.js';
import { newFloats } from '../../rows/matrix.js';
import { assign } from '../clustering/assign.js';
import type { Kept } from '../device_result.js';
import type { DeviceRows, Op } from '../op.js';
import { scaled, unscaled } from '../units.js';

/** About this many bytes of results are made, and read back, at a time. */
const BLOCK_BYTES = 16 * 1024 * 1024;

/** Distance of each row to each centroid, n x k: Euclidean, or 1 - cos for 'cosine'. */
export const distances: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  Float32Array
> = {
  device: async (rows, centroids, k, signal) => {
    const { scale } = rows.points;
    const squared = await pairwise(rows, false, scaled(centroids, scale), k, signal);
    if (squared.every((distance) => distance === 0))
      await assign.device(rows, centroids, k, signal);
    return rows.metric === 'cosine'
      ? squared.map((value) => value / 2 / scale ** 2)
      : squared.map((value) => Math.sqrt(value) / scale);
  },
  twin: async () => (await import('./distances.twin.js')).distances,
};

/** As `distances`, which stay on the device: f32, n x k. */
export const distancesOnDevice: Op<
  [centroids: Float32Array, k: number, usage: number, signal: AbortSignal | undefined],
  Kept
> = {
  device: async (rows, centroids, k, usage, signal) => {
    const [{ deviceResult }, { layingOut }] = await Promise.all([
      import('../device_result.js'),
      import('../../rows/laid_out.js'),
    ]);
    const { workspace, points, metric } = rows;
    const { scale, shape } = points;
    const isCosine = metric === 'cosine';
    const layOut = await layingOut(workspace, 'float32', !isCosine);
    const factor = isCosine ? 1 / 2 / scale ** 2 : 1 / scale;
    const { block } = await workspace.allocate({
      block: Math.min(4 * k * shape[0], Math.max(BLOCK_BYTES, 4 * k)),
    });
    const kept = await deviceResult(rows, 'distances', k, usage, (all) =>
      eachPairwise(rows, false, scaled(centroids, scale), k, signal, (squared, start, count) => {
        workspace.run('roots', (recording) => {
          layOut(recording, squared, block, {
            ...{ rows: count, columns: k, first: 0, rowStep: k, columnStep: 1, factor },
          });
          recording.copy(block, 0, all, 4 * k * start, 4 * k * count);
        });
        return Promise.resolve();
      }),
    );
    workspace.release(block);
    return kept;
  },
  twin: async () => (await import('../device_result.js')).notOnCpu,
};

/** The inner product of each row, less the shift as it is held, with each of k vectors (k x d), n x k. */
export const products: Op<
  [vectors: Float32Array, k: number, signal?: AbortSignal | undefined],
  Float32Array
> = {
  device: async (rows, vectors, k, signal) =>
    unscaled(await pairwise(rows, true, vectors, k, signal), rows.points.scale),
  twin: async () => (await import('./distances.twin.js')).products,
};

async function pairwise(
  rows: DeviceRows,
  PRODUCTS: boolean,
  vectors: Float32Array,
  k: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const result = newFloats(rows.points.shape[0] * k);
  await eachPairwise(rows, PRODUCTS, vectors, k, signal, async (made, start, count) => {
    const block = await rows.workspace.read(made, 0, 4 * k * count);
    result.set(new Float32Array(block), start * k);
  });
  return result;
}

/** @param take is given what was made of `count` rows from `start` on, [count][k], until it resolves */
async function eachPairwise(
  { workspace, points }: DeviceRows,
  PRODUCTS: boolean,
  vectors: Float32Array,
  k: number,
  signal: AbortSignal | undefined,
  take: (made: GPUBuffer, start: number, count: number) => Promise<void>,
): Promise<void> {
  const { quads, shape } = points;
  const [n, d] = shape;
  const { runtime } = workspace;
  const kernel = await points.kernel(pairwiseDistancesKernel, { PRODUCTS });
  const { maxBufferSize, maxStorageBufferBindingSize } = runtime.limits;
  const blockBytes = Math.min(BLOCK_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  const blockRows = Math.max(1, Math.floor(blockBytes / (4 * k)));
  const made = await workspace.allocate({
    centroids: 16 * k * quads,
    distances: 4 * k * Math.min(n, blockRows),
  });
  workspace.upload(made.centroids, padColumns(vectors, k, d));
  for await (const { chunk } of points.visit()) {
    for (const part of paced(runtime, chunk, 3 * k * d, 1)) {
      for (let at = 0; at < part.rows; at += blockRows) {
        signal?.throwIfAborted();
        const first = part.start + at;
        const count = Math.min(blockRows, part.rows - at);
        const range = { first, count, quads, clusters: k };
        workspace.run('distances', (recording) => {
          const bindings = { shape: range, points: chunk.points, ...made };
          recording.dispatch(kernel, bindings, groups(kernel, ceilDiv(count, 4) * ceilDiv(k, 4)));
        });
        await take(made.distances, chunk.start + first, count);
      }
    }
  }
  workspace.release(...Object.values(made));
}
