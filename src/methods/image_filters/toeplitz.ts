/** Convolutions as matrices: each entry hangs only on how far row and column are apart. */
import { nameClass } from '../../../host/class_name.js';
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import type { Filter } from '../../ops/images/border.js';
import { type FilterMatrix, type FilterName, filterOf } from './kernels.js';

/** [height, width] of what a block Toeplitz matrix is multiplied with. */
export type Sides = readonly [height: number, width: number];

/** Entries that a matrix may have that is written out. */
const MOST_ENTRIES = 2 ** 27;

/**
 * The matrix W of a full convolution y = W x, y(i, j) = sum_s sum_t w(s, t) x(i - s, j - t), by what it does: of
 * kernel + picture - 1 rows and columns of outputs. In float64, summed in the order of convolveImage on the
 * CPU. Immutable.
 */
export class ToeplitzOperator {
  static {
    nameClass(this, 'ToeplitzOperator');
  }
  /** [outputs, inputs] */
  readonly shape: readonly [rows: number, columns: number];
  /** [height, width] of what it is multiplied with; a vector is a row. */
  readonly inputSides: Sides;
  readonly outputSides: Sides;
  readonly #filter: Filter;
  readonly #isTransposed: boolean;

  constructor(filter: Filter, sides: Sides, isTransposed = false) {
    const [height, width] = sides;
    const full: Sides = [height + filter.rows - 1, width + filter.columns - 1];
    this.inputSides = isTransposed ? full : sides;
    this.outputSides = isTransposed ? sides : full;
    const count = ([rows, columns]: Sides) => rows * columns;
    this.shape = [count(this.outputSides), count(this.inputSides)];
    this.#filter = filter;
    this.#isTransposed = isTransposed;
    Object.freeze(this);
  }

  /** W^T, which correlates: from outputs to inputs. */
  get transposed(): ToeplitzOperator {
    const sides = this.#isTransposed ? this.outputSides : this.inputSides;
    return new ToeplitzOperator(this.#filter, sides, !this.#isTransposed);
  }

  /**
   * W x, or W times each of several vectors.
   *
   * @throws ShapeError where a vector is not as long as the matrix has columns
   */
  times(vector: ArrayLike<number>): Float64Array;
  times(vectors: readonly ArrayLike<number>[]): readonly Float64Array[];
  times(
    given: ArrayLike<number> | readonly ArrayLike<number>[],
  ): Float64Array | readonly Float64Array[] {
    if (Array.isArray(given) && typeof given[0] === 'object') {
      return (given as readonly ArrayLike<number>[]).map((vector) => this.#times(vector));
    }
    return this.#times(given as ArrayLike<number>);
  }

  #times(vector: ArrayLike<number>): Float64Array {
    const [, columns] = this.shape;
    if (vector.length !== columns) {
      throw new ShapeError(
        `vector has ${vector.length} ${plural(vector.length, 'number')}; the matrix has ${columns} ${plural(columns, 'column')}.`,
      );
    }
    const { weights, rows: kernelRows, columns: kernelColumns } = this.#filter;
    const [inHeight, inWidth] = this.inputSides;
    const [outHeight, outWidth] = this.outputSides;
    // Of W^T: x(i, j) = sum_s sum_t w(s, t) y(i + s, j + t).
    const sign = this.#isTransposed ? 1 : -1;
    const result = new Float64Array(outHeight * outWidth);
    for (let i = 0; i < outHeight; i++) {
      for (let s = 0; s < kernelRows; s++) {
        const y = i + sign * s;
        if (y < 0 || y >= inHeight) continue;
        for (let t = 0; t < kernelColumns; t++) {
          const weight = weights[s * kernelColumns + t];
          const shift = sign * t;
          const end = Math.min(outWidth, inWidth - shift);
          for (let j = Math.max(0, -shift); j < end; j++) {
            result[i * outWidth + j] += weight * vector[y * inWidth + j + shift];
          }
        }
      }
    }
    return result;
  }

  /**
   * W^T y.
   *
   * @throws ShapeError where the vector is not as long as the matrix has rows
   */
  transposeTimes(vector: ArrayLike<number>): Float64Array {
    return this.transposed.times(vector);
  }

  /**
   * All entries, row-major.
   *
   * @throws InvalidArgumentError where there are more than 2^27
   */
  toDense(): { readonly data: Float64Array; readonly shape: readonly [number, number] } {
    const [rows, columns] = this.shape;
    if (rows * columns > MOST_ENTRIES) {
      throw new InvalidArgumentError(
        'shape',
        `the matrix is ${rows} x ${columns}; at most ${MOST_ENTRIES} entries are written out: use times().`,
      );
    }
    const data = new Float64Array(rows * columns);
    const unit = new Float64Array(columns);
    for (let j = 0; j < columns; j++) {
      unit[j] = 1;
      this.times(unit).forEach((value, i) => (data[i * columns + j] = value));
      unit[j] = 0;
    }
    return { data, shape: [rows, columns] };
  }
}

function checkSize(name: string, size: unknown): number {
  if (Number.isSafeInteger(size) && (size as number) >= 1) return size as number;
  throw new InvalidArgumentError(name, `${name} is ${show(size)}; it must be a whole number >= 1.`);
}

/**
 * The Toeplitz matrix of a full convolution with `kernel`, of kernel + length - 1 rows and `length` columns.
 *
 * @param kernel w(0), w(1) ...
 * @param length of the vectors that it is multiplied with
 * @throws InvalidArgumentError, ShapeError
 */
export function toeplitz(kernel: ArrayLike<number>, length: number): ToeplitzOperator {
  const given: unknown = kernel;
  const isList = Array.isArray(given) || ArrayBuffer.isView(given);
  if (!isList || kernel.length === 0 || typeof kernel[0] !== 'number') {
    throw new InvalidArgumentError(
      'kernel',
      `kernel is ${show(kernel)}; give one number at least, as in [1, 2, 1]; for rows of numbers there is blockToeplitz.`,
    );
  }
  return new ToeplitzOperator(filterOf([kernel]), [1, checkSize('length', length)]);
}

/**
 * The block Toeplitz matrix, of Toeplitz blocks, of a full convolution in two dimensions: it takes a picture of
 * one channel, [height][width], to one of kernel + picture - 1 rows and columns.
 *
 * @throws InvalidArgumentError, ShapeError
 */
export function blockToeplitz(
  kernel: FilterName | FilterMatrix,
  [height, width]: Sides,
): ToeplitzOperator {
  const sides: Sides = [checkSize('height', height), checkSize('width', width)];
  return new ToeplitzOperator(filterOf(kernel), sides);
}
