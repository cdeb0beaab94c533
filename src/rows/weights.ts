/** The rows' weights on the device. */
import type { Workspace } from '../../host/workspace.js';
import type { Rows } from './rows.js';

/** The weights of each chunk's rows, or one placeholder for all where there are none. */
export interface DeviceWeights {
  readonly weighted: boolean;
  readonly chunks: readonly GPUBuffer[];
}

/** The weights as given, beside those on the device. */
export interface RowWeights extends DeviceWeights {
  readonly host: Float32Array | undefined;
}

/** One weight a row; without any, a placeholder that kernels bind but do not read. */
export async function loadRowWeights(
  workspace: Workspace,
  { ranges }: Rows,
  weights: Float32Array | undefined,
): Promise<RowWeights> {
  if (!weights) {
    const { placeholder } = await workspace.allocate({ placeholder: 4 });
    return { weighted: false, chunks: ranges.map(() => placeholder), host: undefined };
  }
  const buffers: GPUBuffer[] = [];
  for (const { start, rows } of ranges) {
    const made = await workspace.allocate({ weights: 4 * rows });
    workspace.upload(made.weights, weights.subarray(start, start + rows));
    buffers.push(made.weights);
  }
  return { weighted: true, chunks: buffers, host: weights };
}
