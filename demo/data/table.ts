/** A file's columns, and the points made of those that are chosen. */
import type { ColumnSummary, TableSummary } from './jobs.js';

export type Numbers = Float32Array | Float64Array;

export interface Column {
  readonly name: string;
  /** [rows], all finite; absent for a column that holds anything but numbers. */
  readonly values?: Numbers;
  /** Why there are no values, for people. */
  readonly problem?: string;
  /** Whether it is no measurement (a pixel's place), so that it is not chosen at first. */
  readonly aside?: boolean;
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
export function numberColumn(name: string, values: Numbers): Column {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  return bad < 0 ? { name, values } : { name, problem: `row ${bad} is ${values[bad]}` };
}

/** Mean and standard deviation (of the population), in two passes. */
export function meanAndDeviation(values: Numbers): readonly [mean: number, deviation: number] {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  return [mean, Math.sqrt(squares / n)];
}

export function summarize({ rows, columns, notes, format }: DataTable): TableSummary {
  return {
    rows,
    ...(format && { format }),
    notes,
    columns: columns.map(({ name, values, problem, aside }): ColumnSummary => {
      const deviation = values ? meanAndDeviation(values)[1] : 0;
      return { name, deviation, chosen: !aside, ...(problem !== undefined && { problem }) };
    }),
  };
}

/** The numbers of a column. Throws where it has none. */
export function columnValues({ columns }: DataTable, position: number): Numbers {
  const values = columns.at(position)?.values;
  if (!values) throw new Error(`Column ${position + 1} holds no numbers; choose another.`);
  return values;
}

/** The chosen columns side by side; float32 where all of them are. */
export function toPoints(table: DataTable, chosen: readonly number[]): PointMatrix {
  const columns = chosen.map((position) => columnValues(table, position));
  const [n, d] = [table.rows, columns.length];
  const single = columns.every((values) => values instanceof Float32Array);
  const data = single ? new Float32Array(n * d) : new Float64Array(n * d);
  columns.forEach((values, j) => {
    for (let i = 0; i < n; i++) data[i * d + j] = values[i];
  });
  return { data, shape: [n, d] };
}

/** Every column with mean 0 and deviation 1 (a constant one with 0), and what was done to it. */
export function standardized(
  table: DataTable,
  chosen: readonly number[],
): { readonly points: PointMatrix; readonly scales: ColumnScales } {
  const [n, d] = [table.rows, chosen.length];
  const data = new Float64Array(n * d);
  const scales = { mean: new Float64Array(d), deviation: new Float64Array(d) };
  chosen.forEach((position, j) => {
    const values = columnValues(table, position);
    const [mean, deviation] = meanAndDeviation(values);
    scales.mean[j] = mean;
    scales.deviation[j] = deviation;
    if (deviation === 0) return;
    for (let i = 0; i < n; i++) data[i * d + j] = (values[i] - mean) / deviation;
  });
  return { points: { data, shape: [n, d] }, scales };
}
