/** What variational inference assumes before it sees the data. */
import { InvalidArgumentError } from '../../errors.js';
import { cholesky } from '../../math/cholesky.js';
import { estimate, maximize } from '../../ops/mixtures/maximize.js';
import {
  formOf,
  type MixtureParameters,
  type MixtureRules,
  mixtureScorer,
} from '../../ops/mixtures/parameters.js';
import type { CovarianceType, Statistics } from '../../ops/mixtures/scorer.js';
import type { Session } from '../../ops/op.js';
import { checkTensor } from '../gaussian_mixture/given_arrays.js';
import type { TensorLike } from '../gaussian_mixture/mixture_arrays.js';
import { frameOf, maximizeSoundly } from '../gaussian_mixture/mixture_fit.js';
import { sumsOf } from '../gaussian_mixture/mixture_start.js';
import { BAYESIAN_DEFAULTS } from './options.js';
import {
  between,
  type MatrixParts,
  type MixturePriors,
  type WeightPrior,
} from './variational_step.js';

/** Priors as they may be given: see BayesianGaussianMixtureOptions. */
export interface PriorOptions {
  readonly k: number;
  readonly weightConcentrationPriorType?: WeightPrior;
  readonly weightConcentrationPrior?: number;
  readonly meanPrecisionPrior?: number;
  readonly meanPrior?: ArrayLike<number>;
  readonly degreesOfFreedomPrior?: number;
  readonly covariancePrior?: TensorLike | ArrayLike<number> | number;
}

interface ChosenPriors {
  readonly priors: MixturePriors;
  /** Of the covariance: see maximizeVariational. */
  readonly parts: MatrixParts | undefined;
}

/**
 * Checks the priors given, and fills in scikit-learn's defaults for the others, for which the rows'
 * columns are to be scaled before.
 */
export function choosePriors(
  session: Session,
  options: PriorOptions,
  { covarianceType }: MixtureRules,
): () => Promise<ChosenPriors> {
  const [, d] = session.shape;
  const { meanPrior, covariancePrior, degreesOfFreedomPrior = d } = options;
  if (degreesOfFreedomPrior <= d - 1) {
    throw new InvalidArgumentError(
      'degreesOfFreedomPrior',
      `degreesOfFreedomPrior is ${degreesOfFreedomPrior}; it must be above ${d - 1}, the columns less 1.`,
    );
  }
  const mean =
    meanPrior &&
    checkTensor('meanPrior', meanPrior, [d]).map((value, j) => value - session.shift[j]);
  const covariance =
    covariancePrior === undefined
      ? undefined
      : checkCovariancePrior(covariancePrior, covarianceType, d);
  return async () => {
    const sample = await sampleMoments(session, covarianceType);
    const priors = {
      weightConcentrationPriorType:
        options.weightConcentrationPriorType ?? BAYESIAN_DEFAULTS.weightConcentrationPriorType,
      weightConcentrationPrior: options.weightConcentrationPrior ?? 1 / options.k,
      meanPrecisionPrior: options.meanPrecisionPrior ?? BAYESIAN_DEFAULTS.meanPrecisionPrior,
      degreesOfFreedomPrior,
      meanPrior: mean ?? sample.mean,
      covariancePrior: covariance ?? sample.covariance,
    };
    return { priors, parts: covariance ? undefined : sample.parts };
  };
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
async function sampleMoments(session: Session, covarianceType: CovarianceType) {
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
