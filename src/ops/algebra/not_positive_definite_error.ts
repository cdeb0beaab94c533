/** Apart from the errors that every method may throw, which pages load with each. */
import { ClusteringError, keepName } from '../../../host/errors.js';

/** A matrix is not symmetric positive definite, within the engine's rounding. `pivot` counts from 0. */
export class NotPositiveDefiniteError extends ClusteringError {
  static {
    keepName(this, 'NotPositiveDefiniteError');
  }
  declare readonly name: 'NotPositiveDefiniteError';
  readonly pivot: number;

  constructor(pivot: number, size: number) {
    super(
      'not-positive-definite',
      `a ${size} x ${size} matrix that must be symmetric positive definite is not: pivot ${pivot} of its Cholesky factor ` +
        `is not above 0; add more to its diagonal (regularization), or drop rows that others determine.`,
    );
    this.pivot = pivot;
  }
}
