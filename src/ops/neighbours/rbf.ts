/** How near rows lie to one another. */
import { gatherRows } from '../../rows/gather.js';
import { distances } from '../assign/distances.js';
import type { Op } from '../op.js';
import { unscaled } from '../units.js';

/** exp(-gamma |x_i - x_j|^2) of all pairs of rows, n x n. */
export const rbf: Op<[gamma: number, signal: AbortSignal | undefined], Float32Array> = {
  device: async (rows, gamma, signal) => {
    const { workspace, points } = rows;
    const [n] = points.shape;
    const held = await gatherRows(
      workspace,
      points,
      Uint32Array.from({ length: n }, (_, i) => i),
    );
    const all = unscaled(held, points.scale);
    const result = await distances.device(rows, all, n, signal);
    for (let at = 0; at < result.length; at++) result[at] = Math.exp(-gamma * result[at] ** 2);
    return result;
  },
  twin: async () => (await import('./rbf.twin.js')).rbf,
};
