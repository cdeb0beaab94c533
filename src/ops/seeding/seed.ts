/** Starting centroids chosen among the rows. */
import type { Random } from '../../math/random.js';
import { cumulativeWeights, sampleFromWeights, sampleRows } from '../../math/sampling.js';
import { gatherRows } from '../../rows/gather.js';
import type { DeviceRows, Op } from '../op.js';
import { inBatches, sideBySide } from '../side_by_side.js';
import { unscaled } from '../units.js';
import { plusPlus } from './plus_plus.js';

/** How starting centroids are chosen from the data. */
export type Seeding = 'k-means++' | 'k-means||' | 'random';

/**
 * k starting centroids for each of `randoms`, k x d, centred, in as few passes over the rows as for one.
 * What one draws is its own affair.
 */
export const seedCentroids: Op<
  [seeding: Seeding, k: number, randoms: readonly Random[], signal?: AbortSignal | undefined],
  readonly Float32Array[]
> = {
  device: async (rows, seeding, k, randoms, signal) => {
    const starts = await choose(rows, seeding, k, randoms, signal);
    return starts.map((start) => unscaled(start, rows.points.scale));
  },
  twin: async () => (await import('./seed.twin.js')).seedCentroids,
};

async function choose(
  rows: DeviceRows,
  seeding: Seeding,
  k: number,
  randoms: readonly Random[],
  signal: AbortSignal | undefined,
): Promise<readonly Float32Array[]> {
  const { workspace, points, weights } = rows;
  const [n, d] = points.shape;
  const rowWeights = weights.host ?? new Float32Array(n).fill(1);
  if (seeding === 'random') {
    const sampled = randoms.map((random) => sampleRows(rowWeights, k, random));
    const bytes = 16 * points.quads * k;
    const piece = { bytes, joint: bytes, work: k * d };
    const atOnce = () => sideBySide(workspace.runtime, points.streamed, piece);
    return inBatches(sampled, atOnce, async (batch) => {
      const picks = Uint32Array.from(batch.flatMap((picked) => [...picked]));
      const gathered = await gatherRows(workspace, points, picks);
      return batch.map((_, i) => gathered.slice(i * k * d, (i + 1) * k * d));
    });
  }
  const cumulative = cumulativeWeights(rowWeights);
  const draws = randoms.map((random) => ({
    first: sampleFromWeights(cumulative, random.next()),
    random,
  }));
  return seeding === 'k-means++'
    ? plusPlus(workspace, points, weights, k, draws, signal)
    : (await import('./parallel.js')).parallel(rows, k, draws, signal);
}
