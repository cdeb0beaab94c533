/** Starting centroids chosen among the rows. */
import type { Random } from '../../math/random.js';
import { assignInBlocks } from '../assign/assign.twin.js';
import { createPause, type Pause } from '../../math/event_loop.js';
import { cumulativeWeights, fillUp, gatherRows, sampleFromWeights } from '../../math/sampling.js';
import { localTrials, PARALLEL_OVERSAMPLING, PARALLEL_ROUNDS } from './trials.js';
import { squaredDistance } from '../assign/squared_distance.twin.js';

/**
 * What each row of `x` (n x d) would cost with `candidate` ([d]) added to the centroids chosen so
 * far: costs_i = min(closest_i, |x_i - candidate|^2), and their weighted sum, the potential.
 */
export function costsWith(
  x: ArrayLike<number>,
  n: number,
  d: number,
  weights: ArrayLike<number>,
  closest: ArrayLike<number>,
  candidate: ArrayLike<number>,
): { readonly costs: Float64Array; readonly potential: number } {
  const costs = new Float64Array(n);
  let potential = 0;
  for (let i = 0; i < n; i++) {
    costs[i] = Math.min(closest[i], squaredDistance(x, i, candidate, 0, d));
    potential += weights[i] * costs[i];
  }
  return { costs, potential };
}

/** Running sums of w_i closest_i, [n]: what the next candidates are drawn from. */
function cumulativeCosts(weights: ArrayLike<number>, closest: Float64Array): Float64Array {
  return cumulativeWeights(closest.map((cost, i) => weights[i] * cost));
}

/**
 * Greedy k-means++ as scikit-learn's `_kmeans_plusplus`: the first row is drawn in proportion to its
 * weight; for each further one `localTrials(k)` rows are drawn in proportion to weight times squared
 * distance to the nearest chosen row, and the one that leaves the lowest potential is taken (the
 * first drawn, on a tie). Once the potential is 0 (fewer distinct rows than k) see `fillUp`.
 *
 * @param chosen rows to begin with, instead of a first draw
 * @returns k row indices
 */
export async function kMeansPlusPlus(
  x: Float32Array,
  n: number,
  d: number,
  k: number,
  weights: ArrayLike<number>,
  random: Random,
  pause: Pause,
  chosen: readonly number[] = [],
): Promise<Uint32Array> {
  const rowAt = (row: number) => Float64Array.from(x.subarray(row * d, (row + 1) * d));
  const rows = [...chosen];
  if (rows.length === 0) rows.push(sampleFromWeights(cumulativeWeights(weights), random.next()));

  let closest: Float64Array = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  for (const row of rows) {
    closest = costsWith(x, n, d, weights, closest, rowAt(row)).costs;
    await pause();
  }
  while (rows.length < k) {
    const cumulative = cumulativeCosts(weights, closest);
    if (cumulative[n - 1] === 0) break;
    let best = { row: -1, costs: closest, potential: Number.POSITIVE_INFINITY };
    for (let trial = 0; trial < localTrials(k); trial++) {
      const row = sampleFromWeights(cumulative, random.next());
      const outcome = costsWith(x, n, d, weights, closest, rowAt(row));
      if (outcome.potential < best.potential) best = { row, ...outcome };
      await pause();
    }
    rows.push(best.row);
    closest = best.costs;
  }
  return fillUp(rows, k, weights);
}

/**
 * The last step of k-means||: k of the `candidates` (m x d), chosen by greedy k-means++ under the
 * `weights` of the rows that each candidate owns, [m], k x d.
 */
export async function reduceCandidates(
  candidates: Float32Array,
  weights: ArrayLike<number>,
  k: number,
  d: number,
  random: Random,
  pause: Pause = createPause(),
): Promise<Float32Array> {
  const m = weights.length;
  const rows = await kMeansPlusPlus(candidates, m, d, k, weights, random, pause);
  return gatherRows(candidates, rows, d);
}

/**
 * k-means|| (Bahmani et al., "Scalable k-means++", 2012): in each of 5 rounds 2k rows are drawn at
 * once, with replacement, in proportion to weight times squared distance to the nearest candidate so
 * far; `reduceCandidates` then leaves k. With no more than k distinct candidates all are taken, and
 * k-means++ on the rows chooses the rest.
 *
 * @returns k starting centroids, k x d
 */
export async function kMeansParallel(
  x: Float32Array,
  n: number,
  d: number,
  k: number,
  weights: ArrayLike<number>,
  random: Random,
  pause: Pause,
): Promise<Float32Array> {
  const candidates = [sampleFromWeights(cumulativeWeights(weights), random.next())];
  const nearestOf = (rows: readonly number[]) =>
    assignInBlocks(x, n, Float64Array.from(gatherRows(x, rows, d)), rows.length, d, pause);
  const { labels: owners, costs: closest } = await nearestOf(candidates);

  for (let round = 0; round < PARALLEL_ROUNDS; round++) {
    const cumulative = cumulativeCosts(weights, closest);
    if (cumulative[n - 1] === 0) break;
    const drawn = new Set<number>();
    for (let draw = 0; draw < PARALLEL_OVERSAMPLING * k; draw++) {
      drawn.add(sampleFromWeights(cumulative, random.next()));
    }
    const nearest = await nearestOf([...drawn]);
    for (let i = 0; i < n; i++) {
      if (nearest.costs[i] < closest[i]) {
        closest[i] = nearest.costs[i];
        owners[i] = candidates.length + nearest.labels[i];
      }
    }
    candidates.push(...drawn);
  }

  const owned = new Float64Array(candidates.length);
  for (let i = 0; i < n; i++) owned[owners[i]] += weights[i];
  // A candidate equal to an earlier one owns nothing, as ties go to the lowest index.
  const distinct = [...candidates.keys()].filter((j) => owned[j] > 0);
  const rows = distinct.map((j) => candidates[j]);
  if (rows.length <= k) {
    const all = await kMeansPlusPlus(x, n, d, k, weights, random, pause, rows);
    return gatherRows(x, all, d);
  }
  const ownedWeights = distinct.map((j) => owned[j]);
  return reduceCandidates(gatherRows(x, rows, d), ownedWeights, k, d, random, pause);
}
