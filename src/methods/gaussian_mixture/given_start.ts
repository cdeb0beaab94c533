/** A start of expectation maximisation that is given in full. */
import { InvalidArgumentError } from '../../errors.js';
import { cholesky } from '../../math/cholesky.js';
import {
  formOf,
  type MixtureParameters,
  type MixtureRules,
} from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import type { Session } from '../../ops/op.js';
import type { GaussianMixtureModel } from './gaussian_mixture_model.js';
import { checkTensor } from './given_arrays.js';
import { covarianceShape, type TensorLike } from './mixture_arrays.js';

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

/** Where to start: `init` where there is no model to go on from. */
interface Given {
  readonly k: number;
  readonly init?: MixtureStart | string;
  readonly warmStart?: GaussianMixtureModel;
}

/** With means in the caller's coordinates. */
type Start = Omit<MixtureParameters, 'covariances'>;

/** A start by numbers: given ones, or those of a model to go on from. */
export function givenStart(
  session: Session,
  { k, init, warmStart }: Given,
  rules: MixtureRules,
): MixtureParameters {
  const [, d] = session.shape;
  const { covarianceType, fixedVariance } = rules;
  const start = warmStart
    ? startOf(warmStart, covarianceType, k, d)
    : checkStart(init as MixtureStart, covarianceType, k, d, fixedVariance);
  return {
    weights: start.weights,
    means: start.means.map((value, at) => value - session.shift[at % d]),
    factors: start.factors,
    // The first M-step makes them: the E-step needs only the factors.
    covariances: new Float64Array(start.factors.length),
  };
}

function startOf(
  { weights, means, precisionsCholesky, covarianceType }: GaussianMixtureModel,
  type: CovarianceType,
  k: number,
  d: number,
): Start {
  const [otherK, otherD] = means.shape;
  if (otherK === k && otherD === d && covarianceType === type) {
    return { weights: weights.data, means: means.data, factors: precisionsCholesky.data };
  }
  throw new InvalidArgumentError(
    'warmStart',
    `warmStart has k ${otherK}, ${otherD} columns and covarianceType '${covarianceType}', ` +
      `but this fit has k ${k}, ${d} columns and '${type}'; they must be the same.`,
  );
}

/**
 * @param variance that of 'fixed'
 * @throws InvalidArgumentError, ShapeError
 */
function checkStart(
  start: MixtureStart,
  type: CovarianceType,
  k: number,
  d: number,
  variance: number,
): Start {
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
