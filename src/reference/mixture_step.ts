/** The M-step of Gaussian mixtures in float64, and the scorer of its parameters. */
import { SingularCovarianceError } from '../errors.js';
import type {
  CovarianceType,
  FactorForm,
  Scorer,
  Statistics,
} from '../gaussian_mixture_backend.js';
import { cholesky, transpose, triangularInverse } from './cholesky.js';

/** Covariances and factors: full k x d x d, tied d x d, diag k x d, spherical and fixed k. */
export interface MixtureParameters {
  /** [k], summing to 1. */
  readonly weights: Float64Array;
  /** k x d, centred. */
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  /** Upper triangular U with U U^T the precision; the roots of the precisions for the others. */
  readonly factors: Float64Array;
}

export interface MixtureRules {
  readonly covarianceType: CovarianceType;
  /** Added to the variances. */
  readonly regCovar: number;
  /** The variance of 'fixed'. */
  readonly fixedVariance: number;
  /** See MixtureSession: pivots below it are repaired where regCovar is above 0. */
  readonly noise: number;
}

/** Keeps a component's weight above 0, as scikit-learn does. */
const LEAST_WEIGHT = 10 * Number.EPSILON;

export function formOf(covarianceType: CovarianceType): FactorForm {
  return covarianceType === 'full' || covarianceType === 'tied' ? covarianceType : 'diag';
}

/** What responsibilities make of the data: k components as samples. */
export interface Components {
  /** Rows owned, [k]: the sums of the responsibilities. */
  readonly owned: Float64Array;
  /** k x d, centred. */
  readonly means: Float64Array;
  /** With regCovar on the diagonals; see MixtureParameters. */
  readonly covariances: Float64Array;
}

/** Rows owned, means and covariances, from sums about `centres` (k x d). */
export function estimate(
  statistics: Statistics,
  centres: ArrayLike<number>,
  d: number,
  rules: MixtureRules,
): Components {
  const k = statistics.weights.length;
  const owned = statistics.weights.map((weight) => weight + LEAST_WEIGHT);
  const total = owned.reduce((sum, weight) => sum + weight, 0);
  const moves = statistics.sums.map((sum, at) => sum / owned[Math.floor(at / d)]);
  const means = moves.map((move, at) => centres[at] + move);
  const scatter = { products: statistics.products, moves, owned, total, k, d };
  return { owned, means, covariances: estimateCovariances(scatter, rules) };
}

/**
 * Weights, means and covariances that maximise the expected likelihood.
 *
 * @throws SingularCovarianceError naming the component
 */
export function maximize(
  statistics: Statistics,
  centres: ArrayLike<number>,
  d: number,
  rules: MixtureRules,
): MixtureParameters {
  const { owned, means, covariances } = estimate(statistics, centres, d, rules);
  const total = owned.reduce((sum, weight) => sum + weight, 0);
  return {
    weights: owned.map((weight) => weight / total),
    means,
    covariances,
    factors: precisionFactors(covariances, owned.length, d, rules),
  };
}

interface Scatter {
  readonly products: Float64Array;
  /** From the centres to the means, k x d. */
  readonly moves: Float64Array;
  readonly owned: Float64Array;
  readonly total: number;
  readonly k: number;
  readonly d: number;
}

function estimateCovariances(scatter: Scatter, rules: MixtureRules): Float64Array {
  const { k, d } = scatter;
  switch (rules.covarianceType) {
    case 'full':
      return fullCovariances(scatter, rules.regCovar);
    case 'tied': {
      const full = fullCovariances(scatter, 0);
      const tied = new Float64Array(d * d);
      for (let c = 0; c < k; c++) {
        const share = scatter.owned[c] / scatter.total;
        for (let at = 0; at < d * d; at++) tied[at] += share * full[c * d * d + at];
      }
      for (let j = 0; j < d; j++) tied[j * (d + 1)] += rules.regCovar;
      return tied;
    }
    case 'diag':
      return variances(scatter, rules.regCovar);
    case 'spherical':
      return meanVariances(variances(scatter, rules.regCovar), k, d);
    case 'fixed':
      return new Float64Array(k).fill(rules.fixedVariance);
  }
}

