/** K-means by mini-batches. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { InvalidArgumentError } from '../../errors.js';
import { isPointStream, isStreamed, type Metric } from '../../rows/load_options.js';
import { type CheckedMatrix, isGpuMatrix, type Points } from '../../rows/matrix.js';
import { MiniBatchKMeansModel, type OnlineOptions } from './mini_batch_model.js';
import { type MiniBatchProgressState, step } from './mini_batch_step.js';
import { MINI_BATCH_DEFAULTS, MINI_BATCH_RULES } from './options.js';
import { type Batch, type BatchRows, heldRows, passingRows } from './mini_batch_rows.js';
import { checkOptions } from '../../fit/options.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { createRandom, type Random } from '../../math/random.js';
import {
  checkEnoughRows,
  checkGiven,
  type GivenCentroids,
  meanCentroid,
  placeCentroids,
} from '../kmeans/start_centroids.js';
import { withEngine } from '../../fit/engine.js';
import { withLoaded } from '../../fit/session.js';
import { inertiasOf } from '../../ops/clustering/assign.js';
import type { Engine } from '../../ops/op.js';
import { type Seeding, seedCentroids } from '../../ops/seeding/seed.js';
import { meanVariance } from '../../ops/sums/mean_variance.js';

/** What `onIteration` is told after each batch. */
export interface MiniBatchProgress {
  /** Batches so far, from 1. */
  readonly step: number;
  /** Batches at most. */
  readonly steps: number;
  /** The batch's mean cost a row, before its step. */
  readonly cost: number;
}

export interface MiniBatchKMeansOptions extends OnlineOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /** Starting centroids, as for `kmeans`; seeded from `initSize` rows. Default 'k-means++'. */
  readonly init?: Seeding | GivenCentroids;
  /** Seedings, of which that with the lowest inertia of those rows is used. Default: 3 for 'random', else 1. */
  readonly nInit?: number;
  /** Rows to seed from: random ones, of a stream the first. Default 3 batchSize, at least 3 k. */
  readonly initSize?: number;
  /** Rows in a batch. Default 1,024. */
  readonly batchSize?: number;
  /** Batches at most, in times the number of rows; passes over a stream. Default 100. */
  readonly maxIter?: number;
  /**
   * The fit stops when a step's summed squared shift of the centroids is at most `tol` times the mean
   * variance of the columns (of the rows to seed from). Default 0: never.
   */
  readonly tol?: number;
  /** The fit stops after this many batches without a lower smoothed cost. Default 10; 0 for never. */
  readonly maxNoImprovement?: number;
  /** A weight >= 0 for each row, [n]. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number>;
  readonly onIteration?: (progress: MiniBatchProgress) => void;
  /** Cancels the fit: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /**
   * How often the fit goes on on a fresh device after one was lost, for the same bits; nothing is told twice.
   * Default 1 on the shared device, 0 with a runtime of your own, which another like it then replaces; a
   * device that you lent is yours to replace.
   */
  readonly retries?: number;
}

const RANDOM_RESTARTS = 3;
/** Rows to seed from, in batches and in clusters. */
const INIT_BATCHES = 3;

/**
 * K-means by mini-batches (Sculley 2010): each batch of rows moves the centroids towards the means of
 * all rows they have owned. A good answer in a small part of the time and memory of `kmeans`, and no
 * two passes over the data where one is enough.
 *
 * Behaves as scikit-learn's `MiniBatchKMeans`: random batches with replacement, `tol` and
 * `maxNoImprovement` on a smoothed cost, neglected centroids put on random rows. The batches of a
 * stream are its rows in their order, `maxIter` times: give them shuffled.
 *
 * @param points n x d on the host, one row a point, or a stream of such rows; never changed, nor to
 *   be until the promise settles
 * @returns the fitted model; `model.predict(points)` gives the labels
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function miniBatchKMeans(
  points: Points | PointStream,
  options: MiniBatchKMeansOptions,
): Promise<MiniBatchKMeansModel> {
  options = checkOptions('miniBatchKMeans', options, MINI_BATCH_RULES);
  checkGiven('miniBatchKMeans', options);
  const { k, metric = 'euclidean', runtime, signal } = options;
  signal?.throwIfAborted();
  const rules = { directions: metric === 'cosine' };
  const checked = await checkSource('points', hostRows(points), rules, signal);
  const [n] = checked.shape;
  checkEnoughRows('miniBatchKMeans', k, n);
  const weights = await checkWeights(options.sampleWeight, n);
  const batchSize = Math.min(n, options.batchSize ?? MINI_BATCH_DEFAULTS.batchSize);
  let course: Course | undefined;
  try {
    return await withEngine(
      runtime,
      checked,
      signal,
      async (backend) => {
        if (!course) {
          const random = createRandom(options.seed ?? 0);
          const rows = isStreamed(checked)
            ? passingRows(checked, weights?.scaled, batchSize)
            : heldRows(checked as CheckedMatrix, weights?.scaled, batchSize, random);
          course = await begin(backend, rows, options, random);
        }
        return fit(backend, course, options, weights?.mean ?? 1);
      },
      options.retries,
    );
  } finally {
    await course?.batches.return?.();
  }
}

function hostRows(points: Points | PointStream): Points | PointStream {
  const onDevice =
    typeof points === 'object' && (points as unknown) !== null && !isPointStream(points);
  if (!onDevice || !isGpuMatrix(points)) return points;
  throw new InvalidArgumentError(
    'points',
    `miniBatchKMeans: points lie on the device, but batches are drawn on the host; use kmeans, or ` +
      `partialFit with a matrix for each batch.`,
  );
}

/** How far a fit has come: it goes on from here where it loses its device. */
interface Course {
  readonly shift: Float64Array;
  readonly tolerance: number;
  readonly steps: number;
  readonly stopping: Stopping;
  readonly batches: AsyncIterator<Batch>;
  /** The batch to take next, where it is known already. */
  batch: IteratorResult<Batch> | undefined;
  state: MiniBatchProgressState;
}

