/** Starting centroids chosen among the rows on the device. */
import type { Random } from '../../math/random.js';
import {
  cumulativeWeights,
  gatherRows as gatherHostRows,
  sampleFromWeights,
  sampleRows,
} from '../../math/sampling.js';
import { PARALLEL_OVERSAMPLING, PARALLEL_ROUNDS, reduceCandidates } from './seeding.twin.js';
import { gatherRows } from '../../rows/gather.js';
import { oversample } from './oversample.js';
import { plusPlus } from './plus_plus.js';
import type { DeviceRows, Op } from '../op.js';
import { Restarts, restartsAtOnce } from '../clustering/restarts.js';
import type { FirstDraw } from './sampler.js';
import { inBatches, sideBySide } from '../side_by_side.js';
import { unscaled } from '../units.js';

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
    : parallel(rows, k, draws, signal);
}

/** k-means||: candidates are drawn on the device, and reduced to k on the host. */
async function parallel(
  rows: DeviceRows,
  k: number,
  draws: readonly FirstDraw[],
  signal: AbortSignal | undefined,
): Promise<readonly Float32Array[]> {
  const { workspace, points, weights } = rows;
  const [, d] = points.shape;
  const perRound = PARALLEL_OVERSAMPLING * k;
  const candidates = await oversample(
    workspace,
    points,
    weights,
    PARALLEL_ROUNDS,
    perRound,
    draws,
    signal,
  );
  const count = candidates[0].length / d;
  const sums = await inBatches(
    candidates,
    () => restartsAtOnce(workspace, points, count, false),
    (batch) => Restarts.with(rows, count, batch, 1, (restarts) => restarts.sums()),
  );
  const starts: Float32Array[] = [];
  for (const [i, { weightSums: owned }] of sums.entries()) {
    // A candidate equal to an earlier one owns nothing. Too few distinct ones: choose among all rows.
    const distinct = [...owned.keys()].filter((candidate) => owned[candidate] > 0);
    if (distinct.length < k) {
      starts.push(...(await plusPlus(workspace, points, weights, k, [draws[i]], signal)));
      continue;
    }
    const chosen = gatherHostRows(candidates[i], distinct, d);
    const masses = distinct.map((candidate) => owned[candidate]);
    starts.push(await reduceCandidates(chosen, masses, k, d, draws[i].random));
  }
  return starts;
}
