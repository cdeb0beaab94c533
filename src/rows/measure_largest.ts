/** The largest magnitude of rows that nobody has looked at on the host. */
import type { Workspace } from '../../host/workspace.js';
import largestKernel from '../../shaders/rows/largest.wgsl';
import { groups } from './device_points.js';
import type { Preparation, Rows } from './rows.js';

/** Finds the largest magnitude of packed rows. */
export async function measureLargest(
  workspace: Workspace,
  { quads }: Pick<Rows, 'quads'>,
): Promise<{ readonly measure: Preparation; readonly read: () => Promise<number> }> {
  const kernel = await workspace.runtime.kernel(largestKernel);
  const { largest } = await workspace.allocate({ largest: 4 });
  workspace.upload(largest, new Uint32Array(1));
  return {
    measure: (recording, { points, rows }) => {
      recording.dispatch(kernel, { shape: { rows, quads }, points, largest }, groups(kernel, rows));
    },
    read: async () => {
      const [value] = new Float32Array(await workspace.read(largest, 0, 4));
      workspace.release(largest);
      return value;
    },
  };
}
