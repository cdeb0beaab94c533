/** K-means. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { type DeviceOutput, isKept, type MaybeOnDevice } from '../../fit/device_output.js';
import type { Metric, Storage } from '../../rows/load_options.js';
import type { DeviceKMeansModel } from './device_kmeans_model.js';
import { FittedKMeans, KMeansModel, type KMeansState } from './kmeans_model.js';
import { checkMatrix, type Points } from '../../rows/matrix.js';
import { checkOptions } from '../../fit/options.js';
import { tellingOnce } from '../../fit/told_once.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { createRandom, type Random } from '../../math/random.js';
import { KMEANS_DEFAULTS, KMEANS_RULES } from './options.js';
import {
  checkEnoughRows,
  checkGiven,
  type GivenCentroids,
  placeCentroids,
} from './start_centroids.js';
import { withRows } from '../../fit/engine.js';
import type { Algorithm } from '../../ops/clustering/algorithm.js';
import { type LabelledResult, lloyd } from '../../ops/clustering/lloyd.js';
import type { Kept } from '../../ops/device_result.js';
import type { Session } from '../../ops/op.js';
import { type Seeding, seedCentroids } from '../../ops/seeding/seed.js';
import { meanVariance } from '../../ops/sums/mean_variance.js';

/**
 * What `onIteration` is told, once an iteration, possibly a few iterations late: in order within a
 * restart. Restarts that go side by side are told of in turn.
 */
export interface KMeansProgress {
  /** Which of the `restarts` runs, from 0. */
  readonly restart: number;
  readonly restarts: number;
  /** Iterations done in this run, from 1. */
  readonly iteration: number;
  readonly maxIter: number;
  /** The objective of this iteration's labels. */
  readonly inertia: number;
}

export interface KMeansOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /**
   * Starting centroids: 'k-means++' (greedy; the default), 'k-means||' (for large k), 'random'
   * (distinct rows), or k x d given numbers.
   */
  readonly init?: Seeding | GivenCentroids;
  /**
   * Runs from different seeds, of which the lowest inertia wins. Default: 10 for 'random', else 1.
   * Those of small data, and of a stream as many as fit 64 MiB, go side by side on the device: they
   * share its waits and passes over the rows. What each finds is what it finds by itself.
   */
  readonly nInit?: number;
  /** Iterations at most in a run. Default 300. */
  readonly maxIter?: number;
  /**
   * A run stops when the summed squared shift of the centroids is at most `tol` times the mean
   * variance of the columns. Default 1e-4.
   */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  /** A weight >= 0 for each row, [n]. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number>;
  /**
   * 'euclidean' (default), or 'cosine': spherical k-means, with rows and centroids of length 1 and
   * the objective sum of 1 - cos.
   */
  readonly metric?: Metric;
  /**
   * 'lloyd' computes every distance in each iteration; 'bounded' only those that the triangle
   * inequality does not rule out (Ding et al. 2015), at 4 bytes a row and 16 clusters; 'auto' (the
   * default) takes what is faster. All give the same labels and the same centroids, bit for bit.
   */
  readonly algorithm?: Algorithm;
  /**
   * 'float16' holds the rows on the device as float16: half the memory, and half the bytes that each
   * pass over them reads. A number keeps 11 significant bits, after the column means are subtracted
   * and all are scaled alike into float16's range, which refuses none; whole numbers below 1,024
   * in a Float32Array or an array of 8 or 16 bits, such as pixels, lose nothing. All arithmetic and
   * all sums stay float32. The centroids are those of the rounded rows, and `inertia` is their
   * inertia; the model's methods round what they are given in the same way, so that `predict(points)`
   * still equals `labels`. For data larger than the device's memory, or too large for its speed, that carry
   * no more than three decimal digits: pixels, embeddings, measurements with noise. Streamed rows are
   * rounded alike, though they save no memory. The CPU twin rounds them, too, but holds them in
   * float32. Default 'float32': nothing is rounded. Whole numbers up to 16,384, of which no column spans
   * more than 255 (pixels, ratings), are then held in a byte each, exactly; a Float32Array, an array of 8
   * or 16 bits or a GPU matrix may bring them, metric 'cosine' and number[] may not.
   */
  readonly storage?: Storage;
  readonly onIteration?: (progress: KMeansProgress) => void;
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

