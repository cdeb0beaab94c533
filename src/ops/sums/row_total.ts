/** The sum of values of which each row has one, in a buffer for each chunk of rows. */
import type { DeviceRows } from '../op.js';
import { RunSums } from './run_sums.js';

/** Float32 over runs of `run` rows, float64 over the runs. */
export async function totalOfRows(
  { workspace, points }: Pick<DeviceRows, 'workspace' | 'points'>,
  values: readonly GPUBuffer[],
  run: number,
): Promise<number> {
  const runSums = await RunSums.of(workspace.runtime, run);
  let total = 0;
  for (const [c, { rows }] of points.ranges.entries()) {
    const bytes = 4 * runSums.count(rows);
    const { sums } = await workspace.allocate({ sums: bytes });
    workspace.run('total', (recording) => {
      runSums.record(recording, values[c], rows, sums);
    });
    for (const sum of new Float32Array(await workspace.read(sums, 0, bytes))) total += sum;
    workspace.release(sums);
  }
  return total;
}
