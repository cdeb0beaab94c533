/** Bayesian Gaussian mixtures by variational inference. */
import { BayesianGaussianMixtureModel } from './bayesian_gaussian_mixture_model.js';
import { InvalidArgumentError } from '../../errors.js';
import { scaleColumns } from '../../ops/mixtures/columns.js';
import { densities } from '../../ops/mixtures/expectation.js';
import { formOf, type MixtureRules } from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import type { Session } from '../../ops/op.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkOptions, wholeNumber } from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import {
  checkMixtureData,
  type MixtureData,
  type MixtureOptions,
  tellingMixtureOnce,
  withMixtureRows,
} from '../gaussian_mixture/mixture_data.js';
import {
  bestOfRuns,
  expectationOf,
  fitMixture,
  maximizeSoundly,
  type MixtureFamily,
} from '../gaussian_mixture/mixture_fit.js';
import type { TensorLike } from '../gaussian_mixture/mixture_arrays.js';
import { totalOf } from '../gaussian_mixture/mixture_model.js';
import {
  chooseStarts,
  type MixtureInit,
  oneHot,
  sumsOf,
} from '../gaussian_mixture/mixture_start.js';
import { MIXTURE_DEFAULTS } from '../gaussian_mixture/options.js';
import { BAYESIAN_RULES } from './options.js';
import { choosePriors } from './priors.js';
import {
  maximizeVariational,
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
  const data = await checkMixtureData('bayesianGaussianMixture', points, options);
  return withMixtureRows(data, options, (session, engine) => fit(session, engine, options, data));
}

async function fit(
  session: Session,
  engine: string,
  options: BayesianGaussianMixtureOptions,
  { weights, meanWeight }: MixtureData,
): Promise<BayesianGaussianMixtureModel> {
  const { k, covarianceType = 'full', signal, init = 'kmeans' } = options;
  const { regCovar, nInit: count } = { ...MIXTURE_DEFAULTS, ...options };
  const [n, d] = session.shape;
  const rules: MixtureRules = { covarianceType, regCovar, fixedVariance: 0 };
  const form = formOf(covarianceType);
  const priorsOf = choosePriors(session, options, rules);
  const labels = typeof init === 'string' ? undefined : checkLabels(init.labels, n, k);
  const random = createRandom(options.seed ?? 0);
  const starts = labels
    ? [() => sumsOf(session, oneHot(labels, k), k, form, signal)]
    : await chooseStarts(session, init as MixtureInit, { k, form, count, random, signal });
  const scale = await session.run(scaleColumns, { leastVariance: regCovar });
  const { priors, parts } = await priorsOf();
  const family: MixtureFamily<VariationalParameters> = {
    scorer: (parameters) => variationalScorer(parameters, covarianceType, priors),
    maximize: (statistics) => maximizeVariational(statistics, d, rules, priors, parts),
    bound: (expectation, parameters) =>
      variationalBound(expectation, parameters, covarianceType, priors),
  };
  const { parameters, history, converged } = await bestOfRuns(
    starts.length,
    options,
    async (restart, asked) => {
      const { take, frame } = await starts[restart]();
      const start = await maximizeSoundly(family, take, frame);
      return fitMixture(expectationOf(session, signal), family, start.parameters, asked);
    },
  );
  const scored = await session.run(densities, family.scorer(parameters), signal);
  return new BayesianGaussianMixtureModel({
    covarianceType,
    shift: session.shift,
    scale,
    parameters,
    priors,
    labels: scored.labels,
    logLikelihood: meanWeight * totalOf(scored.logDensities, weights),
    history,
    converged,
    engine,
  });
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