async function begin(
  backend: Engine,
  rows: BatchRows,
  options: MiniBatchKMeansOptions,
  random: Random,
): Promise<Course> {
  const { maxIter, maxNoImprovement } = { ...MINI_BATCH_DEFAULTS, ...options };
  const { centroids, shift, tolerance } = await start(backend, rows, options, random);
  const steps = rows.steps(maxIter);
  const weightSums = new Float64Array(options.k);
  return {
    shift,
    tolerance,
    steps,
    stopping: new Stopping(rows, maxNoImprovement),
    batches: rows.batches(steps)[Symbol.asyncIterator](),
    batch: undefined,
    state: { centroids, weightSums, steps: 0, rowsUnchecked: 0 },
  };
}

async function fit(
  backend: Engine,
  course: Course,
  options: MiniBatchKMeansOptions,
  meanWeight: number,
): Promise<MiniBatchKMeansModel> {
  const { k, metric = 'euclidean', signal, onIteration } = options;
  const { reassignmentRatio = MINI_BATCH_DEFAULTS.reassignmentRatio, seed = 0 } = options;
  const { shift, tolerance, steps, stopping, batches } = course;
  const stepOptions = { k, metric, reassignmentRatio, seed, signal, meanWeight };
  let converged = false;
  while (!converged) {
    course.batch ??= await batches.next();
    if (course.batch.done) break;
    signal?.throwIfAborted();
    const batch = course.batch.value;
    const taken = await withLoaded(
      backend,
      batch.rows,
      load(batch, metric, signal, shift),
      (session) => step(session, course.state, stepOptions),
    );
    const { state, cost } = taken;
    course.state = state;
    course.batch = undefined;
    onIteration?.({ step: state.steps, steps, cost });
    // As in scikit-learn the first cost, that of the start, does not count.
    if (state.steps === 1) continue;
    converged = taken.shift <= tolerance && tolerance > 0;
    converged = stopping.hasStalled(cost) || converged;
  }
  signal?.throwIfAborted();
  const { centroids: centred, ...after } = course.state;
  return new MiniBatchKMeansModel({
    k,
    metric,
    shift,
    centred,
    ...after,
    reassignmentRatio,
    seed,
    converged,
    engine: backend.description,
  });
}

function load(
  { weights }: Batch,
  metric: Metric,
  signal: AbortSignal | undefined,
  shift?: Float64Array,
) {
  return { metric, signal, ...(shift ? { shift } : {}), ...(weights ? { weights } : {}) };
}

/** Where to start, in which coordinates, and the shift of the centroids that counts as none. */
async function start(
  backend: Engine,
  rows: BatchRows,
  options: MiniBatchKMeansOptions,
  random: Random,
): Promise<{ centroids: Float32Array; shift: Float64Array; tolerance: number }> {
  const { k, init = 'k-means++', metric = 'euclidean', tol = 0, signal } = options;
  const shift =
    typeof init === 'string'
      ? undefined
      : (rows.shift ?? meanCentroid('init', init, metric, rows.columns));
  const placed =
    typeof init === 'string' || !shift
      ? undefined
      : { centroids: placeCentroids('init', init, k, shift, metric), shift };
  if (placed && tol === 0) return { ...placed, tolerance: 0 };
  const size = options.initSize ?? Math.max(INIT_BATCHES * rows.batchSize, INIT_BATCHES * k);
  if (size < k) {
    throw new InvalidArgumentError(
      'initSize',
      `miniBatchKMeans: initSize is ${size}, but k is ${k}; seed from at least ${k} rows.`,
    );
  }
  const sample = await rows.sample(size);
  return withLoaded(backend, sample.rows, load(sample, metric, signal, shift), async (session) => {
    const tolerance = tol === 0 ? 0 : tol * (await session.run(meanVariance));
    if (placed) return { ...placed, tolerance };
    const restarts = options.nInit ?? (init === 'random' ? RANDOM_RESTARTS : 1);
    let best: { inertia: number; centroids: Float32Array } | undefined;
    for (let restart = 0; restart < restarts; restart++) {
      const [centroids] = await session.run(seedCentroids, init as Seeding, k, [random], signal);
      const [inertia] =
        restarts === 1 ? [0] : await session.run(inertiasOf, [centroids], k, signal);
      if (!best || inertia < best.inertia) best = { inertia, centroids };
    }
    return { centroids: best!.centroids, shift: session.shift, tolerance };
  });
}

/** Watches the cost of the batches, as scikit-learn's `_mini_batch_convergence` does. */
class Stopping {
  readonly #share: number;
  readonly #patience: number;
  #smoothed: number | undefined;
  #lowest = Number.POSITIVE_INFINITY;
  #stalled = 0;

  constructor({ batchSize, n }: BatchRows, patience: number) {
    this.#share = Math.min(1, (2 * batchSize) / (n + 1));
    this.#patience = patience;
  }

  hasStalled(cost: number): boolean {
    const before = this.#smoothed ?? cost;
    this.#smoothed = before + this.#share * (cost - before);
    if (this.#smoothed < this.#lowest) {
      this.#lowest = this.#smoothed;
      this.#stalled = 0;
    } else this.#stalled++;
    return this.#patience > 0 && this.#stalled >= this.#patience;
  }
}
