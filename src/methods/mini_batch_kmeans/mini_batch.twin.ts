/** One step of mini-batch k-means, once a batch was assigned and summed. */
import type { Metric } from '../../rows/load_options.js';
import type { ClusterSums } from '../../ops/sums/accumulate.twin.js';
import { update } from '../../ops/sums/update.twin.js';

/** Centroids as means of all rows so far that they have owned. */
export interface RunningMeans {
  /** k x d. */
  readonly centroids: Float32Array;
  /** The weight each centroid is the mean of, [k]. */
  readonly weightSums: Float64Array;
}

/**
 * Takes a batch into running means (Sculley, "Web-scale k-means clustering", 2010; as scikit-learn's
 * `_minibatch_update_dense`): c <- (W c + sum w x) / (W + sum w), the sums over the rows of the batch
 * nearest to c.
 *
 * @param shift see `update`
 * @param sums residuals about `centroids` and weights of the batch's rows, by cluster
 * @returns the new means, and `shift`, the sum of their squared moves
 */
export function miniBatchUpdate(
  { centroids, weightSums }: RunningMeans,
  k: number,
  d: number,
  sums: ClusterSums,
  metric: Metric,
  shift: Float64Array,
): RunningMeans & { readonly shift: number } {
  const total = weightSums.map((weight, c) => weight + sums.weightSums[c]);
  // A cluster that the batch has no weight for stays, also where no other batch had any.
  const divisors = total.map((weight, c) => (sums.weightSums[c] > 0 ? weight : 0));
  const moved = update(centroids, k, d, sums.residuals, divisors, metric, shift);
  return {
    centroids: Float32Array.from(moved.centroids),
    weightSums: total,
    shift: moved.shift,
  };
}

/**
 * The clusters to start anew, ascending: those of less than `ratio` times the largest weight, of those
 * at most half as many as the batch has rows, the lightest (scikit-learn's `_mini_batch_step`).
 */
export function neglected(weightSums: Float64Array, ratio: number, batchRows: number): number[] {
  const limit = ratio * weightSums.reduce((most, weight) => Math.max(most, weight), 0);
  const light = [...weightSums.keys()].filter((c) => weightSums[c] < limit);
  const most = Math.floor(batchRows / 2);
  if (light.length <= most) return light;
  return light
    .sort((a, b) => weightSums[a] - weightSums[b] || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/**
 * Puts `rows` (clusters.length x d) in the place of neglected centroids, with the least weight that
 * any other has: not so little that the next step would start them anew.
 */
export function startAnew(
  { centroids, weightSums }: RunningMeans,
  d: number,
  clusters: readonly number[],
  rows: Float32Array,
): RunningMeans {
  const placed = centroids.slice();
  const weights = weightSums.slice();
  const least = weightSums.reduce(
    (lowest, weight, c) => (clusters.includes(c) ? lowest : Math.min(lowest, weight)),
    Number.POSITIVE_INFINITY,
  );
  clusters.forEach((c, i) => {
    placed.set(rows.subarray(i * d, (i + 1) * d), c * d);
    weights[c] = least;
  });
  return { centroids: placed, weightSums: weights };
}
