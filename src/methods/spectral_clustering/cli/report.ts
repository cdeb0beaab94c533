/** The report of a spectral clustering. */
import type { Affinity, SpectralClusteringModel } from '../../../index.js';
import { formatCount, formatNumber } from '../../../cli/format.js';
import { sizesSection } from '../../kmeans/cli/report.js';
import { linesChart } from '../../../cli/write/charts.js';
import { markup } from '../../../cli/write/markup.js';
import {
  dataTable,
  imageList,
  renderPage,
  type ReportHead,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import type { ScatterData } from '../../../cli/write/scatter.js';

/** More rows than this make too large a picture of their affinities. */
const MOST_PICTURED = 1000;

/** Rows of each cluster, [k]. */
export function countsOf({ k, labels }: Pick<SpectralClusteringModel, 'k' | 'labels'>): number[] {
  const counts = new Array<number>(k).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderSpectralReport(
  head: ReportHead,
  model: SpectralClusteringModel,
  scatter: ScatterData | undefined,
): string {
  const counts = countsOf(model);
  const eigenvalues = Array.from(model.eigenvalues);
  const numbered = eigenvalues.map((value, i) => [String(i + 1), formatNumber(value)]);
  const points = eigenvalues.map((value, i) => [i + 1, value] as const);
  return renderPage(
    head,
    [['Clusters', formatCount(model.k)]],
    [
      {
        heading: 'Eigenvalues of the Laplacian',
        content: markup`${linesChart([{ name: 'eigenvalue', points }], 'rank', 'eigenvalue')}${dataTable(['rank', 'eigenvalue'], numbered)}`,
      },
      sizesSection('Cluster sizes', 'cluster', counts),
      scatter && scatterSection('The clusters', scatter, head.n),
      pictureSection('Affinities', model.affinity, model.labels),
    ],
  );
}

/** Numbers of pairs of rows, the largest magnitude black, with the rows of each cluster side by side. */
export function pictureSection(
  heading: string,
  numbers: Affinity,
  labels: Uint32Array,
): Section | undefined {
  const n = labels.length;
  if (n > MOST_PICTURED) return undefined;
  const order = Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
  const place = new Uint32Array(n);
  order.forEach((row, at) => (place[row] = at));
  const most = numbers.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const data = new Float32Array(n * n).fill(255);
  const draw = (row: number, column: number, value: number) => {
    data[place[row] * n + place[column]] = 255 * (1 - Math.abs(value) / most);
  };
  for (let i = 0; i < n; i++) {
    if ('indptr' in numbers) {
      const { indptr, indices } = numbers;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) draw(i, indices[e], numbers.data[e]);
    } else for (let j = 0; j < n; j++) draw(i, j, numbers.data[i * n + j]);
  }
  const caption = () => 'rows by cluster, the largest magnitude black';
  return {
    heading,
    full: true,
    content: imageList(
      {
        rows: { data, shape: [1, n * n] },
        shape: { width: n, height: n, channels: 1, layout: 'interleaved' },
      },
      caption,
      caption,
    ),
  };
}
