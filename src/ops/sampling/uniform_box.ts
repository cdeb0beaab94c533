/** Rows drawn on the device. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import uniformBoxKernel from '../../../shaders/sampling/uniform_box.wgsl';
import type { GpuMatrix } from '../../rows/matrix.js';

/** Rows drawn uniformly from a box about 0; see the twin. They live as long as `workspace`. */
export async function drawUniformBox(
  workspace: Workspace,
  rows: number,
  width: Float32Array,
  seed: number,
  sequence: number,
): Promise<GpuMatrix> {
  const columns = width.length;
  const kernel = await workspace.runtime.kernel(uniformBoxKernel);
  const buffers = await workspace.allocate({ width: 4 * columns, x: 4 * rows * columns });
  workspace.upload(buffers.width, width);
  workspace.run('uniform box', (recording) => {
    const invocations = rows * ceilDiv(columns, 4);
    recording.dispatch(
      kernel,
      { shape: { rows, columns, seed, sequence }, ...buffers },
      ceilDiv(invocations, Number(uniformBoxKernel.constants.WORKGROUP)),
    );
  });
  return { buffer: buffers.x, shape: [rows, columns] };
}
