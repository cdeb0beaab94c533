/** Rows back from the device. */
import type { Workspace } from '../../host/workspace.js';
import { BLOCK_ROWS, packedBytes } from './device_points.js';
import type { Chunk, Rows } from './rows.js';

/** A chunk's rows, which are in float32, as they lie on the device: chunk.rows x d. */
export async function readRows(
  workspace: Workspace,
  { quads, shape: [, d] }: Rows,
  { points, rows }: Chunk,
): Promise<Float32Array> {
  const packed = new Float32Array(await workspace.read(points, 0, packedBytes(rows, quads)));
  const x = new Float32Array(rows * d);
  for (let row = 0; row < rows; row++) {
    // See shaders/lib/points_layout.wgsl.
    const first = (row - (row % BLOCK_ROWS)) * quads + (row % BLOCK_ROWS);
    for (let j = 0; j < d; j++) {
      const at = first + Math.floor(j / 4) * BLOCK_ROWS;
      x[row * d + j] = packed[4 * at + (j % 4)];
    }
  }
  return x;
}

/** As `readRows`, of all rows: n x d. */
export async function readAll(workspace: Workspace, points: Rows): Promise<Float32Array> {
  const [n, d] = points.shape;
  const x = new Float32Array(n * d);
  for await (const { chunk } of points.visit()) {
    x.set(await readRows(workspace, points, chunk), chunk.start * d);
  }
  return x;
}
