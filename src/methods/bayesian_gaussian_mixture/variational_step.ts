/**
 * Variational inference of Gaussian mixtures in float64 (Bishop, Pattern Recognition and Machine
 * Learning, 10.2; Blei & Jordan 2006 for the Dirichlet process), with scikit-learn's priors and bound.
 */
import { type Components, precisionFactors, type Spreads } from '../../ops/mixtures/factors.js';
import { estimate, type Maximum } from '../../ops/mixtures/maximize.js';
import {
  formOf,
  logDeterminants,
  type MixtureParameters,
  type MixtureRules,
  scorerFactors,
} from '../../ops/mixtures/parameters.js';
import type { CovarianceType, Expectation, Scorer, Statistics } from '../../ops/mixtures/scorer.js';
import { timesVector } from '../../ops/mixtures/whitening.js';
import { lowerProduct, product, transpose } from '../../math/cholesky.js';
import { digamma, logBeta, logGamma } from '../../math/special.js';

export type WeightPrior = 'dirichlet_process' | 'dirichlet_distribution';

/** What is assumed before the data are seen. */
export interface MixturePriors {
  readonly weightConcentrationPriorType: WeightPrior;
  readonly weightConcentrationPrior: number;
  readonly meanPrecisionPrior: number;
  /** [d], centred. */
  readonly meanPrior: Float64Array;
  readonly degreesOfFreedomPrior: number;
  /** full and tied d x d, diag d, spherical 1. */
  readonly covariancePrior: Float64Array;
}

/** A symmetric matrix as B M B^T, B lower triangular. */
export interface MatrixParts {
  readonly back: Float64Array;
  readonly within: Float64Array;
}

/** Parameters of the distributions of weights, means and precisions. */
export interface VariationalParameters extends MixtureParameters {
  /** [k]; for a Dirichlet process both parameters of the beta distributions, 2 x k. */
  readonly weightConcentration: Float64Array;
  /** [k] */
  readonly meanPrecision: Float64Array;
  /** [k]; of one matrix for all components, 1. */
  readonly degreesOfFreedom: Float64Array;
}

/**
 * The M-step: posteriors from sums.
 *
 * @param parts of the covariance prior, where they keep digits of its narrow directions that it loses
 */
export function maximizeVariational(
  statistics: Statistics,
  d: number,
  rules: MixtureRules,
  priors: MixturePriors,
  parts?: MatrixParts,
): Maximum<VariationalParameters> {
  const components = estimate(statistics, d, rules);
  const { owned } = components;
  const k = owned.length;
  const weightConcentration = concentrations(owned, priors);
  const meanPrecision = owned.map((weight) => priors.meanPrecisionPrior + weight);
  const means = components.means.map((mean, at) => {
    const c = Math.floor(at / d);
    const prior = priors.meanPrecisionPrior * priors.meanPrior[at % d];
    return (prior + owned[c] * mean) / meanPrecision[c];
  });
  const { degreesOfFreedom, ...posterior } = wishart(
    components,
    meanPrecision,
    d,
    rules,
    priors,
    parts,
  );
  const { covariances, factors, reach } = precisionFactors(posterior, k, d, rules);
  const weights = expectedWeights(weightConcentration, priors);
  return {
    parameters: {
      ...{ weights, means, covariances, factors },
      ...{ weightConcentration, meanPrecision, degreesOfFreedom },
    },
    reach,
  };
}

function concentrations(owned: Float64Array, priors: MixturePriors): Float64Array {
  const prior = priors.weightConcentrationPrior;
  if (priors.weightConcentrationPriorType === 'dirichlet_distribution') {
    return owned.map((weight) => prior + weight);
  }
  const k = owned.length;
  const both = new Float64Array(2 * k);
  let after = 0;
  for (let c = k - 1; c >= 0; c--) {
    both[c] = 1 + owned[c];
    both[k + c] = prior + after;
    after += owned[c];
  }
  return both;
}

function expectedWeights(concentration: Float64Array, priors: MixturePriors): Float64Array {
  if (priors.weightConcentrationPriorType === 'dirichlet_distribution')
    return toSum1(concentration);
  const k = concentration.length / 2;
  let stick = 1;
  const weights = Float64Array.from({ length: k }, (_, c) => {
    const [a, b] = [concentration[c], concentration[k + c]];
    const weight = (stick * a) / (a + b);
    stick *= b / (a + b);
    return weight;
  });
  return toSum1(weights);
}

