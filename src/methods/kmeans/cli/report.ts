/** The report of a K-means fit. */
import { formatCount, formatNumber, formatShare } from '../../../cli/format.js';
import { type Suggestion, suggestionSection } from '../../../cli/suggest.js';
import { barChart } from '../../../cli/write/charts.js';
import { type Markup, markup } from '../../../cli/write/markup.js';
import {
  dataTable,
  historySection,
  imageList,
  type Images,
  iterationsFact,
  renderPage,
  type ReportHead,
  rowsText,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import type { ScatterData } from '../../../cli/write/scatter.js';

/** One of several fits, each on the rows of one true class. */
export interface ClassReport {
  readonly name: string;
  readonly n: number;
  readonly iterations: number;
  readonly inertia: number;
  readonly images?: Images;
}

export interface KMeansReport extends ReportHead {
  readonly k: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly inertia: number;
  /** Share of rows whose true class is the most common one of their cluster, 0 to 1. */
  readonly purity?: number;
  /** The objective at each iteration. */
  readonly history: ArrayLike<number>;
  /** Rows of each cluster, [k]. */
  readonly counts: ArrayLike<number>;
  /** A sample of the rows (5,000 at most are sensible). */
  readonly scatter?: ScatterData;
  /** The centroids, where rows are images. */
  readonly images?: Images;
  readonly perClass?: readonly ClassReport[];
  /** What k was chosen by, where it was. */
  readonly suggestion?: Suggestion;
}

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderKMeansReport(report: KMeansReport): string {
  const { purity, scatter, images, perClass, counts, suggestion } = report;
  return renderPage(
    report,
    [
      ['Clusters', formatCount(report.k)],
      iterationsFact(report),
      ['Objective (inertia)', formatNumber(report.inertia)],
      purity === undefined ? undefined : ['Purity', formatShare(purity)],
    ],
    [
      suggestion && suggestionSection(suggestion),
      historySection('Objective at each iteration', report.history, 'objective'),
      sizesSection('Cluster sizes', 'cluster', counts),
      scatter && scatterSection('The clusters', scatter, report.n),
      images && {
        heading: 'Centroids',
        content: centroidList(images, (c) => `${c}: ${rowsText(counts[c])}`),
        full: true,
      },
      perClass && perClassSection(perClass),
    ],
  );
}

/** How many rows each cluster has. */
export function sizesSection(heading: string, kind: string, counts: ArrayLike<number>): Section {
  const sizes = Array.from(counts);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rows = sizes.map((size, c) => [String(c), formatCount(size), formatShare(size / total)]);
  return {
    heading,
    content: markup`${barChart(counts, kind, 'rows')}${dataTable([kind, 'rows', 'share'], rows)}`,
  };
}

function centroidList(images: Images, caption: (c: number) => string): Markup {
  return imageList(images, (c) => `centroid of cluster ${c}`, caption);
}

function perClassSection(classes: readonly ClassReport[]): Section {
  return {
    heading: 'Each class on its own',
    full: true,
    content: markup`${classes.map(
      ({ name, n, iterations, inertia, images }) =>
        markup`<h3>${name}</h3><p class="note">${rowsText(n)}, iterations: ${iterations}, objective ${formatNumber(inertia)}</p>${images && centroidList(images, String)}`,
    )}`,
  };
}
