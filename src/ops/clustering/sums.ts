/** The clusters' sums about their centroids. */
import type { Op } from '../op.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import { scaled, unscaled } from '../units.js';
import { withRestarts } from './restarts.js';

/** What an update of centroids needs. */
export interface SumsAndInertia extends ClusterSums {
  readonly inertia: number;
}

/** The sums of k centroids (k x d, centred). */
export type SumsOf = (centroids: Float32Array) => Promise<SumsAndInertia>;

function inCallersUnits(sums: SumsAndInertia, scale: number): SumsAndInertia {
  return {
    ...sums,
    residuals: unscaled(sums.residuals, scale),
    inertia: sums.inertia / scale ** 2,
  };
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
    return inCallersUnits(found, scale);
  },
  twin: async () => (await import('./clustering.twin.js')).clusterSums,
};

/**
 * `sums` again and again, about `passes` times, with what it needs kept in between. `work` is given what
 * it calls for the sums of each set of centroids; `start` is about where these will lie.
 */
export const withSums: Op<
  [start: Float32Array, k: number, passes: number, work: (sumsOf: SumsOf) => Promise<void>],
  void
> = {
  device: (rows, start, k, passes, work) => {
    const { workspace, points } = rows;
    const { scale } = points;
    return withRestarts(
      rows,
      k,
      [scaled(start, scale)],
      passes,
      async ({ clusterings: [clustering] }) => {
        const recording = workspace.record('sums');
        clustering.recordSums(recording);
        try {
          await work(async (centroids) => {
            clustering.place(scaled(centroids, scale));
            await workspace.submitInParts([[recording]]);
            return inCallersUnits(await clustering.readSums(), scale);
          });
        } finally {
          recording.release();
        }
      },
    );
  },
  twin: async () => (await import('./clustering.twin.js')).withSums,
};
