/** What sets each cluster apart from the other rows: numbers, for the command line and the pages. */
import type { Table } from './read/table.js';
import { columnScale } from './table_math.js';

/** Rows of numbers. */
type Rows = Pick<Table, 'data' | 'shape'>;

/** Rows that were clustered. */
export interface ClusteredRows {
  /** As the file has them. */
  readonly table: Rows;
  /** As they were clustered. */
  readonly used: Rows;
  /** Of each its number in the file; absent where all are there. */
  readonly rows?: Uint32Array;
}

export interface ClusterProfile {
  readonly cluster: number;
  readonly rows: number;
  /** Of each column, [d]. */
  readonly means: Float64Array;
  /** How many of its standard deviations over all rows each column's mean lies above the mean of all rows, [d]. */
  readonly above: Float64Array;
  /** Those deviations, [d]. */
  readonly deviations: Float64Array;
  /** The file's numbers of those rows that lie nearest to the mean, as they were fitted. */
  readonly typicalRows: readonly number[];
}

const TYPICAL_ROWS = 3;
/** Columns that are told of each cluster. */
const TOLD_COLUMNS = 3;

/** A profile of each of `k` clusters; empty ones have no rows and means of NaN. */
export function profilesOf(
  clustered: ClusteredRows,
  labels: Uint32Array,
  k: number,
): ClusterProfile[] {
  const { table } = clustered;
  const { mean, deviation } = columnScale(table);
  const own = meansOf(table, labels, k);
  const typical = typicalRows(clustered, labels, k);
  return own.map(({ rows, means }, cluster) => ({
    cluster,
    rows,
    means,
    deviations: deviation,
    above: means.map((value, j) => (deviation[j] > 0 ? (value - mean[j]) / deviation[j] : 0)),
    typicalRows: typical[cluster],
  }));
}

function meansOf({ data, shape: [n, d] }: Rows, labels: Uint32Array, k: number) {
  const clusters = Array.from({ length: k }, () => ({ rows: 0, means: new Float64Array(d) }));
  for (let i = 0; i < n; i++) clusters[labels[i]].rows++;
  for (let i = 0; i < n; i++) {
    const { rows, means } = clusters[labels[i]];
    for (let j = 0; j < d; j++) means[j] += data[i * d + j] / rows;
  }
  for (const { rows, means } of clusters) if (rows === 0) means.fill(Number.NaN);
  return clusters;
}

function typicalRows({ used, rows }: ClusteredRows, labels: Uint32Array, k: number): number[][] {
  const [n, d] = used.shape;
  const clusters = meansOf(used, labels, k);
  const nearest = Array.from({ length: k }, () => [] as { row: number; distance: number }[]);
  for (let i = 0; i < n; i++) {
    const { means } = clusters[labels[i]];
    let distance = 0;
    for (let j = 0; j < d; j++) distance += (used.data[i * d + j] - means[j]) ** 2;
    const list = nearest[labels[i]];
    if (list.length === TYPICAL_ROWS && distance >= list[TYPICAL_ROWS - 1].distance) continue;
    list.push({ row: rows ? rows[i] : i, distance });
    list.sort((a, b) => a.distance - b.distance);
    list.length = Math.min(list.length, TYPICAL_ROWS);
  }
  return nearest.map((list) => list.map(({ row }) => row));
}

/** The columns whose means lie furthest from those of all rows, in their deviations; furthest first. */
export function furthest({ above }: ClusterProfile): number[] {
  return [...above.keys()]
    .filter((j) => above[j] !== 0)
    .sort((a, b) => Math.abs(above[b]) - Math.abs(above[a]))
    .slice(0, TOLD_COLUMNS);
}
