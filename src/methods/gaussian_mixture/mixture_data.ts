/** What fits of every kind of mixture are asked and given. */
import { plural } from '../../../host/show.js';
import type { RuntimeChoice } from '../../fit/backend.js';
import { withRows } from '../../fit/engine.js';
import { tellingOnce } from '../../fit/told_once.js';
import { InvalidArgumentError } from '../../errors.js';
import { inColumns } from '../../ops/mixtures/columns.js';
import { formOf } from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import type { Session } from '../../ops/op.js';
import type { PointSource } from '../../rows/load_options.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { checkDistinct } from './distinct_rows.js';

/** What `onIteration` is told, once an iteration and in order. */
export interface MixtureProgress {
  /** Which of the `restarts` runs, from 0. */
  readonly restart: number;
  readonly restarts: number;
  /** Iterations done in this run, from 1. */
  readonly iteration: number;
  readonly maxIter: number;
  /** The bound of this iteration. */
  readonly lowerBound: number;
}

/** Options that every kind of mixture has. */
export interface MixtureOptions {
  /** Number of components, 1 <= k <= n. */
  readonly k: number;
  /**
   * Each component's own matrix ('full', the default), one for all ('tied'), a variance a column
   * ('diag') or one variance ('spherical').
   */
  readonly covarianceType?: CovarianceType;
  /** A run stops when the bound (the mean log-likelihood) changes by less than this. Default 1e-3. */
  readonly tol?: number;
  /** Added to the variances, in the squared units of the columns. Default 1e-6. */
  readonly regCovar?: number;
  /** Iterations at most in a run. Default 100. */
  readonly maxIter?: number;
  /** Runs from different starts, of which the highest bound wins. Default 1. */
  readonly nInit?: number;
  /** A weight >= 0 for each row, [n]. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number>;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: MixtureProgress) => void;
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

/** As {@link tellingOnce}. */
export const tellingMixtureOnce = <O extends MixtureOptions>(options: O): O =>
  tellingOnce<MixtureProgress, O>(options, ({ iteration, restart }) => [iteration, restart]);

/** k d^2 at most: 1 GiB in float64, and a fit holds some of them. */
const MOST_PRODUCTS = 2 ** 27;

export interface MixtureData {
  readonly points: PointSource;
  /** Of mean 1. */
  readonly weights: Float32Array | undefined;
  /** What they were divided by. */
  readonly meanWeight: number;
}

/** The rows and weights of a mixture's fit, checked. */
export async function checkMixtureData(
  method: string,
  points: Points | PointStream,
  options: MixtureOptions,
): Promise<MixtureData> {
  const { k, signal } = options;
  if ((k as number | undefined) === undefined) {
    throw new InvalidArgumentError(
      'k',
      `${method}: k is missing; give the number of components, as in { k: 3 }.`,
    );
  }
  signal?.throwIfAborted();
  const checked = await checkSource('points', points, {}, signal);
  const [n] = checked.shape;
  if (k > n) {
    throw new InvalidArgumentError(
      'k',
      `${method}: k is ${k}, but points has only ${n} ${plural(n, 'row')}; k must be from 1 to ${n}.`,
    );
  }
  checkSize(method, options, checked.shape[1]);
  await checkDistinct(checked, k);
  const weights = await checkWeights(options.sampleWeight, n);
  return { points: checked, weights: weights?.scaled, meanWeight: weights?.mean ?? 1 };
}

/** Throws where the sums of matrices would be more than an array may hold. */
function checkSize(
  method: string,
  { k, covarianceType = 'full' }: MixtureOptions,
  d: number,
): void {
  if (formOf(covarianceType) === 'diag' || k * d * d <= MOST_PRODUCTS) return;
  throw new InvalidArgumentError(
    'covarianceType',
    `${method}: covarianceType '${covarianceType}' of ${d} columns at k ${k} needs k x columns^2 = ${k * d * d} numbers; ` +
      `at most ${MOST_PRODUCTS} are held. Use covarianceType 'diag', or fewer columns (pca()).`,
  );
}

/** Loads the rows for a fit. */
export function withMixtureRows<T>(
  { points, weights }: MixtureData,
  { runtime, signal, retries }: MixtureOptions,
  work: (session: Session, engine: string) => Promise<T>,
): Promise<T> {
  const load = { metric: 'euclidean', hold: inColumns, signal, retries } as const;
  return withRows(runtime, points, weights ? { ...load, weights } : load, work);
}
