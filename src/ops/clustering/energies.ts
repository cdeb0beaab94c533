/** What each row costs at its nearest centroid. */
import type { Op } from '../op.js';
import { scaled, unscaled } from '../units.js';
import { costing, countLabels } from './assign.js';
import { withLabellings } from './labelling.js';

/** Squared distance of each row to the nearest centroid, from direct differences, [n]. */
export const energies: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  Float64Array
> = {
  device: async (rows, centroids, k, signal) => {
    const { workspace, points } = rows;
    const { shape, scale } = points;
    const result = new Float64Array(shape[0]);
    await withLabellings(rows, k, [scaled(centroids, scale)], 1, async ([one]) => {
      const recordCosts = await costing(rows);
      const { costs } = await workspace.allocate({ costs: 4 * points.mostRows });
      for await (const { chunk, c } of points.visit()) {
        workspace.run('energies', (recording) => {
          recordCosts(recording, one, chunk, c, costs);
        });
        result.set(new Float32Array(await workspace.read(costs, 0, 4 * chunk.rows)), chunk.start);
        signal?.throwIfAborted();
      }
      workspace.release(costs);
      // As for inertias.
      if (result.every((energy) => energy === 0)) await countLabels(rows, k, one);
    });
    return unscaled(result, scale ** 2);
  },
  twin: async () => (await import('./clustering.twin.js')).energies,
};
