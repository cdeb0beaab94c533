/** Rows whose squares are in the range of float32. */
import type { Workspace } from '../../host/workspace.js';
import scaleColumnsKernel from '../../shaders/rows/scale_columns.wgsl';
import { groups, measureLargest, type PackedRows, paced } from './device_points.js';

/** Where the largest number lies outside of these, squares or sums of them may leave float32. */
const LEAST = 2 ** -40;
const MOST = 2 ** 44;
/** Powers of two that float32 holds, and their inverses. */
const LARGEST_POWER = 126;

/** The largest |x_ij|. */
async function largestOf(workspace: Workspace, rows: PackedRows): Promise<number> {
  const { measure, read } = await measureLargest(workspace, rows);
  workspace.run('measure', (recording) => {
    for (const chunk of rows.chunks) measure(recording, chunk);
  });
  return read();
}

/**
 * Multiplies packed rows by a power of two where their squares, or sums of these, might leave float32.
 *
 * @param known their largest magnitude, where the caller knows it
 * @returns that power; 1 as a rule
 */
export async function bringInRange(
  workspace: Workspace,
  rows: PackedRows,
  known?: number,
): Promise<number> {
  const largest = known ?? (await largestOf(workspace, rows));
  if (largest === 0 || (largest >= LEAST && largest <= MOST)) return 1;
  const power = Math.max(-LARGEST_POWER, Math.min(LARGEST_POWER, -Math.floor(Math.log2(largest))));
  const { runtime } = workspace;
  const { quads, chunks } = rows;
  const kernel = await runtime.kernel(scaleColumnsKernel);
  const { scale } = await workspace.allocate({ scale: 16 * quads });
  workspace.upload(scale, new Float32Array(4 * quads).fill(2 ** power));
  workspace.run('scale', (recording) => {
    for (const { points, rows: all } of chunks) {
      for (const part of paced(runtime, { start: 0, rows: all }, 4 * quads, 1)) {
        const shape = { first: part.start, rows: part.rows, quads };
        recording.dispatch(kernel, { shape, scale, points }, groups(kernel, part.rows));
      }
    }
  });
  await workspace.settle();
  workspace.release(scale);
  return 2 ** power;
}