/** Options of a fit whose labels and centroids stay on the device. */
export interface KMeansDeviceOptions
  extends Omit<KMeansOptions, 'runtime'>, Omit<DeviceOutput, 'signal'> {}

type AnyOptions = KMeansOptions & MaybeOnDevice;

const RANDOM_RESTARTS = 10;
/** Restarts whose starts and results are held at once: more than any engine has go side by side. */
const MOST_AT_ONCE = 1024;
const BYTES_AT_ONCE = 64 * 1024 * 1024;
/** From a restart's seed to the next one's: 2^32 by the golden ratio, so that near seeds share none. */
const SEED_STEP = 0x9e3779b9;

/**
 * K-means by Lloyd's iterations: finds k centroids that minimise the inertia, the sum over the rows
 * of the squared distance to the nearest centroid.
 *
 * Behaves as scikit-learn's `KMeans(algorithm='lloyd')`: greedy k-means++ (Arthur & Vassilvitskii
 * 2007) with 2 + ln k trials, `tol` relative to the mean column variance, empty clusters moved to the
 * farthest rows, best of `nInit`. With metric 'cosine' it is spherical k-means (Dhillon & Modha 2001).
 *
 * @param points n x d, one row a point; never changed, and not to be changed until the promise
 *   settles, nor are weights and `init` (see {@link Points}). Or a stream of such rows, which the device
 *   holds a few blocks of at a time, for the same answer bit by bit: two passes over it and one an
 *   iteration, and for the starting centroids one ('random'), some ten ('k-means||') or 2 k
 *   ('k-means++'); restarts share them. (The CPU twin reads it into memory.)
 * @returns the fitted model; its `labels` equal `predict(points)`. With `output: 'gpu'` they stay on the device, in
 *   a buffer of the caller's, and are never read
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export function kmeans(
  points: Points | PointStream,
  options: KMeansDeviceOptions,
): Promise<DeviceKMeansModel>;
export function kmeans(points: Points | PointStream, options: KMeansOptions): Promise<KMeansModel>;
export async function kmeans(
  points: Points | PointStream,
  options: AnyOptions,
): Promise<KMeansModel | DeviceKMeansModel> {
  options = checkOptions('kmeans', options, KMEANS_RULES);
  checkGiven('kmeans', options);
  const { k, metric = 'euclidean', runtime, signal } = options;
  signal?.throwIfAborted();
  const rules = { directions: metric === 'cosine' };
  const checked = await checkSource('points', points, rules, signal);
  const [n] = checked.shape;
  checkEnoughRows('kmeans', k, n);
  const weights = await checkWeights(options.sampleWeight, n);
  const { storage, init } = options;
  const extent =
    typeof init === 'object' ? checkMatrix('init', init, { shift: 'none' }).largest : 0;
  const scaled = weights ? { weights: weights.scaled } : {};
  const keep = isKept('kmeans', checked, options) ? (options.usage ?? 0) : undefined;
  // What has stayed on a device is lost with it.
  const retries = keep === undefined ? options.retries : 0;
  const load = { metric, storage, extent, signal, retries, ...scaled };
  const told = tellingOnce<KMeansProgress, AnyOptions>(options, (at) => [at.iteration, at.restart]);
  const found: Found = { restarts: 0 };
  const model = await withRows(runtime, checked, load, async (session, engine) => {
    const state = await fit(session, engine, told, weights?.mean ?? 1, found, keep);
    if (!state.kept) return new KMeansModel(state);
    const { deviceModel } = await import('./device_kmeans_model.js');
    return deviceModel(FittedKMeans, session, state, state.kept, keep!);
  }).catch((error: unknown) => {
    found.best?.kept?.buffer.destroy();
    throw error;
  });
  if (model.counts.includes(0)) (await import('./unused_clusters.js')).warnOfUnused(model, checked);
  return model;
}

async function fit(
  session: Session,
  engine: string,
  options: KMeansOptions,
  meanWeight: number,
  found: Found,
  keep: number | undefined,
): Promise<KMeansState & { readonly kept?: Kept | undefined }> {
  const { k, metric = 'euclidean', signal } = options;
  const tolerance = (options.tol ?? KMEANS_DEFAULTS.tol) * (await session.run(meanVariance));
  signal?.throwIfAborted();
  const run = await bestRun(session, options, tolerance, meanWeight, found, keep);
  const { centroids, iterations, converged, history, labels, counts, inertia, kept } = run;
  return {
    k,
    metric,
    shift: session.shift,
    centred: centroids,
    ...(options.storage === 'float16' ? { storage: options.storage, scale: session.scale } : {}),
    labels,
    counts,
    inertia: inertia * meanWeight,
    iterations,
    converged,
    history: history.map((value) => value * meanWeight),
    engine,
    kept,
  };
}

/** What a fit has found so far: it goes on from here where it loses its device. */
interface Found {
  /** Restarts that are done, and the best of them. */
  restarts: number;
  best?: LabelledResult;
  /** Where the next ones start. */
  starts?: readonly Float32Array[] | undefined;
}

