/** Rows that come as arrays of numbers, or as flat objects of one set of fields: JSON's, Arrow's. */
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import { type ColumnChoice, TableBuilder } from './table_builder.js';
import type { Table } from './table.js';

/** What makes a number of a cell; NaN where it is none. */
type Parse = (cell: unknown) => number;

const finiteNumber: Parse = (cell) =>
  typeof cell === 'number' && Number.isFinite(cell) ? cell : Number.NaN;

const isNothing = (cell: unknown): boolean => cell === null || cell === undefined;

export interface RecordOptions extends ColumnChoice {
  /** What makes a number of a cell, NaN where it is none. */
  readonly parse?: Parse | undefined;
}

/** A field of each row: one cell, or an array of so many numbers. */
interface Field {
  readonly name: string;
  readonly length?: number;
}

const isVector = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'number');

/** The columns of an array: embedding[0], embedding[1] ... */
const columnsOf = ({ name, length }: Field): string[] =>
  length === undefined ? [name] : Array.from({ length }, (_, i) => `${name}[${i}]`);

/** Checks that all rows have the form of the first, and hands their cells to a TableBuilder. */
export class RecordRows {
  readonly #path: string;
  readonly #unit: 'line' | 'row';
  readonly #options: RecordOptions;
  /** The first row's fields, or its length when it is an array. */
  #form: readonly Field[] | number | undefined;
  #builder: TableBuilder<unknown> | undefined;

  constructor(path: string, unit: 'line' | 'row', options: RecordOptions) {
    this.#path = path;
    this.#unit = unit;
    this.#options = options;
  }

  add(row: unknown, at: number): void {
    if (typeof row !== 'object' || row === null) {
      throw this.#badRow(
        at,
        `is ${JSON.stringify(row).slice(0, 40)}, neither an array nor an object`,
      );
    }
    this.#form ??= Array.isArray(row)
      ? row.length
      : Object.entries(row).map(([name, value]) =>
          isVector(value) ? { name, length: value.length } : { name },
        );
    this.#builder ??= this.#build(this.#form);
    this.#builder.add(this.#cells(row, at, this.#form), at);
  }

  #build(form: readonly Field[] | number): TableBuilder<unknown> {
    const fields = typeof form === 'number' ? [] : form;
    const vectors = fields.filter(({ length }) => length !== undefined);
    const { parse = finiteNumber, columns, ...choice } = this.#options;
    const parts = new Map(vectors.map((field) => [field.name, columnsOf(field)]));
    return new TableBuilder<unknown>({
      ...choice,
      path: this.#path,
      unit: this.#unit,
      columns: columns?.flatMap((name) => parts.get(name) ?? [name]),
      names: typeof form === 'number' ? 'none' : fields.flatMap(columnsOf),
      ...(vectors.length > 0 && { vectors: new Set(vectors.flatMap(columnsOf)) }),
      parse,
      isEmpty: isNothing,
      isMissing: isNothing,
      textOf: (cell) =>
        typeof cell === 'string' ? cell : isNothing(cell) ? '' : JSON.stringify(cell),
    });
  }

  finish(): Table {
    if (this.#builder) return this.#builder.finish();
    throw new FileError(this.#path, 'it holds no rows', 'Give a file with at least one row.');
  }

  #cells(row: object, at: number, form: readonly Field[] | number): readonly unknown[] {
    if (typeof form === 'number') {
      if (!Array.isArray(row))
        throw this.#badRow(at, 'is an object, but the first row is an array');
      if (row.length !== form) {
        throw this.#badRow(
          at,
          `has ${row.length} ${plural(row.length, 'number')}, but the first row has ${form}`,
        );
      }
      return row;
    }
    if (Array.isArray(row)) throw this.#badRow(at, 'is an array, but the first row is an object');
    const fields = new Map<string, unknown>(Object.entries(row));
    if (this.#options.columns === undefined && fields.size > form.length) {
      const known = new Set(form.map(({ name }) => name));
      const extra = [...fields.keys()].find((name) => !known.has(name));
      throw this.#badRow(at, `has a field ${JSON.stringify(extra)} that the first row lacks`);
    }
    return form.flatMap(({ name, length }) => {
      const value = fields.get(name);
      if (length === undefined) return [value];
      if (this.#options.missing && isNothing(value)) return Array<undefined>(length);
      if (Array.isArray(value) && value.length === length) return value as unknown[];
      const found = Array.isArray(value)
        ? `${value.length} ${plural(value.length, 'number')}`
        : 'none';
      throw this.#badRow(
        at,
        `has ${found} in ${JSON.stringify(name)}, but the first row has ${length}`,
      );
    });
  }

  #badRow(at: number, what: string): FileError {
    return new FileError(
      this.#path,
      `${this.#unit} ${at} ${what}`,
      'Give every row the same form: an array of numbers, or an object with the same fields.',
    );
  }
}
