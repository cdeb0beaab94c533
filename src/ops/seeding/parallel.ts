/** k-means|| on the device. */
import { gatherRows } from '../../math/sampling.js';
import { restartsAtOnce, withRestarts } from '../clustering/restarts.js';
import type { DeviceRows } from '../op.js';
import { inBatches } from '../side_by_side.js';
import { oversample } from './oversample.js';
import { plusPlus } from './plus_plus.js';
import type { FirstDraw } from './sampler.js';
import { reduceCandidates } from './seeding.twin.js';
import { PARALLEL_OVERSAMPLING, PARALLEL_ROUNDS } from './trials.js';

/** Candidates are drawn on the device, and reduced to k on the host. */
export async function parallel(
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
    (batch) => withRestarts(rows, count, batch, 1, (restarts) => restarts.sums()),
  );
  const starts: Float32Array[] = [];
  for (const [i, { weightSums: owned }] of sums.entries()) {
    // A candidate equal to an earlier one owns nothing. Too few distinct ones: choose among all rows.
    const distinct = [...owned.keys()].filter((candidate) => owned[candidate] > 0);
    if (distinct.length < k) {
      starts.push(...(await plusPlus(workspace, points, weights, k, [draws[i]], signal)));
      continue;
    }
    const chosen = gatherRows(candidates[i], distinct, d);
    const masses = distinct.map((candidate) => owned[candidate]);
    starts.push(await reduceCandidates(chosen, masses, k, d, draws[i].random));
  }
  return starts;
}
