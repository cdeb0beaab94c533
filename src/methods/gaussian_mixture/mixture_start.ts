/** Where expectation maximisation starts from. */
import { plural } from '../../../host/show.js';
import { refuseChanged, type RuntimeChoice } from '../../fit/backend.js';
import { InvalidArgumentError } from '../../errors.js';
import type { MixtureSession } from './gaussian_mixture_backend.js';
import type {
  CovarianceType,
  FactorForm,
  Frame,
  Responsibilities,
  Statistics,
} from '../../ops/mixtures/scorer.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import { covarianceShape, checkTensor, type TensorLike } from './mixture_arrays.js';
import { createRandom, type Random } from '../../math/random.js';
import { cholesky } from '../../math/cholesky.js';
import { formOf } from './mixture_step.js';
import { withRows } from '../../fit/engine.js';
import { lloyd } from '../../ops/clustering/lloyd.js';
import { seedCentroids } from '../../ops/seeding/seed.js';
import { meanVariance } from '../../ops/sums/mean_variance.js';

/** How a start is chosen from the data, as in scikit-learn. */
export type MixtureInit = 'kmeans' | 'k-means++' | 'random' | 'random_from_data';

/** A start given in full. */
export interface MixtureStart {
  /** [k], >= 0, summing to 1. */
  readonly weights: TensorLike | ArrayLike<number>;
  /** [k, d] */
  readonly means: TensorLike;
  /** full [k, d, d], tied [d, d], diag [k, d], spherical [k]; not needed for 'fixed'. */
  readonly precisions?: TensorLike | ArrayLike<number>;
}

/** scikit-learn's limits for the K-means of a start. */
const KMEANS = { maxIter: 300, tol: 1e-4 } as const;
/** Rows of a stream that are looked at for distinct ones at a time. */
const DISTINCT_ROWS = 1024;
/** How far weights may be from adding up to 1. */
const SUM_TOLERANCE = 1e-6;

/** What K-means and its seedings are run on. */
export interface StartData {
  readonly points: PointSource;
  readonly weights: Float32Array | undefined;
  readonly runtime: RuntimeChoice;
  readonly signal: AbortSignal | undefined;
}

function tooFewDistinct(k: number, distinct: number): InvalidArgumentError {
  return new InvalidArgumentError(
    'k',
    `k is ${k}, but points has only ${distinct} distinct ${plural(distinct, 'row')}; use k <= ${distinct}.`,
  );
}

/** Throws InvalidArgumentError where rows of the host's or a stream's hold fewer than k distinct ones. */
export async function checkDistinct(points: PointSource, k: number): Promise<void> {
  if ('buffer' in points) return;
  const [, d] = points.shape;
  const seen = new Set<string>();
  const look = (data: Float32Array) => {
    for (let at = 0; at < data.length && seen.size < k; at += d) {
      seen.add(data.subarray(at, at + d).join());
    }
    return seen.size < k;
  };
  if (isStreamed(points)) {
    for await (const block of points.blocks(DISTINCT_ROWS)) if (!look(block)) break;
  } else {
    refuseChanged(points);
    look(points.data);
  }
  if (seen.size < k) throw tooFewDistinct(k, seen.size);
}

/** Labels of K-means of the data, one run. */
function kMeansLabels(data: StartData, k: number, random: Random): Promise<Uint32Array> {
  const { points, weights, runtime, signal } = data;
  const load = { metric: 'euclidean', signal, ...(weights ? { weights } : {}) } as const;
  return withRows(runtime, points, load, async (session) => {
    const starts = await session.run(seedCentroids, 'k-means++', k, [random], signal);
    const tolerance = KMEANS.tol * (await session.run(meanVariance));
    const { labels, counts } = await session.run(lloyd, starts, k, {
      maxIter: KMEANS.maxIter,
      tolerance,
      signal,
    });
    const used = counts.filter((count) => count > 0).length;
    if (used < k) throw tooFewDistinct(k, used);
    return labels;
  });
}

/** k rows of the data less `shift`, k x d: by k-means++, or at random. */
function startRows(
  data: StartData,
  init: 'k-means++' | 'random_from_data',
  k: number,
  shift: Float64Array,
  random: Random,
): Promise<Float64Array> {
  const { points, weights, runtime, signal } = data;
  const load = { metric: 'euclidean', shift, signal, ...(weights ? { weights } : {}) } as const;
  return withRows(runtime, points, load, async (session) => {
    const seeding = init === 'k-means++' ? init : 'random';
    const [rows] = await session.run(seedCentroids, seeding, k, [random], signal);
    return Float64Array.from(rows);
  });
}

/** Responsibilities of 1 for the label of each row, else 0. */
export function oneHot(labels: Uint32Array, k: number): Responsibilities {
  return (start, rows) => {
    const given = new Float32Array(k * rows);
    for (let row = 0; row < rows; row++) given[labels[start + row] * rows + row] = 1;
    return given;
  };
}

/**
 * Uniform random responsibilities, each row's scaled to sum to 1. Rows are drawn one after the
 * other, so that they do not depend on how an engine cuts them into batches; asking again for rows
 * starts the stream anew.
 */
