/** The numbers of a Parquet column, put into the matrix. */
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import type { Page } from './parquet_pages.js';
import type { Chosen } from './parquet_schema.js';
import { numberReader } from './parquet_values.js';

/** A column that is used, and where its numbers go: the first of the matrix's columns, and how many. */
export interface Placed extends Chosen {
  readonly first: number;
  readonly width: number;
}

/** The matrix that is filled, and whether its cells may be missing. */
interface Target {
  readonly data: Float32Array | Float64Array;
  readonly d: number;
  readonly missing: boolean | undefined;
}

/** Puts a column's values, as plain numbers, where they belong in the matrix. */
export class ColumnWriter {
  readonly #path: string;
  readonly #placed: Placed;
  readonly #into: Target;
  readonly #toNumber: (value: number | bigint) => number;
  /** The row that is written, and how many of its numbers are. */
  #row = -1;
  #filled = 0;
  #end = 0;
  #next = 0;

  constructor(path: string, placed: Placed, into: Target) {
    this.#path = path;
    this.#placed = placed;
    this.#into = into;
    const numberOf = numberReader(placed.leaf.element);
    this.#toNumber = (value) => {
      const number = numberOf(value);
      if (typeof number === 'number') return number;
      throw this.#error(
        `is ${number}; whole numbers must be below 2^53`,
        'Save the column as float64, or leave it out with --columns.',
      );
    };
  }

  /** Before the pages of so many rows from `first` on. */
  begin(first: number, rows: number): void {
    this.#next = first;
    this.#end = first + rows;
    this.#row = -1;
  }

  take({ count, values, present, goesOn }: Page): void {
    const { first, width } = this.#placed;
    const { data, d } = this.#into;
    for (let entry = 0, at = 0; entry < count; entry++) {
      if (!goesOn || goesOn[entry] === 0) this.#startRow();
      if (present && present[entry] === 0) {
        // What goes on after a null is a list with an element that is missing.
        const isOne = goesOn !== undefined && (this.#filled > 0 || goesOn[entry + 1] === 1);
        this.#leaveEmpty(isOne ? 1 : width);
        continue;
      }
      if (this.#row < 0) throw new Error('a list begins before its row');
      if (this.#filled === width) throw this.#uneven();
      data[this.#row * d + first + this.#filled++] = this.#toNumber(
        values[at++] as number | bigint,
      );
    }
  }

  end(): void {
    this.#checkRow();
    if (this.#next !== this.#end) throw new Error('a column has fewer rows than its group');
  }

  #startRow(): void {
    this.#checkRow();
    if (this.#next === this.#end) throw new Error('a column has more rows than its group');
    this.#row = this.#next++;
    this.#filled = 0;
  }

  #checkRow(): void {
    if (this.#row >= 0 && this.#filled !== this.#placed.width) throw this.#uneven();
  }

  /** A null, or a list that is none or empty: so many numbers are missing. */
  #leaveEmpty(count: number): void {
    const { first, width } = this.#placed;
    const { data, d, missing } = this.#into;
    if (!missing) {
      throw this.#error(
        'is null',
        'Fill or drop missing values first, or name the columns to use with --columns.',
      );
    }
    if (this.#filled + count > width) throw this.#uneven();
    const start = this.#row * d + first + this.#filled;
    data.fill(Number.NaN, start, start + count);
    this.#filled += count;
  }

  #uneven(): FileError {
    return this.#error(
      `does not hold ${this.#placed.width} ${plural(this.#placed.width, 'number')} as most rows do`,
      'Lists need one length; cut or pad them, or leave the column out with --columns.',
    );
  }

  #error(rule: string, remedy: string): FileError {
    const { name } = this.#placed;
    return new FileError(
      this.#path,
      `row ${this.#row}, column ${JSON.stringify(name)} ${rule}`,
      remedy,
    );
  }
}
