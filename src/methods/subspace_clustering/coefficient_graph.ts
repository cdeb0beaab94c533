/** Affinities of rows from their coefficients. */
import type { Pause } from '../../math/event_loop.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import { dot, norm, scaled } from '../../math/vectors.js';
import { type Affinity, Entries, sparse } from '../spectral_clustering/affinity.js';
import type { Coefficients } from './expression.js';
import { type CoefficientAffinity, type RowScale, SUBSPACE_DEFAULTS } from './options.js';
import { rowOf, type SparseRow } from './sparse_rows.js';

export interface GraphOptions {
  readonly k: number;
  readonly keep: number;
  readonly nLargest?: number;
  readonly rowScale: RowScale;
  readonly affinity: CoefficientAffinity;
  readonly dimension: number;
  readonly power: number;
  readonly nNeighbours?: number;
}

/** |C| + |C|' of trimmed and scaled coefficients, their neighbours, or as DSC-Net's code makes affinities of them. */
export async function affinityOf(
  coefficients: Coefficients,
  options: GraphOptions,
  pause: Pause,
): Promise<Affinity> {
  const [n] = coefficients.shape;
  const isLowRank = options.affinity === 'dscNet';
  // DSC-Net's code scales none.
  const trim: GraphOptions = isLowRank ? { ...options, rowScale: 'none' } : options;
  const rows: SparseRow[] = [];
  for (let i = 0; i < n; i++) {
    rows.push(trimmed(rowOf(coefficients, i), trim));
    await pause();
  }
  if (isLowRank) return lowRankAffinity(rows, options, pause);
  if (options.affinity === 'nearestNeighbours') return alike(rows, options, pause);
  if ('indptr' in coefficients) {
    const entries = new Entries(rows.reduce((sum, { columns }) => sum + 2 * columns.length, 0));
    rows.forEach(({ columns, values }, i) => {
      columns.forEach((j, e) => {
        entries.add(i, j, Math.abs(values[e]));
        entries.add(j, i, Math.abs(values[e]));
      });
    });
    return sparse(n, entries);
  }
  const sums = summed(rows, Math.abs);
  return { data: Float32Array.from(sums), shape: [n, n] };
}

/**
 * (A + A') / 2, where A has a 1 for each of the rows whose coefficients have the largest cosines with a row's, above 0: ties
 * to the lowest row.
 */
async function alike(
  rows: readonly SparseRow[],
  { nNeighbours = SUBSPACE_DEFAULTS.nNeighbours }: GraphOptions,
  pause: Pause,
): Promise<Affinity> {
  const n = rows.length;
  const units = rows.map(({ columns, values }) => {
    const size = norm(Float64Array.from(values));
    return { columns, values: values.map((value) => (size > 0 ? value / size : 0)) };
  });
  /** By columns. */
  const users = Array.from({ length: n }, () => ({ rows: [] as number[], values: [] as number[] }));
  units.forEach(({ columns, values }, i) => {
    columns.forEach((j, e) => {
      users[j].rows.push(i);
      users[j].values.push(values[e]);
    });
  });
  const pairs: [row: number, other: number][] = [];
  const cosines = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const seen = new Set<number>();
    units[i].columns.forEach((j, e) => {
      users[j].rows.forEach((other, at) => {
        cosines[other] += units[i].values[e] * users[j].values[at];
        seen.add(other);
      });
    });
    seen.delete(i);
    const order = [...seen]
      .filter((other) => cosines[other] > 0)
      .sort((a, b) => cosines[b] - cosines[a] || a - b);
    for (const other of order.slice(0, nNeighbours)) pairs.push([i, other]);
    cosines.fill(0);
    await pause();
  }
  const entries = new Entries(2 * pairs.length);
  for (const [i, other] of pairs) {
    entries.add(i, other, 0.5);
    entries.add(other, i, 0.5);
  }
  return sparse(n, entries);
}

/** f(C) + f(C)', n x n. */
function summed(rows: readonly SparseRow[], f: (value: number) => number): Float64Array {
  const n = rows.length;
  const sums = new Float64Array(n * n);
  rows.forEach(({ columns, values }, i) => {
    columns.forEach((j, e) => {
      sums[i * n + j] += f(values[e]);
      sums[j * n + i] += f(values[e]);
    });
  });
  return sums;
}

/**
 * The largest coefficients, as few as have `keep` of all magnitudes and `nLargest` at most, divided by the
 * largest or by their length.
 */
function trimmed(
  { columns, values }: SparseRow,
  { keep, nLargest = columns.length, rowScale }: GraphOptions,
): SparseRow {
  let order = Array.from(columns.keys());
  if (keep < 1 || nLargest < columns.length) {
    order.sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || columns[a] - columns[b]);
    const all = values.reduce((sum, value) => sum + Math.abs(value), 0);
    let sum = 0;
    const last = order.findIndex((e) => (sum += Math.abs(values[e])) >= keep * all);
    order = order.slice(0, Math.min(last < 0 ? order.length : last + 1, nLargest));
  }
  const magnitudes = order.map((e) => Math.abs(values[e]));
  const size =
    rowScale === 'none'
      ? 1
      : rowScale === 'length'
        ? norm(Float64Array.from(magnitudes))
        : magnitudes.reduce((largest, value) => Math.max(largest, value), 0);
  return {
    columns: order.map((e) => columns[e]),
    values: order.map((e) => (size > 0 ? values[e] / size : 0)),
  };
}

/**
 * Of (C + C') / 2 = U S U' the k `dimension` + 1 largest |s|: |V V'|^power of the rows V of U |S|^1/2 scaled to
 * length 1, without what is negative, divided by the largest.
 */
async function lowRankAffinity(
  rows: readonly SparseRow[],
  { k, dimension, power }: GraphOptions,
  pause: Pause,
): Promise<Affinity> {
  const n = rows.length;
  const half = summed(rows, (value) => value / 2);
  const { values, vectors } = await symmetricEigen(half, n, pause);
  const kept = Array.from(values.keys())
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, Math.min(n, k * dimension + 1));
  const placed = Array.from({ length: n }, (_, i) => {
    const row = Float64Array.from(kept, (r) => vectors[r][i] * Math.sqrt(Math.abs(values[r])));
    const size = norm(row);
    return size > 0 ? scaled(row, 1 / size) : row;
  });
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      data[i * n + j] = data[j * n + i] = Math.max(0, dot(placed[i], placed[j])) ** power;
    }
    await pause();
  }
  const largest = data.reduce((most, value) => Math.max(most, value), 0) || 1;
  return { data: data.map((value) => value / largest), shape: [n, n] };
}
