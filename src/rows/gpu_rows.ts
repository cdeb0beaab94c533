/** Rows that the caller has on the device: copied from his buffer, and checked there. */
import { ceilDiv } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import findNonFiniteKernel from '../../shaders/rows/find_nonfinite.wgsl';
import { NonFiniteError } from '../errors.js';
import { groups, NONE_FOUND } from './device_points.js';
import type { GpuMatrix } from './matrix.js';

/** @param rows where they are copied to, a block at a time */
export async function lyingRows(
  workspace: Workspace,
  { buffer, shape: [, d], finite }: GpuMatrix,
  rows: GPUBuffer,
): Promise<{
  /** Copies `count` numbers from the `first` on. */
  readonly copy: (recording: Recording, first: number, count: number) => void;
  readonly refuseNonFinite: () => Promise<void>;
}> {
  const check = await workspace.runtime.kernel(findNonFiniteKernel);
  const { found } = await workspace.allocate({ found: 4 });
  workspace.upload(found, new Uint32Array([NONE_FOUND]));
  return {
    copy: (recording, first, count) => {
      recording.copy(buffer, 4 * first, rows, 0, 4 * count);
      if (finite) return;
      recording.dispatch(
        check,
        { shape: { count, start: first }, bits: rows, found },
        groups(check, ceilDiv(count, Number(findNonFiniteKernel.constants.VALUES))),
      );
    },
    refuseNonFinite: async () => {
      if (finite) return;
      const [index] = new Uint32Array(await workspace.read(found, 0, 4));
      if (index === NONE_FOUND) return;
      const [value] = new Float32Array(await workspace.read(buffer, 4 * index, 4));
      throw new NonFiniteError('points', Math.floor(index / d), index % d, value);
    },
  };
}
