/** The report of a fit: one HTML file that loads nothing and runs nothing. */
import { createHash } from 'node:crypto';
import type { Matrix } from '../../matrix.js';
import type { ImageShape } from '../read/table.js';
import {
  barChart,
  clusterMark,
  DISTINCT_CLUSTERS,
  lineChart,
  scatterPlot,
  type ScatterData,
} from './charts.js';
import { formatCount, formatNumber } from '../format.js';
import { centroidImages, pngDataUrl } from './images.js';
import { Markup, markup } from './markup.js';
import { REPORT_STYLE } from './report_style.js';

export interface ReportSummary {
  /** What ran the work: the adapter's name, or 'cpu'. */
  readonly adapter: string;
  /** Milliseconds the fit took. */
  readonly time: number;
  readonly k: number;
  readonly n: number;
  readonly d: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly inertia: number;
  /** Share of rows whose true class is the most common one of their cluster, 0 to 1. */
  readonly purity?: number;
  /** What the user asked for, by option name. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** Centroids (k x d, values 0 to 255) whose rows are images. */
export interface CentroidImages {
  readonly centroids: Matrix;
  readonly shape: ImageShape;
}

/** One of several fits, each on the rows of one true class. */
export interface ClassReport {
  readonly name: string;
  readonly n: number;
  readonly iterations: number;
  readonly inertia: number;
  readonly images?: CentroidImages;
}

export interface Report {
  readonly title: string;
  readonly summary: ReportSummary;
  /** The objective at each iteration. */
  readonly history: ArrayLike<number>;
  /** Rows of each cluster, [k]. */
  readonly counts: ArrayLike<number>;
  /** A sample of the rows (5,000 at most are sensible) in two columns. */
  readonly scatter?: ScatterData;
  readonly images?: CentroidImages;
  readonly perClass?: readonly ClassReport[];
  /** Sentences for the reader, such as a table's notes. */
  readonly notes?: readonly string[];
}

const STYLE_HASH = createHash('sha256').update(REPORT_STYLE).digest('base64');

/** Nothing may be loaded, run or sent; images must be in the page, the style must be ours. */
const POLICY =
  `default-src 'none'; img-src data:; style-src 'sha256-${STYLE_HASH}'; ` +
  "base-uri 'none'; form-action 'none'";

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderReport(report: Report): string {
  const { title, summary, scatter, images, perClass, notes } = report;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${facts(summary)}
${notes?.map((note) => markup`<p class="note">${note}</p>`)}
<div class="grid">
${objectiveSection(report.history)}
${sizesSection(report.counts)}
${scatter && scatterSection(scatter, summary)}
${images && section('Centroids', imageList(images, report.counts), true)}
${perClass && perClassSection(perClass)}
</div>
</main>
</body>
</html>
`;
  return page.text;
}

function facts(summary: ReportSummary): Markup {
  const { purity } = summary;
  const options = Object.entries(summary.options).map(([name, value]) => `${name}: ${value}`);
  const fact = (name: string, value: string): Markup =>
    markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const wide = (name: string, value: string): Markup =>
    markup`<div class="wide"><dt>${name}</dt><dd>${value}</dd></div>`;
  return markup`<dl class="facts">${[
    fact('Rows', formatCount(summary.n)),
    fact('Columns', formatCount(summary.d)),
    fact('Clusters', formatCount(summary.k)),
    fact('Iterations', formatCount(summary.iterations)),
    fact('Converged', summary.converged ? 'yes' : 'no'),
    fact('Objective (inertia)', formatNumber(summary.inertia)),
    purity === undefined ? undefined : fact('Purity', `${(100 * purity).toFixed(1)} %`),
    fact('Time', `${formatNumber(Math.round(summary.time) / 1000)} s`),
    wide('Device', summary.adapter),
    options.length > 0 ? wide('Options', options.join(', ')) : undefined,
  ]}</dl>`;
}

function section(heading: string, content: Markup, full = false): Markup {
  return markup`<section${full ? new Markup(' class="full"') : undefined}><h2>${heading}</h2>${content}</section>`;
}

/** The same numbers for those who cannot see the chart, or want to copy them. */
function dataTable(columns: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`<details><summary>Show as a table</summary><div class="scroll" tabindex="0"><table><thead><tr>${columns.map(
    (name) => markup`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
}

function objectiveSection(history: ArrayLike<number>): Markup {
  const rows = Array.from(history, (value, i) => [String(i + 1), formatNumber(value)]);
  return section(
    'Objective at each iteration',
    markup`${lineChart(history, 'iteration', 'objective')}${dataTable(['iteration', 'objective'], rows)}`,
  );
}

function sizesSection(counts: ArrayLike<number>): Markup {
  const sizes = Array.from(counts);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rows = sizes.map((size, c) => [
    String(c),
    formatCount(size),
    `${((100 * size) / total).toFixed(1)} %`,
  ]);
  return section(
    'Cluster sizes',
    markup`${barChart(counts, 'cluster', 'rows')}${dataTable(['cluster', 'rows', 'share'], rows)}`,
  );
}

function scatterSection(scatter: ScatterData, { k, n }: ReportSummary): Markup {
  const { labels, x, y, xName, yName } = scatter;
  const sums = Array.from({ length: k }, () => ({ rows: 0, x: 0, y: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const sum = sums[labels[i]];
    sum.rows++;
    sum.x += x[i];
    sum.y += y[i];
  }
  const means = sums.map(({ rows, x: sumX, y: sumY }, c) =>
    rows === 0
      ? [String(c), '0', '', '']
      : [String(c), String(rows), formatNumber(sumX / rows), formatNumber(sumY / rows)],
  );
  const legend = markup`<ul class="legend">${sums.map((_, c) =>
    c < DISTINCT_CLUSTERS ? markup`<li>${clusterMark(c)} ${c}</li>` : undefined,
  )}</ul>`;
  const sampled = labels.length < n ? `A sample of ${rowsText(labels.length)}. ` : '';
  const repeated =
    k > DISTINCT_CLUSTERS ? `From cluster ${DISTINCT_CLUSTERS} on the marks repeat.` : '';
  return section(
    'The two columns of largest variance',
    markup`${scatterPlot(scatter, k)}${legend}${
      sampled + repeated === '' ? undefined : markup`<p class="note">${sampled + repeated}</p>`
    }${dataTable(['cluster', 'rows shown', `mean ${xName}`, `mean ${yName}`], means)}`,
    true,
  );
}

function rowsText(rows: number): string {
  return `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

function imageList({ centroids, shape }: CentroidImages, counts?: ArrayLike<number>): Markup {
  return markup`<ul class="images">${centroidImages(centroids, shape).map((image, c) => {
    const rows = counts && `: ${rowsText(counts[c])}`;
    return markup`<li><figure><img src="${pngDataUrl(image)}" width="${image.width}" height="${image.height}" alt="centroid of cluster ${c}"><figcaption>${c}${rows}</figcaption></figure></li>`;
  })}</ul>`;
}

function perClassSection(classes: readonly ClassReport[]): Markup {
  return section(
    'Each class on its own',
    markup`${classes.map(
      ({ name, n, iterations, inertia, images }) =>
        markup`<h3>${name}</h3><p class="note">${rowsText(n)}, iterations: ${iterations}, objective ${formatNumber(inertia)}</p>${images && imageList(images)}`,
    )}`,
    true,
  );
}
