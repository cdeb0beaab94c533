import { columnPowerSums } from '../../rows/device_points.js';
import type { Op } from '../op.js';

/** Mean over the columns of the (unweighted, population) variance: the scale of K-means' `tol`. */
export const meanVariance: Op<[], number> = {
  device: async ({ workspace, points }) => {
    const [n, d] = points.shape;
    const [sums, squares] = await columnPowerSums(workspace, points, [false, true]);
    const variances = squares.map((square, j) => Math.max(0, square / n - (sums[j] / n) ** 2));
    return variances.reduce((total, variance) => total + variance, 0) / d / points.scale ** 2;
  },
  twin: async () => (await import('./mean_variance.twin.js')).meanVariance,
};
