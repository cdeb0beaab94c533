/** Some of the rows, by their numbers. */
import { gatherRows } from '../rows/gather.js';
import type { Op } from './op.js';
import { unscaled } from './units.js';

/** The rows `numbers` ([m]) as they are held, m x d. */
export const pickedRows: Op<[numbers: Uint32Array], Float32Array> = {
  device: async ({ workspace, points }, numbers) =>
    numbers.length === 0
      ? new Float32Array(0)
      : unscaled(await gatherRows(workspace, points, numbers), points.scale),
  twin: async () => {
    const sampling = await import('../math/sampling.js');
    return ({ x, d }, numbers) => Promise.resolve(sampling.gatherRows(x, numbers, d));
  },
};
