/** Arrays of mixtures' parameters: of a rank and a shape that depend on the covariance type. */
import { InvalidArgumentError, ShapeError } from './errors.js';
import type { CovarianceType } from './gaussian_mixture_backend.js';

/** A row-major array of any rank, in float64. */
export interface Tensor {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** An array of numbers with its shape, as callers may give it. */
export interface TensorLike {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** The shape of covariances, precisions and their factors. */
export function covarianceShape(type: CovarianceType, k: number, d: number): readonly number[] {
  switch (type) {
    case 'full':
      return [k, d, d];
    case 'tied':
      return [d, d];
    case 'diag':
      return [k, d];
    case 'spherical':
    case 'fixed':
      return [k];
  }
}

/**
 * Finite numbers of exactly `shape`, given as { data, shape } or, where the shape has one side, as
 * an array of numbers.
 *
 * @throws ShapeError, InvalidArgumentError
 */
export function checkTensor(
  what: string,
  given: TensorLike | ArrayLike<number> | undefined,
  shape: readonly number[],
): Float64Array {
  const text = `[${shape.join(', ')}]`;
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw new InvalidArgumentError(what, `${what} is missing; give { data, shape: ${text} }.`);
  }
  const isTensor = 'data' in given;
  const data = isTensor ? given.data : given;
  const givenShape = isTensor ? given.shape : [data.length];
  const length = shape.reduce((product, side) => product * side, 1);
  const sameShape =
    givenShape.length === shape.length && givenShape.every((side, i) => side === shape[i]);
  if (!sameShape || data.length !== length) {
    throw new ShapeError(
      `${what} has shape [${givenShape.join(', ')}] and ${data.length} numbers; it must have shape ${text}, ${length} numbers.`,
    );
  }
  const numbers = Float64Array.from(data);
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InvalidArgumentError(
      what,
      `${what}.data[${bad}] is ${numbers[bad]}; every number must be finite.`,
    );
  }
  return numbers;
}
