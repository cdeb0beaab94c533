/** Small computations on a table: scaling, samples, rows of one class. */
import type { Table } from './read/table.js';

/** Rows of numbers. */
type Rows = Pick<Table, 'data' | 'shape'>;

/** Mean and standard deviation of each column, [d]; a constant column has deviation 0. */
export interface ColumnScale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * Two-pass population mean and standard deviation of each column, of numbers scaled by the largest, so that
 * neither their sum nor their squares leave the range of float64.
 */
export function columnScale({ data, shape: [n, d] }: Rows): ColumnScale {
  const mean = new Float64Array(d);
  const deviation = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    let largest = 0;
    let isConstant = true;
    for (let at = j; at < n * d; at += d) {
      largest = Math.max(largest, Math.abs(data[at]));
      isConstant &&= data[at] === data[j];
    }
    if (isConstant) {
      mean[j] = data[j];
      continue;
    }
    let sum = 0;
    for (let at = j; at < n * d; at += d) sum += data[at] / largest / n;
    let squares = 0;
    for (let at = j; at < n * d; at += d) squares += (data[at] / largest - sum) ** 2 / n;
    mean[j] = sum * largest;
    deviation[j] = Math.sqrt(squares) * largest;
  }
  return { mean, deviation };
}

/** (x - mean) / deviation; a constant column becomes 0. */
export function standardize<R extends Rows>(
  table: R,
  { mean, deviation }: ColumnScale,
): R & { readonly data: Float64Array } {
  const d = table.shape[1];
  const data = Float64Array.from(table.data, (value, at) => {
    const j = at % d;
    return deviation[j] === 0 ? 0 : (value - mean[j]) / deviation[j];
  });
  return { ...table, data };
}

/**
 * Rows (n x d, row-major) in the units that `scale` was taken from, in float64: float32 rounds those
 * that lie far from 0. As they are without a scale.
 */
export function inFileUnits(
  rows: Float32Array | Float64Array,
  scale: ColumnScale | undefined,
): Float32Array | Float64Array {
  if (!scale) return rows;
  const { mean, deviation } = scale;
  const d = mean.length;
  return Float64Array.from(rows, (value, at) => value * deviation[at % d] + mean[at % d]);
}

/** At most `most` row numbers, evenly spread over n rows. */
export function sampleRows(n: number, most: number): Uint32Array {
  const count = Math.min(n, most);
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}

/** The given rows as a matrix of their own. */
export function pickRows({ data, shape: [, d] }: Pick<Table, 'data' | 'shape'>, rows: Uint32Array) {
  const picked =
    data instanceof Float32Array
      ? new Float32Array(rows.length * d)
      : new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    picked.set(data.subarray(row * d, (row + 1) * d), i * d);
  });
  return { data: picked, shape: [rows.length, d] as const };
}

/** The rows of each true class as a table of its own, by class in ascending order. */
export function splitByClass(table: Table): { readonly class: number; readonly table: Table }[] {
  const { labels = new Uint32Array() } = table;
  return distinctClasses(labels).map((wanted) => {
    const rows = Uint32Array.from(labels.keys()).filter((row) => labels[row] === wanted);
    return { class: wanted, table: { ...table, ...pickRows(table, rows) } };
  });
}

/** The classes that occur, ascending. */
export function distinctClasses(labels: Uint32Array): number[] {
  return [...new Set(labels)].sort((a, b) => a - b);
}
