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
