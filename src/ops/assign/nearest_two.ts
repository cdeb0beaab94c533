/** The two nearest centroids of every row, on the device. */
import type { Workspace } from '../../../host/workspace.js';
import { splitRows } from '../../../host/plan.js';
import nearestTwoKernel from '../../../shaders/assign/nearest_two.wgsl';
import { type DevicePoints, groups, padColumns, paced } from '../../rows/device_points.js';
import { storedAs } from '../../rows/storage.js';
import type { NearestTwo } from './nearest_two.twin.js';

/** Rows of which results are made, and read back, at a time. */
const BLOCK_ROWS = 2 ** 20;

/** @param centroids k x d, in the coordinates of the rows */
export async function nearestTwo(
  workspace: Workspace,
  { quads, storage, chunks, shape: [n, d] }: DevicePoints,
  k: number,
  centroids: Float32Array,
  signal?: AbortSignal,
): Promise<NearestTwo> {
  const { runtime } = workspace;
  const kernel = await runtime.kernel(storedAs(storage, nearestTwoKernel));
  const blockRows = Math.min(n, BLOCK_ROWS);
  const made = await workspace.allocate({
    centroids: 16 * k * quads,
    nearest: 8 * blockRows,
    squared: 4 * blockRows,
  });
  workspace.upload(made.centroids, padColumns(centroids, k, d));
  const nearest = new Uint32Array(n);
  const second = new Uint32Array(n);
  const squared = new Float32Array(n);
  for (const { points, start, rows, bring } of chunks) {
    await bring?.();
    for (const part of paced(runtime, { start: 0, rows }, 3 * k * d, 1)) {
      for (const block of splitRows(part.rows, blockRows, 1)) {
        signal?.throwIfAborted();
        const first = part.start + block.start;
        const count = block.rows;
        const shape = { first, count, quads, clusters: k };
        workspace.run('nearest two', (recording) => {
          recording.dispatch(kernel, { shape, points, ...made }, groups(kernel, count));
        });
        const [pairs, distances] = await Promise.all([
          workspace.read(made.nearest, 0, 8 * count),
          workspace.read(made.squared, 0, 4 * count),
        ]);
        const row = start + first;
        new Uint32Array(pairs).forEach((label, at) => {
          (at % 2 === 0 ? nearest : second)[row + Math.floor(at / 2)] = label;
        });
        squared.set(new Float32Array(distances), row);
      }
    }
  }
  workspace.release(...Object.values(made));
  return { nearest, second, squared };
}
