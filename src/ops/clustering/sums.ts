/** The clusters' sums about their centroids. */
import type { Op } from '../op.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import { scaled, unscaled } from '../units.js';
import { withRestarts } from './restarts.js';

/** What an update of centroids needs. */
export interface SumsAndInertia extends ClusterSums {
  readonly inertia: number;
}

/** The clusters' sums about their centroids, and the inertia. */
export const clusterSums: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  SumsAndInertia
> = {
  device: async (rows, centroids, k, signal) => {
    signal?.throwIfAborted();
    const { scale } = rows.points;
    const [found] = await withRestarts(rows, k, [scaled(centroids, scale)], 1, (restarts) =>
      restarts.sums(),
    );
    return {
      ...found,
      residuals: unscaled(found.residuals, scale),
      inertia: found.inertia / scale ** 2,
    };
  },
  twin: async () => (await import('./clustering.twin.js')).clusterSums,
};
