/** Values of which each row has one, in a buffer for each chunk of rows. */
import type { DeviceRows } from './op.js';

/** All of them, 4 bytes each. */
export async function readRowValues(
  { workspace, points }: Pick<DeviceRows, 'workspace' | 'points'>,
  values: readonly GPUBuffer[],
): Promise<ArrayBuffer> {
  const all = new Uint32Array(points.shape[0]);
  for (const [c, { start, rows }] of points.ranges.entries()) {
    all.set(new Uint32Array(await workspace.read(values[c], 0, 4 * rows)), start);
  }
  return all.buffer;
}
