/** Copies of rows on the device, in float32 and packed as all rows are. */
import type { Workspace } from '../../host/workspace.js';
import gatherRowsKernel from '../../shaders/rows/gather_rows.wgsl';
import packKernel from '../../shaders/rows/pack.wgsl';
import { groups, packedBytes } from './device_points.js';
import { recordGather } from './gather.js';
import type { Rows } from './rows.js';

/** Some of the rows. */
export async function packedCopy(
  workspace: Workspace,
  points: Rows,
  rows: Uint32Array,
): Promise<GPUBuffer> {
  const { quads } = points;
  const gather = await points.kernel(gatherRowsKernel);
  const count = rows.length;
  const { indices, gathered } = await workspace.allocate({
    indices: 4 * count,
    gathered: 16 * quads * count,
  });
  workspace.upload(indices, rows);
  await workspace.runInParts('gather rows', (recording) => {
    recordGather(recording, gather, points, count, indices, gathered);
  });
  const own = await packed(workspace, gathered, count, 4 * quads, 1);
  workspace.release(indices, gathered);
  return own;
}

/** Rows of the host (count x d), times a power of two. */
export async function packedUpload(
  workspace: Workspace,
  x: Float32Array,
  d: number,
  scale: number,
): Promise<GPUBuffer> {
  const { rows } = await workspace.allocate({ rows: x.byteLength });
  workspace.upload(rows, x);
  const own = await packed(workspace, rows, x.length / d, d, scale);
  workspace.release(rows);
  return own;
}

async function packed(
  workspace: Workspace,
  rows: GPUBuffer,
  count: number,
  columns: number,
  scale: number,
): Promise<GPUBuffer> {
  const pack = await workspace.runtime.kernel(packKernel);
  const { points } = await workspace.allocate({
    points: packedBytes(count, Math.ceil(columns / 4)),
  });
  workspace.run('pack', (recording) => {
    const shape = { count, columns, first: 0, scale };
    recording.dispatch(pack, { shape, rows, points }, groups(pack, count));
  });
  return points;
}
