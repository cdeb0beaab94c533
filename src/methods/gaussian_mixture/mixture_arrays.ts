/** Arrays of mixtures' parameters: of a rank and a shape that depend on the covariance type. */
import type { CovarianceType } from '../../ops/mixtures/scorer.js';

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

/** The numbers that an array of `shape` has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
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
