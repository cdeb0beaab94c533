/** The report of a spectral clustering. */
import type { Affinity, Matrix, SpectralClusteringModel } from '../../../index.js';
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

/** More rows or columns than this make too large a picture. */
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
  return renderPage(
    head,
    [['Clusters', formatCount(model.k)]],
    [
      eigenvaluesSection(model.eigenvalues),
      sizesSection('Cluster sizes', 'cluster', countsOf(model)),
      scatter && scatterSection('The clusters', scatter, head.n),
      pictureSection('Affinities', model.affinity, model.labels),
      representationSection(model.embedding, model.labels),
    ],
  );
}

export function eigenvaluesSection(eigenvalues: Float64Array): Section {
  const values = Array.from(eigenvalues);
  const numbered = values.map((value, i) => [String(i + 1), formatNumber(value)]);
  const points = values.map((value, i) => [i + 1, value] as const);
  return {
    heading: 'Eigenvalues of the Laplacian',
    content: markup`${linesChart([{ name: 'eigenvalue', points }], 'rank', 'eigenvalue')}${dataTable(['rank', 'eigenvalue'], numbered)}`,
  };
}

/** Numbers of pairs of rows, the largest magnitude black, with the rows of each cluster side by side. */
export function pictureSection(
  heading: string,
  numbers: Affinity,
  labels: Uint32Array,
): Section | undefined {
  const n = labels.length;
  if (n > MOST_PICTURED) return undefined;
  const place = new Uint32Array(n);
  orderBy(labels).forEach((row, at) => (place[row] = at));
  const magnitudes = new Float32Array(n * n);
  const draw = (row: number, column: number, value: number) => {
    magnitudes[place[row] * n + place[column]] = Math.abs(value);
  };
  for (let i = 0; i < n; i++) {
    if ('indptr' in numbers) {
      const { indptr, indices } = numbers;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) draw(i, indices[e], numbers.data[e]);
    } else for (let j = 0; j < n; j++) draw(i, j, numbers.data[i * n + j]);
  }
  return shades(heading, magnitudes, n, 'rows by cluster, the largest magnitude black');
}

/** A row for each point, those of a cluster side by side, the largest magnitudes black. */
export function representationSection(
  { data, shape: [n, width] }: Matrix,
  labels: Uint32Array = new Uint32Array(n),
): Section | undefined {
  if (n > MOST_PICTURED || width > MOST_PICTURED) return undefined;
  const magnitudes = new Float32Array(n * width);
  orderBy(labels).forEach((row, at) => {
    for (let j = 0; j < width; j++) magnitudes[at * width + j] = Math.abs(data[row * width + j]);
  });
  const caption = 'magnitudes, a row for each of the points; the largest black';
  return shades('Representation', magnitudes, width, caption);
}

/** Rows by cluster. */
function orderBy(labels: Uint32Array): number[] {
  return Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
}

function shades(
  heading: string,
  magnitudes: Float32Array,
  width: number,
  caption: string,
): Section {
  const most = magnitudes.reduce((largest, value) => Math.max(largest, value), 0) || 1;
  const height = magnitudes.length / width;
  return {
    heading,
    full: true,
    content: imageList(
      {
        rows: {
          data: magnitudes.map((value) => 255 * (1 - value / most)),
          shape: [1, magnitudes.length],
        },
        shape: { width, height, channels: 1, layout: 'interleaved' },
      },
      () => caption,
      () => caption,
    ),
  };
}
