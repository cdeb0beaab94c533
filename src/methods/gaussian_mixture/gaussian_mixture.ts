/** Gaussian mixtures by expectation maximisation. */
import { plural } from '../../../host/show.js';
import type { RuntimeChoice } from '../../fit/backend.js';
import { InvalidArgumentError } from '../../errors.js';
import type { MixtureLoadOptions, MixtureSession } from './gaussian_mixture_backend.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import { GaussianMixtureModel } from './gaussian_mixture_model.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { GAUSSIAN_RULES, MIXTURE_DEFAULTS } from './options.js';
import { fitMixture, maximizeSoundly, type MixtureFamily } from './mixture_fit.js';
import { type FitResult } from './gaussian_mixture_backend.js';
import { totalOf } from './mixture_model.js';
import { withMixtureSession } from './mixture_session.js';
import {
  checkDistinct,
  checkStart,
  chooseSums,
  type MixtureInit,
  type MixtureStart,
  type StartData,
} from './mixture_start.js';
import { checkOptions, type OptionRules } from '../../fit/options.js';
import { tellingOnce } from '../../fit/told_once.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { createRandom, type Random } from '../../math/random.js';
import {
  formOf,
  maximize,
  type MixtureParameters,
  type MixtureRules,
  mixtureScorer,
} from './mixture_step.js';

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

export interface GaussianMixtureOptions extends MixtureOptions {
  /**
   * Where to start: 'kmeans' (its labels; the default), 'k-means++' or 'random_from_data' (rows as
   * means, with no covariance but regCovar), 'random' (random responsibilities), or given numbers.
   */
  readonly init?: MixtureInit | MixtureStart;
  /** Goes on from a model of the same k, covarianceType and columns, in place of `init`. */
  readonly warmStart?: GaussianMixtureModel;
  /** For covarianceType 'fixed' (soft K-means): every covariance is this times I. */
  readonly fixedVariance?: number;
}

const RULES: OptionRules = {
  ...GAUSSIAN_RULES,
  warmStart: {
    rule: 'a GaussianMixtureModel',
    holds: (value) => value instanceof GaussianMixtureModel,
  },
};

/** k d^2 at most: 1 GiB in float64, and a fit holds some of them. */
const MOST_PRODUCTS = 2 ** 27;

/** The rows, weights and engine of a mixture's fit, checked. */
export async function checkMixtureData(
  method: string,
  points: Points | PointStream,
  options: MixtureOptions,
) {
  const { k, runtime, signal } = options;
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
  const weights = checkWeights(options.sampleWeight, n);
  const data: StartData = { points: checked, weights: weights?.scaled, runtime, signal };
  return { data, meanWeight: weights?.mean ?? 1 };
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

/** How rows are loaded for a fit. */
export function loadOptions(
  { weights, signal }: StartData,
  { regCovar = MIXTURE_DEFAULTS.regCovar, retries }: MixtureOptions,
  fixedVariance = 0,
): MixtureLoadOptions {
  const leastVariance = Math.max(regCovar, fixedVariance);
  return { signal, retries, leastVariance, ...(weights ? { weights } : {}) };
}

/** As {@link tellingOnce}. */
export const tellingMixtureOnce = <O extends MixtureOptions>(options: O): O =>
  tellingOnce<MixtureProgress, O>(options, ({ iteration, restart }) => [iteration, restart]);

/** Reports progress of one of several runs. */
export function progressOf(
  { onIteration }: MixtureOptions,
  restart: number,
  restarts: number,
  maxIter: number,
): ((iteration: number, lowerBound: number) => void) | undefined {
  return (
    onIteration &&
    ((iteration, lowerBound) => {
      onIteration({ restart, restarts, iteration, maxIter, lowerBound });
    })
  );
}

/**
 * A mixture of k Gaussians by expectation maximisation, as scikit-learn's `GaussianMixture`: the
 * bound, its tolerance, the starts and the regularisation are the same.
 *
 * @param points n x d, one row a point, or a stream of them; never changed, nor to be until the promise
 *   settles
 * @returns the fitted model; its `labels` equal `predict(points)`
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; SingularCovarianceError
 *   naming the component; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the
 *   signal's reason when cancelled
 */
export async function gaussianMixture(
  points: Points | PointStream,
  options: GaussianMixtureOptions,
): Promise<GaussianMixtureModel> {
  options = tellingMixtureOnce(checkOptions('gaussianMixture', options, RULES));
  const { covarianceType = 'full', fixedVariance } = options;
  if ((covarianceType === 'fixed') !== (fixedVariance !== undefined)) {
    throw new InvalidArgumentError(
      'fixedVariance',
      `gaussianMixture: fixedVariance is ${fixedVariance ?? 'missing'} at covarianceType '${covarianceType}'; ` +
        `it belongs to covarianceType 'fixed', and only to it.`,
    );
  }
  const { data, meanWeight } = await checkMixtureData('gaussianMixture', points, options);
  const load = loadOptions(data, options, fixedVariance);
  return withMixtureSession(options.runtime, data.points, load, (session, engine) =>
    fit(session, engine, options, data, meanWeight),
  );
}

async function fit(
  session: MixtureSession,
  engine: string,
  options: GaussianMixtureOptions,
  data: StartData,
  meanWeight: number,
): Promise<GaussianMixtureModel> {
  const { covarianceType = 'full', init = 'kmeans', signal } = options;
  const { tol, regCovar, maxIter, nInit } = { ...MIXTURE_DEFAULTS, ...definedOf(options) };
  const rules: MixtureRules = {
    covarianceType,
    regCovar,
    fixedVariance: options.fixedVariance ?? 0,
  };
  const family = familyOf(session, rules);
  const given = givenStart(session, options, rules);
  const restarts = given ? 1 : nInit;
  const random = createRandom(options.seed ?? 0);
  let best: FitResult<MixtureParameters> | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    signal?.throwIfAborted();
    const start =
      given ??
      (await chooseStart(session, family, init as MixtureInit, options.k, rules, data, random));
    const fitOptions = {
      maxIter,
      tol,
      signal,
      onIteration: progressOf(options, restart, restarts, maxIter),
    };
    const begun = await session.fit?.(start, rules, fitOptions);
    const run =
      begun && !begun.unfinished
        ? begun
        : await fitMixture(session, family, begun?.parameters ?? start, {
            ...fitOptions,
            history: begun?.history,
          });
    if (!best || run.history.at(-1)! > best.history.at(-1)!) best = run;
  }
  const { parameters, history, converged } = best!;
  const scorer = mixtureScorer(parameters, covarianceType);
  const { labels, logDensities } = await session.score(scorer, signal);
  return new GaussianMixtureModel({
    covarianceType,
    shift: session.shift,
    scale: session.scale,
    parameters,
    labels,
    logLikelihood: meanWeight * totalOf(logDensities, data.weights),
    history,
    converged,
    engine,
  });
}

