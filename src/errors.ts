import { ClusteringError, keepName } from '../host/errors.js';
import { plural, show } from '../host/show.js';

export {
  ClusteringError,
  DeviceLimitError,
  DeviceLostError,
  InvalidArgumentError,
  KernelError,
  NoAdapterError,
  OutOfMemoryError,
} from '../host/errors.js';

/** For messages. */
export { plural };

/** A matrix has the wrong shape: ragged rows, no rows, or a width that does not fit. */
export class ShapeError extends ClusteringError {
  static {
    keepName(this, 'ShapeError');
  }
  declare readonly name: 'ShapeError';

  constructor(message: string, options?: ErrorOptions) {
    super('shape', message, options);
  }
}

/** A cell is NaN or infinite (in float32). `row` and `column` count from 0. */
export class NonFiniteError extends ClusteringError {
  static {
    keepName(this, 'NonFiniteError');
  }
  declare readonly name: 'NonFiniteError';
  readonly row: number;
  readonly column: number;

  constructor(what: string, row: number, column: number, value: unknown) {
    const remedy =
      typeof value === 'string' || typeof value === 'bigint'
        ? 'Make it one with Number(), or remove'
        : 'Remove';
    super(
      'non-finite',
      `${what}: the value at row ${row}, column ${column} is ${typeof value === 'string' ? 'the text ' : ''}${show(value)}; every value must be a ` +
        `finite float32 number. ${remedy} or impute that row first.`,
    );
    this.row = row;
    this.column = column;
  }
}

/**
 * A mixture's component has a covariance that is not positive definite: its rows lie in fewer than
 * d dimensions, or it owns too few. `component` counts from 0.
 */
export class SingularCovarianceError extends ClusteringError {
  static {
    keepName(this, 'SingularCovarianceError');
  }
  declare readonly name: 'SingularCovarianceError';
  readonly component: number;

  constructor(component: number, regCovar: number, detail: string) {
    super(
      'singular-covariance',
      `component ${component} has a singular covariance (${detail}) at regCovar ${regCovar}; ` +
        `set regCovar higher (1e-6 is the default), use fewer components, or drop columns that others determine.`,
    );
    this.component = component;
  }
}

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
