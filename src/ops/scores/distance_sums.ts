/** Sums of the distances of rows to each cluster's, on a device. */
import { ceilDiv } from '../../../host/plan.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import gatherRowsKernel from '../../../shaders/rows/gather_rows.wgsl';
import distanceSumsKernel from '../../../shaders/scores/distance_sums.wgsl';
import { paced } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';
import { recordGatherFrom } from '../../rows/gather.js';
import { packedCopy } from '../../rows/packed_copy.js';
import { bytesAtOnce, paceKeeper } from '../pace_keeper.js';
import { byCluster, type Run } from './distance_sums.twin.js';

const { constants } = distanceSumsKernel;
/** Rows of a workgroup. */
const TILE_ROWS = Number(constants.ROWS) * Number(constants.WORKGROUP);
/** Rows that float32 adds up at most. The last bits depend on it, so it depends on nothing. */
const RUN = 256;
/** Bytes of other rows, and of partial sums, on the device at once. */
const OTHERS_BYTES = 8 * 1024 * 1024;
const PARTIAL_BYTES = 16 * 1024 * 1024;
/** Rows whose sums are asked for at once take this many bytes at most, and have so many sums. */
const OWN_BYTES = 64 * 1024 * 1024;
const MOST_SUMS = 4 * 1024 * 1024;
/** Multiply-adds a column of a pair is worth. */
const PAIR_WORK = 2;

/** What is summed. */
export interface DistanceSumsOptions {
  /** The cluster of every row, whole numbers below k. */
  readonly labels: Uint32Array;
  readonly k: number;
  /** Squared distances instead. */
  readonly squared: boolean;
  readonly signal: AbortSignal | undefined;
}

interface Kernels {
  readonly gather: Kernel;
  readonly sum: Kernel;
}

interface Buffers {
  /** Of the rows that the sums are for, packed; see distance_sums.wgsl for the others. */
  readonly own: GPUBuffer;
  readonly order: GPUBuffer;
  readonly others: GPUBuffer;
  readonly runs: GPUBuffer;
  readonly partial: GPUBuffer;
}

/**
 * For each of `rows` the sums of its distances to all rows of each cluster, [k][rows.length]: float32 over
 * runs of rows, float64 over the runs, in a fixed order.
 */
export async function distanceSums(
  workspace: Workspace,
  points: DevicePoints,
  rows: Uint32Array,
  options: DistanceSumsOptions,
): Promise<Float64Array> {
  const { labels, k, squared, signal } = options;
  const { runtime } = workspace;
  const { quads, shape } = points;
  const count = rows.length;
  const kernels = {
    gather: await points.kernel(gatherRowsKernel),
    sum: await runtime.kernel(distanceSumsKernel, { SQUARED: squared }),
  };
  const fitting = Math.min(
    ceilDiv(points.mostRows, RUN) + k,
    bytesAtOnce(runtime, OTHERS_BYTES) / (16 * quads * RUN),
    bytesAtOnce(runtime, PARTIAL_BYTES) / (4 * count),
  );
  const held = Math.max(1, Math.floor(fitting));
  const buffers = {
    own: await packedCopy(workspace, points, rows),
    ...(await workspace.allocate({
      order: 4 * RUN * held,
      others: 16 * quads * RUN * held,
      runs: 8 * held,
      partial: 4 * count * held,
    })),
  };
  const sums = new Float64Array(count * k);
  const work = PAIR_WORK * shape[1] * count;
  const finish = paceKeeper(runtime);
  /** What was sent last: the device works on it while the next is made ready. */
  let latest: Promise<void> | undefined;
  try {
    for await (const { chunk } of points.visit()) {
      const { order, runs } = byCluster(labels, k, chunk.start, chunk.rows, RUN);
      for (let from = 0; from < runs.length;) {
        signal?.throwIfAborted();
        const affordable = runtime.pace.rows(PAIR_WORK * shape[1] * RUN * TILE_ROWS, 1);
        const batch = runs.slice(from, from + Math.min(held, affordable));
        from += batch.length;
        const others = order.subarray(batch[0].first, batch.at(-1)!.end);
        send(workspace, points, chunk, count, kernels, buffers, batch, others);
        const partial = workspace.read(buffers.partial, 0, 4 * count * batch.length);
        await latest;
        latest = partial.then((bytes) => {
          finish(work * others.length);
          addUp(sums, new Float32Array(bytes), batch, count);
        });
        // Whoever waits for it is told; the work may also end with nobody waiting.
        latest.catch(() => undefined);
      }
    }
  } finally {
    await latest;
  }
  workspace.release(...Object.values<GPUBuffer>(buffers));
  return sums;
}

/** Sums the distances of all own rows over a batch of the runs of a chunk, which is on the device. */
function send(
  workspace: Workspace,
  { quads, shape: [, d] }: DevicePoints,
  chunk: Chunk,
  count: number,
  kernels: Kernels,
  { own, order, others, runs, partial }: Buffers,
  batch: readonly Run[],
  otherRows: Uint32Array,
): void {
  const [{ first: before }] = batch;
  workspace.upload(order, otherRows);
  workspace.upload(
    runs,
    Uint32Array.from(batch.flatMap(({ first, end }) => [first - before, end - before])),
  );
  workspace.run('distance sums', (recording) => {
    const listed = otherRows.length;
    recordGatherFrom(recording, kernels.gather, chunk, quads, listed, order, others);
    const whole = { start: 0, rows: count };
    const workPerRow = PAIR_WORK * d * listed;
    for (const part of paced(workspace.runtime, whole, workPerRow, TILE_ROWS)) {
      const [first, own_rows] = [part.start, part.rows];
      recording.dispatch(
        kernels.sum,
        {
          shape: { first, rows: own_rows, quads, runs: batch.length, stride: count },
          points: own,
          others,
          runs,
          partial,
        },
        ceilDiv(own_rows, TILE_ROWS) * batch.length,
      );
    }
  });
}

/** Adds the runs' sums, [runs][count], to those of their clusters, [k][count]. */
function addUp(
  sums: Float64Array,
  partial: Float32Array,
  batch: readonly Run[],
  count: number,
): void {
  batch.forEach(({ cluster }, r) => {
    for (let i = 0; i < count; i++) sums[cluster * count + i] += partial[r * count + i];
  });
}

/** Rows whose sums may be asked for at once: neither they nor their sums take much memory. */
export function rowsAtOnce(runtime: Runtime, { quads }: DevicePoints, k: number): number {
  const fitting = Math.min(MOST_SUMS / k, bytesAtOnce(runtime, OWN_BYTES) / (16 * quads));
  return Math.max(1, Math.floor(fitting / TILE_ROWS)) * TILE_ROWS;
}
