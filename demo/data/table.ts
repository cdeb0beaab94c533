/** A file's columns, and the points made of those that are chosen. */
import type { TextColumn } from '../../src/cli/read/table.js';
import type { ColumnSummary, Missing, TableSummary } from './jobs.js';

export type Numbers = Float32Array | Float64Array;

export interface Column {
  readonly name: string;
  /** [rows], finite or, for a cell that is missing, NaN; absent for a column that holds anything but numbers. */
  readonly values?: Numbers;
  /** What a column of text holds. */
  readonly texts?: TextColumn;
  /** Why there are no values, for people. */
  readonly problem?: string;
  /** Whether it is no measurement, so that it is not chosen at first: a pixel's place, what numbers or names the rows. */
  readonly aside?: 'place' | 'name';
}

/** What code that reads the file needs to know of it. */
export type FileFormat =
  | {
      readonly kind: 'csv';
      readonly separator: string;
      readonly header: boolean;
      readonly encoding: string;
      /** Whether there are quotes in it. */
      readonly quoted: boolean;
      /** Lines before the first row. */
      readonly skip: number;
    }
  /** Rows as objects, else as arrays. */
  | { readonly kind: 'json' | 'jsonl'; readonly named: boolean }
  | { readonly kind: 'npy' | 'parquet' | 'arrow' };

export interface DataTable {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** What the reader left out or decided; one sentence each. */
  readonly notes: readonly string[];
  /** Absent where the code to read it is left to the visitor. */
  readonly format?: FileFormat;
}

/** Points, n x d, as the library takes them. */
export interface PointMatrix {
  readonly data: Numbers;
  readonly shape: readonly [rows: number, columns: number];
}

/** What standardizing subtracted and divided by, [d] each. */
export interface ColumnScales {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** A column of numbers, or of a problem where one of them is not finite. */
export function numberColumn(name: string, values: Numbers, mayMiss = false): Column {
  const bad = values.findIndex(
    (value) => !Number.isFinite(value) && !(mayMiss && Number.isNaN(value)),
  );
  return bad < 0 ? { name, values } : { name, problem: `row ${bad} is ${values[bad]}` };
}

/** Names of more rows are not brought to the page. */
const MOST_NAMED = 200_000;

export function summarize({ rows, columns, notes, format }: DataTable): TableSummary {
  const called = rows <= MOST_NAMED ? columns.find(({ texts }) => texts)?.texts : undefined;
  return {
    rows,
    ...(format && { format }),
    ...(called && { called }),
    notes,
    columns: columns.map(({ name, values, problem, aside }): ColumnSummary => {
      let missing = 0;
      values?.forEach((value) => (missing += Number(Number.isNaN(value))));
      return {
        ...{ name, missing },
        ...(aside && { aside }),
        ...(problem !== undefined && { problem }),
      };
    }),
  };
}

/** The numbers of a column. Throws where it has none. */
export function columnValues({ columns }: DataTable, position: number): Numbers {
  const values = columns.at(position)?.values;
  if (!values) throw new Error(`Column ${position + 1} holds no numbers; choose another.`);
  return values;
}

/** Rows as points, and which rows of the table they are: all where absent. */
export interface PointRows {
  readonly points: PointMatrix;
  readonly rows?: Uint32Array;
}

const stands: Readonly<Record<Exclude<Missing, 'drop'>, (known: Float64Array) => number>> = {
  mean: (known) => known.reduce((mean, value) => mean + value / known.length, 0),
  median: (known) => {
    const sorted = known.slice().sort();
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  },
};

/**
 * The chosen columns side by side; float32 where all of them are. Rows that lack a cell are left out, or
 * the mean or median of its column stands there.
 *
 * @throws Error with a sentence where no row is left
 */
export function toPoints(
  table: DataTable,
  chosen: readonly number[],
  missing: Missing = 'drop',
): PointRows {
  const columns = chosen.map((position) => {
    const values = columnValues(table, position);
    if (missing === 'drop' || !values.some(Number.isNaN)) return values;
    const known = Float64Array.from(values.filter((value) => !Number.isNaN(value)));
    const stand = stands[missing](known);
    return values.map((value) => (Number.isNaN(value) ? stand : value));
  });
  const isWhole = !columns.some((values) => values.some(Number.isNaN));
  const rows = isWhole
    ? undefined
    : Uint32Array.from(
        Array.from({ length: table.rows }, (_, i) => i).filter(
          (i) => !columns.some((values) => Number.isNaN(values[i])),
        ),
      );
  const [n, d] = [rows ? rows.length : table.rows, columns.length];
  if (n === 0) {
    throw new Error(
      'Every row lacks a cell of the chosen columns; choose fewer, or fill the cells.',
    );
  }
  const single = columns.every((values) => values instanceof Float32Array);
  const data = single ? new Float32Array(n * d) : new Float64Array(n * d);
  columns.forEach((values, j) => {
    for (let i = 0; i < n; i++) data[i * d + j] = values[rows ? rows[i] : i];
  });
  return { points: { data, shape: [n, d] }, ...(rows && { rows }) };
}
