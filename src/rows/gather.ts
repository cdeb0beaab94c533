/** Rows picked out of the points on the device. */
import type { Kernel } from '../../host/runtime.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import gatherRowsKernel from '../../shaders/rows/gather_rows.wgsl';
import {
  type Chunk,
  type DevicePoints,
  forEachChunk,
  groups,
  unpadColumns,
} from './device_points.js';
import { storedAs } from './storage.js';

/** The rows `indices`, n x d. */
export async function gatherRows(
  workspace: Workspace,
  { shape: [, d], quads, chunks, storage }: DevicePoints,
  indices: Uint32Array,
): Promise<Float32Array> {
  const kernel = await workspace.runtime.kernel(storedAs(storage, gatherRowsKernel));
  const count = indices.length;
  const made = await workspace.allocate({ indices: 4 * count, gathered: 16 * quads * count });
  workspace.upload(made.indices, indices);
  await workspace.runInParts('gather rows', (recording) => {
    recordGather(recording, kernel, chunks, quads, count, made.indices, made.gathered);
  });
  const rows = new Float32Array(await workspace.read(made.gathered, 0, 16 * quads * count));
  workspace.release(made.indices, made.gathered);
  return unpadColumns(rows, count, d);
}

/** Copies the rows `indices` ([count]) to `gathered`, [count][quads] vec4. */
export function recordGather(
  recording: Recording,
  kernel: Kernel,
  chunks: readonly Chunk[],
  quads: number,
  count: number,
  indices: GPUBuffer,
  gathered: GPUBuffer,
): void {
  forEachChunk(recording, chunks, ({ points, start, rows }) => {
    const shape = { start, rows, quads, count };
    recording.dispatch(kernel, { shape, points, indices, gathered }, groups(kernel, count * quads));
  });
}
