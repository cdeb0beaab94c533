import { assign } from './clustering.twin.js';
import type { LabelledResult, LloydOptions, LloydResult } from './lloyd.js';
import { inMetric } from './metric.js';
import type { HostRows } from '../op.js';
import { accumulate } from '../sums/accumulate.twin.js';
import { assignInBlocks } from '../assign/assign.twin.js';
import { BoundedAssignment } from '../assign/bounded_assignment.twin.js';
import { createPause, nextTask } from '../../math/event_loop.js';
import { relocate } from '../sums/relocate.twin.js';
import { update } from '../sums/update.twin.js';

/**
 * Lloyd's iterations as scikit-learn's `_kmeans_single_lloyd` counts and stops them: an iteration
 * assigns every row, then moves the centroids; the last is the one whose labels equal the iteration
 * before, or whose summed squared shift is within `tolerance`. The event loop gets a turn each
 * iteration. Centroids are float64 throughout and rounded to float32 at the end.
 *
 * @param start k x d, in the rows' coordinates
 * @param index which of several starts that is, for `onIteration`
 */
export async function lloyd(
  { x, n, d, weights, metric, shift }: HostRows,
  start: Float32Array,
  k: number,
  { algorithm, maxIter, tolerance, signal, onIteration }: LloydOptions,
  index = 0,
): Promise<LloydResult> {
  const pause = createPause(signal);
  const history: number[] = [];
  let centroids: Float64Array = Float64Array.from(start);
  const bounded =
    algorithm === 'bounded' ? new BoundedAssignment(x, n, centroids, k, d) : undefined;
  let previous: Uint32Array | undefined;
  let converged = false;
  while (!converged && history.length < maxIter) {
    const { labels, costs } = bounded
      ? await bounded.assign(centroids, pause)
      : await assignInBlocks(x, n, centroids, k, d, pause);
    const { inertia, ...sums } = accumulate(x, n, centroids, k, d, labels, weights);
    history.push(inMetric(inertia, metric));
    onIteration?.(history.length, inMetric(inertia, metric), index);
    await nextTask();
    signal?.throwIfAborted();

    const moved = relocate(x, n, centroids, k, d, labels, costs, weights, sums);
    const next = update(centroids, k, d, moved.residuals, moved.weightSums, metric, shift);
    converged = next.shift <= tolerance || sameLabels(labels, previous);
    centroids = next.centroids;
    previous = labels;
  }
  return {
    centroids: Float32Array.from(centroids),
    iterations: history.length,
    converged,
    history: Float64Array.from(history),
  };
}

function sameLabels(labels: Uint32Array, previous: Uint32Array | undefined): boolean {
  return previous !== undefined && labels.every((label, i) => label === previous[i]);
}

/** The best of the starts, by what `assign` makes of the rows. */
export async function bestLloyd(
  rows: HostRows,
  starts: readonly Float32Array[],
  k: number,
  options: LloydOptions,
): Promise<LabelledResult> {
  let best: LabelledResult | undefined;
  for (const [i, start] of starts.entries()) {
    const result = await lloyd(rows, start, k, options, i);
    const assignment = await assign(rows, result.centroids, k, options.signal);
    if (!best || assignment.inertia < best.inertia) best = { ...result, ...assignment };
  }
  return best!;
}
