/** Starting centroids chosen among the rows on the device. */
import type { Workspace } from '../../../../host/workspace.js';
import type { Seeding } from '../kmeans_backend.js';
import type { Metric } from '../../../rows/load_options.js';
import type { Random } from '../../../math/random.js';
import {
  cumulativeWeights,
  gatherRows as gatherHostRows,
  sampleFromWeights,
  sampleRows,
} from '../../../math/sampling.js';
import {
  PARALLEL_OVERSAMPLING,
  PARALLEL_ROUNDS,
  reduceCandidates,
} from '../../../ops/seeding/seeding.twin.js';
import { gatherRows } from '../../../rows/gather.js';
import { oversample } from '../../../ops/seeding/oversample.js';
import { plusPlus } from '../../../ops/seeding/plus_plus.js';
import type { DevicePoints } from '../../../rows/device_points.js';
import { Restarts, restartsAtOnce } from './restarts.js';
import type { FirstDraw } from '../../../ops/seeding/sampler.js';
import { inBatches, isStreamed, sideBySide } from '../../../ops/side_by_side.js';
import type { RowWeights } from '../../../rows/weights.js';

/** Starting centroids for each of `randoms`, k x d, in as few passes over the rows as for one. */
export async function chooseStarts(
  workspace: Workspace,
  points: DevicePoints,
  weights: RowWeights,
  metric: Metric,
  seeding: Seeding,
  k: number,
  randoms: readonly Random[],
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
  const [n, d] = points.shape;
  const rowWeights = weights.host ?? new Float32Array(n).fill(1);
  if (seeding === 'random') {
    const rows = randoms.map((random) => sampleRows(rowWeights, k, random));
    const bytes = 16 * points.quads * k;
    const piece = { bytes, joint: bytes, work: k * d };
    const atOnce = () => sideBySide(workspace.runtime, isStreamed(points), piece);
    return inBatches(rows, atOnce, async (batch) => {
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
    : parallel(workspace, points, weights, metric, k, draws, signal);
}

/** k-means||: candidates are drawn on the device, and reduced to k on the host. */
async function parallel(
  workspace: Workspace,
  points: DevicePoints,
  weights: RowWeights,
  metric: Metric,
  k: number,
  draws: readonly FirstDraw[],
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
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
    (batch) =>
      Restarts.with(workspace, points, weights, metric, count, batch, 1, (restarts) =>
        restarts.sums(),
      ),
  );
  const starts: Float32Array[] = [];
  for (const [i, { weightSums: owned }] of sums.entries()) {
    // A candidate equal to an earlier one owns nothing. Too few distinct ones: choose among all rows.
    const distinct = [...owned.keys()].filter((candidate) => owned[candidate] > 0);
    if (distinct.length < k) {
      starts.push(...(await plusPlus(workspace, points, weights, k, [draws[i]], signal)));
      continue;
    }
    const rows = gatherHostRows(candidates[i], distinct, d);
    const masses = distinct.map((candidate) => owned[candidate]);
    starts.push(await reduceCandidates(rows, masses, k, d, draws[i].random));
  }
  return starts;
}
