/** Rows picked out of the points on the device. */
import type { Kernel } from '../../host/runtime.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import gatherRowsKernel from '../../shaders/rows/gather_rows.wgsl';
import { groups, unpadColumns } from './device_points.js';
import type { Chunk, Rows } from './rows.js';

/** The rows `indices`, n x d. */
export async function gatherRows(
  workspace: Workspace,
  points: Rows,
  indices: Uint32Array,
): Promise<Float32Array> {
  const {
    quads,
    shape: [, d],
  } = points;
  const kernel = await points.kernel(gatherRowsKernel);
  const count = indices.length;
  const made = await workspace.allocate({ indices: 4 * count, gathered: 16 * quads * count });
  workspace.upload(made.indices, indices);
  await workspace.runInParts('gather rows', (recording) => {
    recordGather(recording, kernel, points, count, made.indices, made.gathered);
  });
  const rows = new Float32Array(await workspace.read(made.gathered, 0, 16 * quads * count));
  workspace.release(made.indices, made.gathered);
  return unpadColumns(rows, count, d);
}

/** Copies the rows `indices` ([count]) to `gathered`, [count][quads] vec4. */
export function recordGather(
  recording: Recording,
  kernel: Kernel,
  points: Rows,
  count: number,
  indices: GPUBuffer,
  gathered: GPUBuffer,
): void {
  points.pass(recording, (chunk) => {
    recordGatherFrom(recording, kernel, chunk, points.quads, count, indices, gathered);
  });
}

/** As `recordGather`, of those rows that lie in a chunk. */
export function recordGatherFrom(
  recording: Recording,
  kernel: Kernel,
  { points, start, rows }: Chunk,
  quads: number,
  count: number,
  indices: GPUBuffer,
  gathered: GPUBuffer,
): void {
  const shape = { start, rows, quads, count };
  recording.dispatch(kernel, { shape, points, indices, gathered }, groups(kernel, count * quads));
}