/**
 * The best of all restarts, over rows that are loaded.
 *
 * @param tolerance `tol` in absolute terms: times the mean column variance
 * @param keep GPUBufferUsage flags to add, where the labels are to stay on the device
 */
export async function bestRun(
  session: Session,
  options: KMeansOptions,
  tolerance: number,
  meanWeight = 1,
  found: Found = { restarts: 0 },
  keep?: number,
): Promise<LabelledResult> {
  const {
    k,
    init = 'k-means++',
    metric = 'euclidean',
    maxIter = KMEANS_DEFAULTS.maxIter,
    signal,
  } = options;
  const given =
    typeof init === 'string' ? undefined : placeCentroids('init', init, k, session.shift, metric);
  const restarts = given ? 1 : (options.nInit ?? (init === 'random' ? RANDOM_RESTARTS : 1));
  const [, d] = session.shape;
  const atOnce = Math.ceil(Math.min(MOST_AT_ONCE, BYTES_AT_ONCE / (4 * k * d)));
  while (found.restarts < restarts) {
    const first = found.restarts;
    const count = Math.min(atOnce, restarts - first);
    found.starts ??= given
      ? [given]
      : await session.run(
          seedCentroids,
          init as Seeding,
          k,
          randomsOf(options.seed ?? 0, first, count),
          signal,
        );
    const run = await session.run(lloyd, found.starts, k, {
      algorithm: options.algorithm,
      maxIter,
      tolerance,
      signal,
      keep,
      onIteration:
        options.onIteration &&
        ((iteration, inertia, restart) =>
          options.onIteration?.({
            restart: first + restart,
            restarts,
            iteration,
            maxIter,
            inertia: inertia * meanWeight,
          })),
    });
    const isBest = !found.best || run.inertia < found.best.inertia;
    (isBest ? found.best : run)?.kept?.buffer.destroy();
    if (isBest) found.best = run;
    found.restarts += count;
    found.starts = undefined;
  }
  return found.best!;
}

/** Each restart draws from a stream of its own: what it finds does not depend on how many there are. */
function randomsOf(seed: number, first: number, count: number): readonly Random[] {
  return Array.from({ length: count }, (_, i) =>
    createRandom((seed + Math.imul(first + i, SEED_STEP)) >>> 0),
  );
}
