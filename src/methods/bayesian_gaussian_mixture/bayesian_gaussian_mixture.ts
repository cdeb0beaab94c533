/** Bayesian Gaussian mixtures by variational inference. */
import { BayesianGaussianMixtureModel } from './bayesian_gaussian_mixture_model.js';
import { InvalidArgumentError } from '../../errors.js';
import {
  checkMixtureData,
  definedOf,
  loadOptions,
  type MixtureOptions,
  progressOf,
  tellingMixtureOnce,
} from '../gaussian_mixture/gaussian_mixture.js';
import type { MixtureSession } from '../gaussian_mixture/gaussian_mixture_backend.js';
import type { CovarianceType, Statistics } from '../../ops/mixtures/scorer.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { MIXTURE_DEFAULTS } from '../gaussian_mixture/options.js';
import { BAYESIAN_DEFAULTS, BAYESIAN_RULES } from './options.js';
import { checkTensor, type TensorLike } from '../gaussian_mixture/mixture_arrays.js';
import {
  fitMixture,
  frameOf,
  maximizeSoundly,
  type MixtureFamily,
} from '../gaussian_mixture/mixture_fit.js';
import { type FitResult } from '../gaussian_mixture/gaussian_mixture_backend.js';
import { totalOf } from '../gaussian_mixture/mixture_model.js';
import { withMixtureSession } from '../gaussian_mixture/mixture_session.js';
import {
  chooseSums,
  type MixtureInit,
  oneHot,
  type StartData,
  sumsOf,
} from '../gaussian_mixture/mixture_start.js';
import { checkOptions, wholeNumber } from '../../fit/options.js';
import { createRandom, type Random } from '../../math/random.js';
import { cholesky } from '../../math/cholesky.js';
import {
  estimate,
  formOf,
  maximize,
  type MixtureParameters,
  type MixtureRules,
  mixtureScorer,
} from '../gaussian_mixture/mixture_step.js';
import {
  between,
  type MatrixParts,
  maximizeVariational,
  type MixturePriors,
  variationalBound,
  type VariationalParameters,
  variationalScorer,
  type WeightPrior,
} from './variational_step.js';

export interface BayesianGaussianMixtureOptions extends MixtureOptions {
  readonly covarianceType?: Exclude<CovarianceType, 'fixed'>;
  /** Where to start: as for a Gaussian mixture, or from given labels, [n]. */
  readonly init?: MixtureInit | { readonly labels: ArrayLike<number> };
  /** 'dirichlet_process' (default) or 'dirichlet_distribution'. */
  readonly weightConcentrationPriorType?: WeightPrior;
  /** Low values leave components empty. Default 1 / k. */
  readonly weightConcentrationPrior?: number;
  /** How many rows the prior of the means counts for. Default 1. */
  readonly meanPrecisionPrior?: number;
  /** [d]. Default: the columns' means. */
  readonly meanPrior?: ArrayLike<number>;
  /** Above d - 1. Default d. */
  readonly degreesOfFreedomPrior?: number;
  /** full and tied [d, d], diag [d], spherical [1]. Default: the data's covariance. */
  readonly covariancePrior?: TensorLike | ArrayLike<number> | number;
}

/**
 * A mixture of at most k Gaussians by variational inference, as scikit-learn's
 * `BayesianGaussianMixture`: components that the data do not need lose their weight.
 *
 * The bound is a sum over the rows and lacks constant terms; `tol` applies to it.
 *
 * @param points n x d, one row a point, or a stream of them; never changed, nor to be until the promise
 *   settles
 * @returns the fitted model; its `labels` equal `predict(points)`
 * @throws as gaussianMixture
 */
