/** Sums over all rows that take more memory than a device gives at once: batch by batch of rows. */
import type { RowRange } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import addRunsKernel from '../../../shaders/products/add_runs.wgsl';
import { groups } from '../../rows/device_points.js';
import { batchesOf } from './row_parts.js';

export interface BatchSums {
  readonly label: string;
  /** Of all batches, and of each but the last. */
  readonly rows: number;
  readonly step: number;
  /** vec4s of the sums, and the runs of a batch of which each leaves as many. */
  readonly entries: number;
  readonly lanes: number;
  /** Batches whose sums may be on their way back: the device never waits for the host. */
  readonly inFlight: number;
}

export interface BatchBuffers {
  /** Of the runs: whatever the batch before left. */
  readonly partial: GPUBuffer;
  /** Read by kernels that a fit can halt; here none does. */
  readonly state: GPUBuffer;
  /** Of the batch, once its runs are added up. */
  readonly totals: GPUBuffer;
}

/**
 * Has `record` leave the partial sums of each batch's runs, as many as it returns, adds them up on the
 * device in a tree, and hands the sums of batch after batch to `add`.
 */
export async function sumBatches(
  workspace: Workspace,
  { label, rows, step, entries, lanes, inFlight }: BatchSums,
  record: (batch: RowRange, buffers: BatchBuffers) => Promise<number>,
  add: (sums: Float32Array) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const addRuns = await workspace.runtime.kernel(addRunsKernel);
  const buffers = await workspace.allocate({
    partial: 16 * entries * lanes,
    totals: 16 * entries,
    state: 8,
  });
  const { partial, totals, state } = buffers;
  const pending: Promise<ArrayBuffer>[] = [];
  const take = async (left: number) => {
    while (pending.length > left) add(new Float32Array((await pending.shift())!));
  };
  workspace.run('reset', (recording) => recording.clear(state));
  try {
    for (const batch of batchesOf(rows, step)) {
      signal?.throwIfAborted();
      const shape = { entries, lanes: await record(batch, buffers), first_run: 0, last: 1 };
      workspace.run(label, (recording) => {
        recording.dispatch(addRuns, { shape, partial, state, totals }, groups(addRuns, entries));
      });
      pending.push(workspace.read(totals, 0, 16 * entries));
      await take(inFlight);
    }
    await take(0);
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(pending);
    workspace.release(...Object.values(buffers));
  }
}
