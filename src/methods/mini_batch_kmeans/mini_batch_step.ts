/** Mini-batch k-means, one batch at a time. */
import type { Metric } from '../../rows/load_options.js';
import { createRandom } from '../../math/random.js';
import { miniBatchUpdate, neglected, type RunningMeans, startAnew } from './mini_batch.twin.js';
import { clusterSums } from '../../ops/clustering/sums.js';
import type { Session } from '../../ops/op.js';
import { seedCentroids } from '../../ops/seeding/seed.js';

/** What goes from one batch to the next. */
export interface MiniBatchProgressState extends RunningMeans {
  /** Batches taken. */
  readonly steps: number;
  /** Rows since neglected centroids were last looked for. */
  readonly rowsUnchecked: number;
}

export interface StepOptions {
  readonly k: number;
  readonly metric: Metric;
  readonly reassignmentRatio: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  /** What the session's weights were divided by. */
  readonly meanWeight: number;
}

/** Neglected centroids are looked for at the latest after this many rows a centroid. */
const ROWS_PER_CENTROID = 10;
/** 2^32 over the golden ratio: spreads the steps over the seeds of the generator. */
const SPREAD = 0x9e3779b1;

/**
 * Takes the batch that `session` holds into the means.
 *
 * @returns the new state, the batch's mean cost a row before the step, and the centroids' squared shift
 */
export async function step(
  session: Session,
  before: MiniBatchProgressState,
  { k, metric, reassignmentRatio, seed, signal, meanWeight }: StepOptions,
): Promise<{
  readonly state: MiniBatchProgressState;
  readonly cost: number;
  readonly shift: number;
}> {
  const [rows, d] = session.shape;
  const { inertia, residuals, weightSums } = await session.run(
    clusterSums,
    before.centroids,
    k,
    signal,
  );
  const scale = (value: number) => value * meanWeight;
  const sums = { residuals: residuals.map(scale), weightSums: weightSums.map(scale) };
  const { shift, ...updated } = miniBatchUpdate(before, k, d, sums, metric, session.shift);
  let means: RunningMeans = updated;
  const rowsUnchecked = before.rowsUnchecked + rows;
  const due =
    before.weightSums.some((weight) => weight === 0) || rowsUnchecked >= ROWS_PER_CENTROID * k;
  const hasWeight = sums.weightSums.some((weight) => weight > 0);
  const clusters = due && hasWeight ? neglected(means.weightSums, reassignmentRatio, rows) : [];
  if (clusters.length > 0) {
    const random = createRandom((seed ^ Math.imul(before.steps + 1, SPREAD)) >>> 0);
    const [drawn] = await session.run(seedCentroids, 'random', clusters.length, [random], signal);
    means = startAnew(means, d, clusters, drawn);
  }
  return {
    state: { ...means, steps: before.steps + 1, rowsUnchecked: due ? 0 : rowsUnchecked },
    cost: scale(inertia) / rows,
    shift,
  };
}
