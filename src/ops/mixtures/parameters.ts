/** A mixture's parameters, and the scorer that they make. */
import type { CovarianceType, FactorForm, Scorer } from './scorer.js';

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
}

export function formOf(covarianceType: CovarianceType): FactorForm {
  return covarianceType === 'full' || covarianceType === 'tied' ? covarianceType : 'diag';
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
