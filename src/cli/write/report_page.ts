/** The frame of every report: one HTML file that loads nothing and runs nothing. */
import { plural } from '../../errors.js';
import { createHash } from 'node:crypto';
import type { ImageShape } from '../read/table.js';
import { formatCount, formatNumber } from '../format.js';
import { lineChart } from './charts.js';
import { imageTiles, type ImageRows, pngDataUrl } from './images.js';
import { Markup, markup } from './markup.js';
import { REPORT_STYLE } from './report_style.js';
import { DISTINCT_GROUPS, legend, type ScatterData, scatterPlot } from './scatter.js';

/** What every method's report tells. */
export interface ReportHead {
  readonly title: string;
  /** What ran the work: the adapter's name, or 'cpu'. */
  readonly adapter: string;
  /** Milliseconds the fit took. */
  readonly time: number;
  readonly n: number;
  readonly d: number;
  /** What the user asked for, by option name. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Sentences for the reader, such as a table's notes. */
  readonly notes: readonly string[];
  /** What follows the method's own sections. */
  readonly more?: readonly (Section | undefined)[];
}

/** A part of a report. */
export interface Section {
  readonly heading: string;
  readonly content: Markup;
  /** As wide as the page. */
  readonly full?: boolean;
  /** Style rules that it needs beside the report's. */
  readonly style?: string;
}

/** Rows (values 0 to 255) that are images. */
export interface Images {
  readonly rows: ImageRows;
  readonly shape: ImageShape;
}

/** A named figure at the top of a report. */
export type Fact = readonly [name: string, value: string];

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderPage(
  head: ReportHead,
  facts: readonly (Fact | undefined)[],
  sections: readonly (Section | undefined)[],
): string {
  const shown = [...sections, ...(head.more ?? [])].filter((section) => section !== undefined);
  const style = [REPORT_STYLE, ...shown.map((section) => section.style ?? '')].join('\n');
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${head.title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${head.title}</h1>
${factList(head, facts)}
${head.notes.map((note) => markup`<p class="note">${note}</p>`)}
<div class="grid">
${shown.map(
  ({ heading, content, full }) =>
    markup`<section${full ? new Markup(' class="full"') : undefined}><h2>${heading}</h2>${content}</section>
`,
)}</div>
</main>
</body>
</html>
`;
  return page.text;
}

/** Nothing may be loaded, run or sent; images must be in the page, the style must be ours. */
function policy(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return (
    `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; ` +
    "base-uri 'none'; form-action 'none'"
  );
}

function factList(head: ReportHead, facts: readonly (Fact | undefined)[]): Markup {
  const options = Object.entries(head.options).map(([name, value]) => `${name}: ${value}`);
  const all = [['Rows', formatCount(head.n)], ['Columns', formatCount(head.d)], ...facts] as const;
  const seconds = `${formatNumber(Math.round(head.time) / 1000)}\u00a0s`;
  const wide = [
    ['Ran on', `${head.adapter}, in ${seconds}`],
    options.length > 0 && ['Options', options.join(', ')],
  ];
  const item = ([name, value]: readonly string[], kind?: Markup): Markup =>
    markup`<div${kind}><dt>${name}</dt><dd>${value}</dd></div>`;
  return markup`<dl class="facts">${all.map((fact) => fact && item(fact))}${wide.map((fact) =>
    fact ? item(fact, new Markup(' class="wide"')) : undefined,
  )}</dl>`;
}

export function iterationsFact(fit: { iterations: number; converged: boolean }): Fact {
  const count = formatCount(fit.iterations);
  return ['Iterations', fit.converged ? count : `${count}, not converged`];
}

/** Numbers as a table. */
export function plainTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  return markup`<div class="scroll" tabindex="0"><table><thead><tr>${columns.map(
    (name) => markup`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** The numbers of a chart for those who cannot see it, or want to copy them. */
export function dataTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  return markup`<details><summary>Show as a table</summary>${plainTable(columns, rows)}</details>`;
}

/** What an iterative fit came to at each iteration. */
export function historySection(
  heading: string,
  history: ArrayLike<number>,
  name: string,
  after?: Markup,
): Section {
  const rows = Array.from(history, (value, i) => [String(i + 1), formatNumber(value)]);
  const table = dataTable(['iteration', name], rows);
  return { heading, content: markup`${lineChart(history, 'iteration', name)}${after}${table}` };
}

/** The points of all groups, with a legend and the groups' means. `n` is the rows of the file. */
export function scatterSection(heading: string, scatter: ScatterData, n: number): Section {
  const { labels, x, y, xName, yName, kind, groups } = scatter;
  const sums = groups.map(() => ({ rows: 0, x: 0, y: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const sum = sums[labels[i]];
    sum.rows++;
    sum.x += x[i];
    sum.y += y[i];
  }
  const means = sums.map(({ rows, x: sumX, y: sumY }, c) =>
    rows === 0
      ? [groups[c], '0', '', '']
      : [groups[c], formatCount(rows), formatNumber(sumX / rows), formatNumber(sumY / rows)],
  );
  const notes = [
    labels.length < n ? `A sample of ${rowsText(labels.length)}.` : '',
    scatter.note ?? '',
    groups.length > DISTINCT_GROUPS
      ? `From the ${kind} after number ${DISTINCT_GROUPS} on the marks repeat.`
      : '',
    scatter.ellipses ? 'The ellipses lie one and two standard deviations from the means.' : '',
    scatter.shares ? `Points that several ${kind}s share have mixed colours.` : '',
  ].filter(Boolean);
  const { drawing, style } = scatterPlot(scatter);
  return {
    heading,
    style,
    full: true,
    content: markup`${drawing}${groups.length > 1 ? legend(groups) : undefined}${
      notes.length === 0 ? undefined : markup`<p class="note">${notes.join(' ')}</p>`
    }${dataTable([kind, 'rows shown', `mean ${xName}`, `mean ${yName}`], means)}`,
  };
}

export function rowsText(rows: number): string {
  return `${formatCount(rows)} ${plural(rows, 'row')}`;
}

/** Images, each with what it shows (its alternative text) and a caption. */
export function imageList(
  { rows, shape }: Images,
  describe: (i: number) => string,
  caption: (i: number) => string,
): Markup {
  return markup`<ul class="images">${imageTiles(rows, shape).map(
    (image, i) =>
      markup`<li><figure><img src="${pngDataUrl(image)}" width="${image.width}" height="${image.height}" alt="${describe(i)}"><figcaption>${caption(i)}</figcaption></figure></li>`,
  )}</ul>`;
}