function toSum1(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/**
 * Posteriors of the covariances: degrees of freedom, and the expected precisions' inverses in the frame
 * of the sums.
 */
function wishart(
  { owned, means, covariances: sample, squares, whitenings, noise }: Components,
  meanPrecision: Float64Array,
  d: number,
  { covarianceType }: MixtureRules,
  priors: MixturePriors,
  parts: MatrixParts | undefined,
): Spreads & Pick<VariationalParameters, 'degreesOfFreedom'> {
  const k = owned.length;
  const { degreesOfFreedomPrior, covariancePrior, meanPrecisionPrior, meanPrior } = priors;
  const tied = covarianceType === 'tied';
  const total = owned.reduce((sum, weight) => sum + weight, 0);
  const degreesOfFreedom = tied
    ? Float64Array.of(degreesOfFreedomPrior + total / k)
    : owned.map((weight) => degreesOfFreedomPrior + weight);
  // How far a mean lies from its prior, and how much that counts.
  const off = means.map((mean, at) => mean - meanPrior[at % d]);
  for (let c = 0; whitenings.length > 0 && c < k; c++) {
    const { into } = whitenings[c % whitenings.length];
    off.set(timesVector(into, off.subarray(c * d, (c + 1) * d), d), c * d);
  }
  const framed = whitenings.map(({ into }) =>
    parts
      ? between(lowerProduct(into, parts.back, d), parts.within, d)
      : between(into, covariancePrior, d),
  );
  const pull = owned.map((weight, c) => (weight * meanPrecisionPrior) / meanPrecision[c]);
  const size = covariancePrior.length;
  const share = (c: number) => (tied ? total / k : owned[c]) / degreesOfFreedom[c];
  const covariances = sample.map((value, at) => {
    const c = tied ? 0 : Math.floor(at / size);
    const within = at % size;
    const [i, j] = [Math.floor(within / d), within % d];
    let apart = 0;
    if (tied) {
      for (let m = 0; m < k; m++) apart += (pull[m] / k) * off[m * d + i] * off[m * d + j];
    } else if (covarianceType === 'full') {
      apart = pull[c] * off[c * d + i] * off[c * d + j];
    } else if (covarianceType === 'diag') {
      apart = pull[c] * off[c * d + within] ** 2;
    } else {
      for (let column = 0; column < d; column++) apart += (pull[c] * off[c * d + column] ** 2) / d;
    }
    const prior = (framed.at(c) ?? covariancePrior)[within];
    return (prior + apart) / degreesOfFreedom[c] + share(c) * value;
  });
  const each = squares.length / degreesOfFreedom.length;
  return {
    covariances,
    squares: squares.map((square, at) => share(Math.floor(at / each)) * square),
    whitenings,
    noise,
    degreesOfFreedom,
  };
}

/** A M A^T. */
export function between(a: Float64Array, matrix: Float64Array, d: number): Float64Array {
  return product(product(a, matrix, d), transpose(a, d), d);
}

/** E[log weight], [k]. */
function logWeights(concentration: Float64Array, priors: MixturePriors): Float64Array {
  if (priors.weightConcentrationPriorType === 'dirichlet_distribution') {
    const total = digamma(concentration.reduce((sum, value) => sum + value, 0));
    return concentration.map((value) => digamma(value) - total);
  }
  const k = concentration.length / 2;
  let stick = 0;
  return Float64Array.from({ length: k }, (_, c) => {
    const [a, b] = [concentration[c], concentration[k + c]];
    const total = digamma(a + b);
    const weight = digamma(a) - total + stick;
    stick += digamma(b) - total;
    return weight;
  });
}

/** Scores whose exponentials are the expected weights times densities. */
export function variationalScorer(
  parameters: VariationalParameters,
  covarianceType: CovarianceType,
  priors: MixturePriors,
): Scorer {
  const { means, factors, meanPrecision, degreesOfFreedom, weightConcentration } = parameters;
  const k = meanPrecision.length;
  const d = means.length / k;
  const determinants = logDeterminants(factors, k, d, covarianceType);
  const weights = logWeights(weightConcentration, priors);
  const offsets = weights.map((weight, c) => {
    const freedom = degreesOfFreedom[c % degreesOfFreedom.length];
    let logLambda = d * Math.log(2) - d * Math.log(freedom);
    for (let j = 0; j < d; j++) logLambda += digamma((freedom - j) / 2);
    const gauss = determinants[c] - (d / 2) * Math.log(2 * Math.PI);
    return weight + gauss + (logLambda - d / meanPrecision[c]) / 2;
  });
  return {
    k,
    form: formOf(covarianceType),
    offsets,
    means,
    factors: scorerFactors(factors, k, d, covarianceType),
  };
}

/** The variational bound, without the terms that no parameter changes. */
export function variationalBound(
  { entropy }: Expectation,
  parameters: VariationalParameters,
  covarianceType: CovarianceType,
  priors: MixturePriors,
): number {
  const { factors, means, meanPrecision, degreesOfFreedom, weightConcentration } = parameters;
  const k = meanPrecision.length;
  const d = means.length / k;
  const determinants = logDeterminants(factors, k, d, covarianceType);
  let bound = entropy;
  for (let c = 0; c < k; c++) {
    const freedom = degreesOfFreedom[c % degreesOfFreedom.length];
    bound += freedom * (determinants[c] - (d / 2) * Math.log(freedom) + (d / 2) * Math.log(2));
    for (let j = 0; j < d; j++) bound += logGamma((freedom - j) / 2);
    bound -= (d / 2) * Math.log(meanPrecision[c]);
  }
  if (priors.weightConcentrationPriorType === 'dirichlet_process') {
    for (let c = 0; c < k; c++)
      bound += logBeta(weightConcentration[c], weightConcentration[k + c]);
    return bound;
  }
  const total = weightConcentration.reduce((sum, value) => sum + value, 0);
  return weightConcentration.reduce((sum, value) => sum + logGamma(value), bound - logGamma(total));
}