/** The options that were given: an option that is undefined means its default. */
export function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function familyOf(session: MixtureSession, rules: MixtureRules): MixtureFamily<MixtureParameters> {
  const [n, d] = session.shape;
  return {
    scorer: (parameters) => mixtureScorer(parameters, rules.covarianceType),
    maximize: (statistics) => maximize(statistics, d, rules),
    bound: ({ logLikelihood }) => logLikelihood / n,
  };
}

/** A start by numbers: given ones, or those of a model to go on from. */
function givenStart(
  session: MixtureSession,
  { k, init, warmStart }: GaussianMixtureOptions,
  rules: MixtureRules,
): MixtureParameters | undefined {
  const [, d] = session.shape;
  const { covarianceType, fixedVariance } = rules;
  if (warmStart) {
    const [otherK, otherD] = warmStart.means.shape;
    if (otherK !== k || otherD !== d || warmStart.covarianceType !== covarianceType) {
      throw new InvalidArgumentError(
        'warmStart',
        `warmStart has k ${otherK}, ${otherD} columns and covarianceType '${warmStart.covarianceType}', ` +
          `but this fit has k ${k}, ${d} columns and '${covarianceType}'; they must be the same.`,
      );
    }
  } else if (init === undefined || typeof init === 'string') {
    return undefined;
  }
  const start = warmStart
    ? {
        weights: warmStart.weights.data,
        means: warmStart.means.data,
        factors: warmStart.precisionsCholesky.data,
      }
    : checkStart(init as MixtureStart, covarianceType, k, d, fixedVariance);
  return {
    weights: start.weights,
    means: start.means.map((value, at) => value - session.shift[at % d]),
    factors: start.factors,
    // The first M-step makes them: the E-step needs only the factors.
    covariances: new Float64Array(start.factors.length),
  };
}

/** The M-step of a start chosen from the data. */
async function chooseStart(
  session: MixtureSession,
  family: MixtureFamily<MixtureParameters>,
  init: MixtureInit,
  k: number,
  rules: MixtureRules,
  data: StartData,
  random: Random,
): Promise<MixtureParameters> {
  const form = formOf(rules.covarianceType);
  const { take, frame } = await chooseSums(session, init, k, form, data, random);
  const { parameters } = await maximizeSoundly(family, take, frame);
  return parameters;
}