/** The covariance about the mean is that about the centre, less the move between them. */
function fullCovariances(
  { products, moves, owned, k, d }: Scatter,
  regCovar: number,
): Float64Array {
  const covariances = new Float64Array(k * d * d);
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        const at = (c * d + i) * d + j;
        covariances[at] = products[at] / owned[c] - moves[c * d + i] * moves[c * d + j];
      }
      covariances[(c * d + i) * d + i] += regCovar;
    }
  }
  return covariances;
}

function variances({ products, moves, owned, d }: Scatter, regCovar: number): Float64Array {
  return products.map(
    (square, at) => square / owned[Math.floor(at / d)] - moves[at] ** 2 + regCovar,
  );
}

function meanVariances(byColumn: Float64Array, k: number, d: number): Float64Array {
  return Float64Array.from({ length: k }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += byColumn[c * d + j];
    return sum / d;
  });
}

/**
 * The factors U of the precisions of covariances.
 *
 * @throws SingularCovarianceError naming the component
 */
export function precisionFactors(
  covariances: Float64Array,
  k: number,
  d: number,
  { covarianceType, regCovar, noise }: MixtureRules,
): Float64Array {
  if (formOf(covarianceType) === 'diag') {
    const width = covariances.length / k;
    return covariances.map((variance, at) => {
      if (variance > 0) return 1 / Math.sqrt(variance);
      const component = Math.floor(at / width);
      const where = width === 1 ? '' : ` of column ${at % width}`;
      throw new SingularCovarianceError(component, regCovar, `the variance${where} is ${variance}`);
    });
  }
  const factors = new Float64Array(covariances.length);
  for (let c = 0; c < covariances.length / (d * d); c++) {
    const covariance = covariances.subarray(c * d * d, (c + 1) * d * d);
    const { factor, failed } = cholesky(covariance, d, noise, regCovar > 0);
    if (failed >= 0) {
      throw new SingularCovarianceError(
        c,
        regCovar,
        `column ${failed} is a combination of those before it`,
      );
    }
    factors.set(transpose(triangularInverse(factor, d), d), c * d * d);
  }
  return factors;
}

/** sum of log U_jj of each component, [k]. */
export function logDeterminants(
  factors: ArrayLike<number>,
  k: number,
  d: number,
  covarianceType: CovarianceType,
): Float64Array {
  const form = formOf(covarianceType);
  const width = factors.length / k;
  return Float64Array.from({ length: k }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < d; j++) {
      const at =
        form === 'diag'
          ? c * width + (width === 1 ? 0 : j)
          : (form === 'full' ? c * d * d : 0) + j * (d + 1);
      sum += Math.log(factors[at]);
    }
    return sum;
  });
}

/** The factors as scorers want them: one root of a precision a column for every diagonal kind. */
export function scorerFactors(
  factors: Float64Array,
  k: number,
  d: number,
  covarianceType: CovarianceType,
): Float64Array {
  if (formOf(covarianceType) !== 'diag' || factors.length !== k) return factors;
  return Float64Array.from({ length: k * d }, (_, at) => factors[Math.floor(at / d)]);
}

/** Scores whose exponentials are weight times density. */
export function mixtureScorer(
  { weights, means, factors }: MixtureParameters,
  covarianceType: CovarianceType,
): Scorer {
  const k = weights.length;
  const d = means.length / k;
  const constant = (d / 2) * Math.log(2 * Math.PI);
  const determinants = logDeterminants(factors, k, d, covarianceType);
  return {
    k,
    form: formOf(covarianceType),
    // A weight of 0 may be given as a start; its logarithm must stay finite.
    offsets: weights.map(
      (weight, c) => Math.log(Math.max(weight, Number.MIN_VALUE)) + determinants[c] - constant,
    ),
    means,
    factors: scorerFactors(factors, k, d, covarianceType),
  };
}