function randomResponsibilities(k: number, stream: () => Random): Responsibilities {
  let random = stream();
  return (start, rows) => {
    if (start === 0) random = stream();
    const given = new Float32Array(k * rows);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let c = 0; c < k; c++) sum += given[c * rows + row] = random.next();
      for (let c = 0; c < k; c++) given[c * rows + row] /= sum;
    }
    return given;
  };
}

/** Sums that a start consists of: taken in any frame, at first best in `frame`. */
export interface StartSums {
  readonly take: (frame: Frame) => Promise<Statistics>;
  readonly frame: Frame;
}

/** Sums of given responsibilities, at first about their own means. */
export async function sumsOf(
  session: MixtureSession,
  responsibilities: Responsibilities,
  k: number,
  form: FactorForm,
  signal: AbortSignal | undefined,
): Promise<StartSums> {
  const [, d] = session.shape;
  const origin = { centres: new Float64Array(k * d) };
  // First the means alone: 'diag' is the cheapest way to them.
  const { weights, sums } = await session.accumulate(responsibilities, origin, 'diag', signal);
  const centres = sums.map(
    (sum, at) => sum / Math.max(weights[Math.floor(at / d)], Number.MIN_VALUE),
  );
  return {
    take: (frame) => session.accumulate(responsibilities, frame, form, signal),
    frame: { centres },
  };
}

/** The sums of the responsibilities that a start consists of, as scikit-learn chooses them. */
export async function chooseSums(
  session: MixtureSession,
  init: MixtureInit,
  k: number,
  form: FactorForm,
  data: StartData,
  random: Random,
): Promise<StartSums> {
  const [, d] = session.shape;
  switch (init) {
    case 'kmeans': {
      const labels = await kMeansLabels(data, k, random);
      return sumsOf(session, oneHot(labels, k), k, form, data.signal);
    }
    case 'random': {
      const seed = random.below(2 ** 31);
      const given = randomResponsibilities(k, () => createRandom(seed));
      return sumsOf(session, given, k, form, data.signal);
    }
    case 'k-means++':
    case 'random_from_data': {
      // Each component owns one row, and the other rows belong to none.
      const frame = { centres: await startRows(data, init, k, session.shift, random) };
      const sums = {
        frame,
        noise: 0,
        weights: new Float64Array(k).fill(1),
        sums: new Float64Array(k * d),
        products: new Float64Array(form === 'diag' ? k * d : k * d * d),
      };
      return { take: () => Promise.resolve(sums), frame };
    }
  }
}

/** A given start, checked. */
export interface CheckedStart {
  readonly weights: Float64Array;
  /** k x d, in the caller's coordinates. */
  readonly means: Float64Array;
  /** Precisions' factors, as MixtureParameters has them. */
  readonly factors: Float64Array;
}

/**
 * @param variance that of 'fixed'
 * @throws InvalidArgumentError, ShapeError
 */
export function checkStart(
  start: MixtureStart,
  type: CovarianceType,
  k: number,
  d: number,
  variance: number,
): CheckedStart {
  const weights = checkTensor('init.weights', start.weights, [k]);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE || weights.some((weight) => weight < 0)) {
    throw new InvalidArgumentError(
      'init.weights',
      `init.weights is [${[...weights].join(', ')}], which sums to ${sum}; give weights >= 0 that sum to 1.`,
    );
  }
  const means = checkTensor('init.means', start.means, [k, d]);
  if (type === 'fixed') {
    return { weights, means, factors: new Float64Array(k).fill(1 / Math.sqrt(variance)) };
  }
  const shape = covarianceShape(type, k, d);
  const precisions = checkTensor('init.precisions', start.precisions, shape);
  return { weights, means, factors: factorsOf(precisions, type, d) };
}

function factorsOf(precisions: Float64Array, type: CovarianceType, d: number): Float64Array {
  if (formOf(type) === 'diag') {
    return precisions.map((precision, at) => {
      if (precision > 0) return Math.sqrt(precision);
      throw new InvalidArgumentError(
        'init.precisions',
        `init.precisions.data[${at}] is ${precision}; every precision must be above 0.`,
      );
    });
  }
  const factors = new Float64Array(precisions.length);
  for (let c = 0; c < precisions.length / (d * d); c++) {
    factors.set(upperFactor(precisions.subarray(c * d * d, (c + 1) * d * d), d, c), c * d * d);
  }
  return factors;
}

/** U, upper triangular, with U U^T the matrix: the Cholesky factor of the matrix turned about. */
function upperFactor(matrix: Float64Array, d: number, component: number): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [matrix[i * d + j], matrix[j * d + i]];
      if (Math.abs(a - b) > 1e-6 * Math.max(Math.abs(a), Math.abs(b))) {
        throw new InvalidArgumentError(
          'init.precisions',
          `init.precisions of component ${component} is not symmetric: ${a} at [${i}, ${j}], ${b} at [${j}, ${i}].`,
        );
      }
    }
  }
  const { factor, failed } = cholesky(matrix.slice().reverse(), d);
  if (failed >= 0) {
    throw new InvalidArgumentError(
      'init.precisions',
      `init.precisions of component ${component} is not positive definite; give the inverse of a covariance matrix.`,
    );
  }
  return factor.reverse();
}
