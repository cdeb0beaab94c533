/** What sets each cluster apart from the other rows, in the file's own units. */
import { formatCount, formatMean, formatNumber } from './format.js';
import { type ClusterProfile, furthest } from './cluster_profiles.js';
import type { Job } from './job.js';
import { markup } from './write/markup.js';
import { dataTable, rowsText, type Section } from './write/report_page.js';

/** More clusters or columns are left to --json and the report. */
const MOST_TOLD = 20;

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
