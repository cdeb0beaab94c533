/** The clusters' sums about their centroids, with each row's cluster. */
import type { Op } from '../op.js';
import { scaled, unscaled } from '../units.js';
import { withRestarts } from './restarts.js';
import type { SumsAndInertia } from './sums.js';

export interface LabelledSums extends SumsAndInertia {
  /** Nearest centroid of each row, [n]; ties go to the lowest index. */
  readonly labels: Uint32Array;
}

/** As `clusterSums`, with the labels: one pass over the rows gives both. */
export const labelledSums: Op<[centroids: Float32Array, k: number], LabelledSums> = {
  device: async (rows, centroids, k) => {
    const { scale } = rows.points;
    return withRestarts(rows, k, [scaled(centroids, scale)], 1, async (restarts) => {
      const [found] = await restarts.sums();
      return {
        weightSums: found.weightSums,
        residuals: unscaled(found.residuals, scale),
        inertia: found.inertia / scale ** 2,
        labels: await restarts.clusterings[0].after(0).readLabels(),
      };
    });
  },
  twin: async () => (await import('./clustering.twin.js')).labelledSums,
};
