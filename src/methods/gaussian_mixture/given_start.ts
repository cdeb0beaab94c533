/** A start of expectation maximisation that is given in full. */
import { InvalidArgumentError } from '../../errors.js';
import { cholesky } from '../../math/cholesky.js';
import { formOf } from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import { checkTensor, covarianceShape, type TensorLike } from './mixture_arrays.js';

/** A start given in full. */
export interface MixtureStart {
  /** [k], >= 0, summing to 1. */
  readonly weights: TensorLike | ArrayLike<number>;
  /** [k, d] */
  readonly means: TensorLike;
  /** full [k, d, d], tied [d, d], diag [k, d], spherical [k]; not needed for 'fixed'. */
  readonly precisions?: TensorLike | ArrayLike<number>;
}

/** How far weights may be from adding up to 1. */
const SUM_TOLERANCE = 1e-6;

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