export async function bayesianGaussianMixture(
  points: Points | PointStream,
  options: BayesianGaussianMixtureOptions,
): Promise<BayesianGaussianMixtureModel> {
  options = tellingMixtureOnce(checkOptions('bayesianGaussianMixture', options, BAYESIAN_RULES));
  const { data, meanWeight } = await checkMixtureData('bayesianGaussianMixture', points, options);
  const load = loadOptions(data, options);
  return withMixtureSession(options.runtime, data.points, load, (session, engine) =>
    fit(session, engine, options, data, meanWeight),
  );
}

async function fit(
  session: MixtureSession,
  engine: string,
  options: BayesianGaussianMixtureOptions,
  data: StartData,
  meanWeight: number,
): Promise<BayesianGaussianMixtureModel> {
  const { k, covarianceType = 'full', signal, init = 'kmeans' } = options;
  const { tol, regCovar, maxIter, nInit } = { ...MIXTURE_DEFAULTS, ...definedOf(options) };
  const [n, d] = session.shape;
  const rules: MixtureRules = { covarianceType, regCovar, fixedVariance: 0 };
  const { priors, parts } = await choosePriors(session, options, rules);
  const family: MixtureFamily<VariationalParameters> = {
    scorer: (parameters) => variationalScorer(parameters, covarianceType, priors),
    maximize: (statistics) => maximizeVariational(statistics, d, rules, priors, parts),
    bound: (expectation, parameters) =>
      variationalBound(expectation, parameters, covarianceType, priors),
  };
  const labels = typeof init === 'string' ? undefined : checkLabels(init.labels, n, k);
  const random = createRandom(options.seed ?? 0);
  const restarts = labels ? 1 : nInit;
  let best: FitResult<VariationalParameters> | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    signal?.throwIfAborted();
    const { take, frame } = await startOf(session, init, labels, k, rules, data, random);
    const start = await maximizeSoundly(family, take, frame);
    const run = await fitMixture(session, family, start.parameters, {
      maxIter,
      tol,
      signal,
      onIteration: progressOf(options, restart, restarts, maxIter),
    });
    if (!best || run.history.at(-1)! > best.history.at(-1)!) best = run;
  }
  const { parameters, history, converged } = best!;
  const scored = await session.score(family.scorer(parameters), signal);
  return new BayesianGaussianMixtureModel({
    covarianceType,
    shift: session.shift,
    scale: session.scale,
    parameters,
    priors,
    labels: scored.labels,
    logLikelihood: meanWeight * totalOf(scored.logDensities, data.weights),
    history,
    converged,
    engine,
  });
}

function startOf(
  session: MixtureSession,
  init: NonNullable<BayesianGaussianMixtureOptions['init']>,
  labels: Uint32Array | undefined,
  k: number,
  { covarianceType }: MixtureRules,
  data: StartData,
  random: Random,
) {
  const form = formOf(covarianceType);
  return labels
    ? sumsOf(session, oneHot(labels, k), k, form, data.signal)
    : chooseSums(session, init as MixtureInit, k, form, data, random);
}

function checkLabels(labels: ArrayLike<number>, n: number, k: number): Uint32Array {
  if (labels.length !== n) {
    throw new InvalidArgumentError(
      'init.labels',
      `init.labels has ${labels.length} entries for ${n} rows; give one label a row.`,
    );
  }
  const rule = wholeNumber(0, k - 1);
  return Uint32Array.from({ length: n }, (_, i) => {
    if (rule.holds(labels[i])) return labels[i];
    throw new InvalidArgumentError(
      'init.labels',
      `init.labels[${i}] is ${labels[i]}; it must be ${rule.rule}.`,
    );
  });
}

