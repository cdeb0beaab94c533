/** What sets each cluster apart from the other rows, in the file's own units. */
import { formatCount, formatMean, formatNumber } from './format.js';
import type { Job } from './job.js';
import { columnScale } from './table_math.js';
import { markup } from './write/markup.js';
import { dataTable, rowsText, type Section } from './write/report_page.js';

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
/** More clusters or columns are left to --json and the report. */
const MOST_TOLD = 20;

/** A profile of each of `k` clusters; empty ones have no rows and means of NaN. */
export function profilesOf(job: Job, labels: Uint32Array, k: number): ClusterProfile[] {
  const { table } = job;
  const { mean, deviation } = columnScale(table);
  const own = meansOf(table, labels, k);
  const typical = typicalRows(job, labels, k);
  return own.map(({ rows, means }, cluster) => ({
    cluster,
    rows,
    means,
    deviations: deviation,
    above: means.map((value, j) => (deviation[j] > 0 ? (value - mean[j]) / deviation[j] : 0)),
    typicalRows: typical[cluster],
  }));
}

function meansOf({ data, shape: [n, d] }: Job['table'], labels: Uint32Array, k: number) {
  const clusters = Array.from({ length: k }, () => ({ rows: 0, means: new Float64Array(d) }));
  for (let i = 0; i < n; i++) clusters[labels[i]].rows++;
  for (let i = 0; i < n; i++) {
    const { rows, means } = clusters[labels[i]];
    for (let j = 0; j < d; j++) means[j] += data[i * d + j] / rows;
  }
  for (const { rows, means } of clusters) if (rows === 0) means.fill(Number.NaN);
  return clusters;
}

function typicalRows({ used, rows }: Job, labels: Uint32Array, k: number): number[][] {
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
function furthest({ above }: ClusterProfile): number[] {
  return [...above.keys()]
    .filter((j) => above[j] !== 0)
    .sort((a, b) => Math.abs(above[b]) - Math.abs(above[a]))
    .slice(0, TOLD_COLUMNS);
}

const isTold = ({ table }: Job, profiles: readonly ClusterProfile[]): boolean =>
  !table.image && profiles.length > 1 && profiles.length <= MOST_TOLD;

function columnText(
  { table }: Job,
  { means, above, deviations }: ClusterProfile,
  j: number,
): string {
  const way = above[j] < 0 ? 'below' : 'above';
  return `${table.columns[j]} ${formatMean(means[j], deviations[j])} (${Math.abs(above[j]).toFixed(1)} sd ${way})`;
}

/** A line for each cluster; none where rows are images, or clusters too many. */
export function profileLines(job: Job, profiles: readonly ClusterProfile[]): string[] {
  if (!isTold(job, profiles)) return [];
  return profiles.map((profile) => {
    const columns = furthest(profile).map((j) => columnText(job, profile, j));
    const typical =
      profile.rows > 0 ? [`typical rows ${profile.typicalRows.map(formatCount).join(', ')}`] : [];
    return `cluster ${profile.cluster}: ${[rowsText(profile.rows), ...columns, ...typical].join('; ')}`;
  });
}

/** As --json prints it. */
export const profileJson = ({ table }: Job, profiles: readonly ClusterProfile[]) =>
  table.image
    ? {}
    : {
        columns: table.columns,
        profile: profiles.map(({ cluster, rows, means, above, typicalRows: typical }) => ({
          ...{ cluster, rows, means: [...means], above: [...above], typicalRows: typical },
        })),
      };

/** The clusters side by side; nothing where rows are images. */
export function profileSection(job: Job, profiles: readonly ClusterProfile[]): Section | undefined {
  if (!isTold(job, profiles)) return undefined;
  const { columns } = job.table;
  const shown = [...new Set(profiles.flatMap(furthest))].sort((a, b) => a - b);
  const rows = profiles.map(({ cluster, rows: count, means, above, typicalRows: typical }) => [
    String(cluster),
    formatCount(count),
    ...shown.map(
      (j) => `${formatNumber(means[j])} (${above[j] > 0 ? '+' : ''}${above[j].toFixed(1)})`,
    ),
    typical.join(', '),
  ]);
  return {
    heading: 'What sets the clusters apart',
    full: true,
    content: markup`<p class="note">Means, in brackets by how many standard deviations they lie from those of all rows; typical rows lie nearest to a cluster's mean.</p>${dataTable(['cluster', 'rows', ...shown.map((j) => columns[j]), 'typical rows'], rows)}`,
  };
}
