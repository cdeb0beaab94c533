/** The nearest rows to each of many queries, which may be the rows themselves. */
import mergeNearestKernel from '../../../shaders/neighbours/merge_nearest.wgsl';
import nearestRowsKernel from '../../../shaders/neighbours/nearest_rows.wgsl';
import { newFloats } from '../../rows/matrix.js';
import { packedCopy, packedUpload } from '../../rows/packed_copy.js';
import type { DeviceRows, Op } from '../op.js';
import { paceKeeper } from '../pace_keeper.js';
import {
  allocateLists,
  MOST_SHARED,
  PAIR_WORK,
  queriesAtOnce,
  recordLists,
} from './nearest_lists.js';

export interface NearestOptions {
  /** m x d, less the session's shift; the rows themselves when absent. */
  readonly queries?: Float32Array | undefined;
  /** Whether a row is among its own neighbours. */
  readonly includesSelf: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Of each query k rows, nearest first; [m][k]. */
export interface FoundRows {
  readonly indices: Uint32Array;
  readonly distances: Float32Array;
}

/** The k nearest rows by direct differences, ties to the lowest index. */
export const nearestRows: Op<[k: number, options: NearestOptions], FoundRows> = {
  device: onDevice,
  twin: async () => (await import('./nearest_rows.twin.js')).nearest,
};

async function onDevice(
  { workspace, points }: DeviceRows,
  k: number,
  { queries, includesSelf, signal }: NearestOptions,
): Promise<FoundRows> {
  const { runtime } = workspace;
  const { quads, scale, shape } = points;
  const [n, d] = shape;
  const m = queries ? queries.length / d : n;
  const kernels = {
    nearest: await points.kernel(nearestRowsKernel, { SHARED: k <= MOST_SHARED }),
    merge: await runtime.kernel(mergeNearestKernel),
  };
  const indices = new Uint32Array(newFloats(m * k).buffer);
  const distances = newFloats(m * k);
  const finish = paceKeeper(runtime);
  const most = queriesAtOnce(runtime, quads, k);
  for (let start = 0; start < m; start += most) {
    signal?.throwIfAborted();
    const count = Math.min(most, m - start);
    const x = queries
      ? await packedUpload(workspace, queries.subarray(start * d, (start + count) * d), d, scale)
      : await packedCopy(
          workspace,
          points,
          Uint32Array.from({ length: count }, (_, i) => start + i),
        );
    const lists = await allocateLists(workspace, count, k);
    const own = queries === undefined && !includesSelf ? start : undefined;
    for await (const { chunk } of points.visit()) {
      workspace.run('nearest rows', (recording) => {
        recordLists(recording, runtime, kernels, chunk, lists, {
          queries: x,
          count,
          quads,
          k,
          own,
        });
      });
    }
    const found = new Uint32Array(await workspace.read(lists.known, 0, 8 * k * lists.stride));
    finish(PAIR_WORK * d * n * count);
    const squared = new Float32Array(found.buffer);
    for (let i = 0, at = start * k; i < count; i++) {
      for (let p = 0; p < k; p++, at++) {
        const entry = 2 * (p * lists.stride + i);
        distances[at] = Math.sqrt(squared[entry]) / scale;
        indices[at] = found[entry + 1];
      }
    }
    workspace.release(x, lists.known, lists.found);
  }
  return { indices, distances };
}