/** The priors given, and scikit-learn's defaults for the others; parts of the covariance: see maximizeVariational. */
async function choosePriors(
  session: MixtureSession,
  options: BayesianGaussianMixtureOptions,
  rules: MixtureRules,
): Promise<{ readonly priors: MixturePriors; readonly parts: MatrixParts | undefined }> {
  const [, d] = session.shape;
  const { meanPrior, covariancePrior, degreesOfFreedomPrior = d } = options;
  if (degreesOfFreedomPrior <= d - 1) {
    throw new InvalidArgumentError(
      'degreesOfFreedomPrior',
      `degreesOfFreedomPrior is ${degreesOfFreedomPrior}; it must be above ${d - 1}, the columns less 1.`,
    );
  }
  const sample = await sampleMoments(session, rules);
  const priors = {
    weightConcentrationPriorType:
      options.weightConcentrationPriorType ?? BAYESIAN_DEFAULTS.weightConcentrationPriorType,
    weightConcentrationPrior: options.weightConcentrationPrior ?? 1 / options.k,
    meanPrecisionPrior: options.meanPrecisionPrior ?? BAYESIAN_DEFAULTS.meanPrecisionPrior,
    degreesOfFreedomPrior,
    meanPrior:
      meanPrior === undefined
        ? sample.mean
        : checkTensor('meanPrior', meanPrior, [d]).map((value, j) => value - session.shift[j]),
    covariancePrior:
      covariancePrior === undefined
        ? sample.covariance
        : checkCovariancePrior(covariancePrior, rules.covarianceType, d),
  };
  return { priors, parts: covariancePrior === undefined ? sample.parts : undefined };
}

function checkCovariancePrior(
  given: TensorLike | ArrayLike<number> | number,
  type: CovarianceType,
  d: number,
): Float64Array {
  const shape = { full: [d, d], tied: [d, d], diag: [d], spherical: [1], fixed: [1] }[type];
  const prior = checkTensor('covariancePrior', typeof given === 'number' ? [given] : given, shape);
  const holds =
    shape.length === 2 ? cholesky(prior, d).failed < 0 : prior.every((value) => value > 0);
  if (holds) return prior;
  throw new InvalidArgumentError(
    'covariancePrior',
    `covariancePrior is [${[...prior.subarray(0, 4)].join(', ')}${prior.length > 4 ? ', ...' : ''}]; ` +
      `it must be positive ${shape.length === 2 ? 'definite' : ''}.`,
  );
}

/** A variance, relative to the largest one, for the frame of columns that have none. */
const LEAST_SPREAD = 2 ** -40;

/** The data's mean and (n - 1) covariance, in the shape of a covariance prior. */
async function sampleMoments(session: MixtureSession, { covarianceType }: MixtureRules) {
  const [n, d] = session.shape;
  const form = formOf(covarianceType);
  const rules = { covarianceType: form, regCovar: 0, fixedVariance: 0 };
  const all = (_: number, rows: number) => new Float32Array(rows).fill(1);
  const { take, frame } = await sumsOf(session, all, 1, form, undefined);
  let ridge: number | undefined;
  const family = {
    scorer: (parameters: MixtureParameters) => mixtureScorer(parameters, form),
    maximize: (sums: Statistics) => {
      ridge ??= (sums.products.reduce((most, one) => Math.max(most, one), 0) / n) * LEAST_SPREAD;
      return maximize(sums, d, { ...rules, regCovar: ridge > 0 ? ridge : 1 });
    },
  };
  const first = await maximizeSoundly(family, take, frame);
  // Once more where float32 rounds the rows' own coordinates: no step comes after that would mend it.
  const own = first.sums.noise > 0 ? frameOf(family.scorer(first.parameters)) : frame;
  const sums = own.factors ? await take(own) : first.sums;
  const { means, covariances, whitenings } = estimate(sums, d, rules);
  const sample = covariances.map((value) => (value * n) / Math.max(1, n - 1));
  const parts = whitenings.map(({ back }): MatrixParts => ({ back, within: sample })).at(0);
  const covariance = parts ? between(parts.back, parts.within, d) : sample;
  if (covarianceType !== 'spherical') return { mean: means, covariance, parts };
  const total = covariance.reduce((sum, value) => sum + value, 0);
  return { mean: means, covariance: Float64Array.of(total / d), parts };
}
