/** The report of a Gaussian mixture. */
import type { MixtureModel } from '../../../index.js';
import { formatCount, formatNumber, formatShare, formatSpread } from '../../../cli/format.js';
import type { ImageShape } from '../../../cli/read/table.js';
import { linesChart } from '../../../cli/write/charts.js';
import { sizesSection } from '../../kmeans/cli/report.js';
import { markup, type Markup } from '../../../cli/write/markup.js';
import {
  dataTable,
  historySection,
  imageList,
  iterationsFact,
  plainTable,
  renderPage,
  type ReportHead,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import type { ScatterData } from '../../../cli/write/scatter.js';

/** A component in the file's units, by column. */
export interface ComponentSummary {
  readonly mean: Float32Array | Float64Array;
  /** Standard deviations. */
  readonly deviation: Float64Array;
}

/** The criteria of the fit with one number of components. */
export interface RangeEntry {
  readonly k: number;
  readonly bic: number;
  readonly aic: number;
  readonly iterations: number;
}

/** How far the fit kept what expectation maximisation promises. */
export interface EmCheck {
  /** The most that the bound fell from one iteration to the next; 0 where it never did. */
  readonly largestFall: number;
  /** Between log-densities and the bounds that the responsibilities give, over so many rows. */
  readonly gaps?: { readonly mean: number; readonly largest: number; readonly rows: number };
}

export interface GmmReport extends ReportHead {
  readonly model: Pick<
    MixtureModel,
    'k' | 'weights' | 'logLikelihood' | 'history' | 'iterations' | 'converged'
  >;
  /** Criteria of the information kind: lower is better. Not of variational fits. */
  readonly bic?: number;
  readonly aic?: number;
  /** Share of rows whose true class is the most common one of their component, 0 to 1. */
  readonly purity?: number;
  /** Rows by the component of their largest responsibility, [k]. */
  readonly counts: ArrayLike<number>;
  /** The columns' names, [d]. */
  readonly columns: readonly string[];
  readonly components: readonly ComponentSummary[];
  readonly check: EmCheck;
  /** A sample of the rows (5,000 at most are sensible). */
  readonly scatter?: ScatterData;
  /** The fits that this one was chosen from. */
  readonly range?: readonly RangeEntry[];
  /** Where rows are images. */
  readonly image?: ImageShape;
}

/** Columns that the table of components shows: more are for the model's file. */
const SHOWN_COLUMNS = 20;

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderGmmReport(report: GmmReport): string {
  const { model, bic, aic, purity, scatter, range, image, n } = report;
  return renderPage(
    report,
    [
      ['Components', formatCount(model.k)],
      iterationsFact(model),
      ['Log-likelihood', formatNumber(model.logLikelihood)],
      ['Log-likelihood a row', formatNumber(model.logLikelihood / n)],
      bic === undefined ? undefined : ['BIC', formatNumber(bic)],
      aic === undefined ? undefined : ['AIC', formatNumber(aic)],
      purity === undefined ? undefined : ['Purity', formatShare(purity)],
    ],
    [
      scatter && scatterSection('Rows and components', scatter, n),
      historySection('Bound at each iteration', model.history, 'bound', checkNote(report.check)),
      range && rangeSection(range),
      sizesSection('Rows by component', 'component', report.counts),
      image ? meanImages(report, image) : componentTable(report),
    ],
  );
}

function checkNote({ largestFall, gaps }: EmCheck): Markup {
  const fall =
    largestFall === 0
      ? 'The bound never fell from one iteration to the next.'
      : `The most that the bound fell from one iteration to the next is ${formatNumber(largestFall)}.`;
  return markup`<p class="note">${fall}</p>${
    gaps &&
    markup`<p class="note">Over ${formatCount(gaps.rows)} rows, log p(x) lies ${formatNumber(gaps.mean)} from the bound that the responsibilities give, ${formatNumber(gaps.largest)} at most: what rounding leaves of a divergence of 0.</p>`
  }`;
}

function rangeSection(range: readonly RangeEntry[]): Section {
  const values = (of: 'bic' | 'aic') => range.map((entry) => entry[of]);
  const lowest = (of: 'bic' | 'aic') => {
    const all = values(of);
    return range[all.indexOf(Math.min(...all))].k;
  };
  const rows = range.map(({ k, bic, aic, iterations }) => [
    String(k),
    formatNumber(bic),
    formatNumber(aic),
    formatCount(iterations),
  ]);
  return {
    heading: 'Criteria by number of components',
    content: markup`${linesChart(
      ['bic', 'aic'].map((of) => ({
        name: of.toUpperCase(),
        points: range.map((entry) => [entry.k, entry[of as 'bic' | 'aic']] as const),
      })),
      'components',
      'criterion',
    )}<ul class="legend"><li><span class="swatch"></span> BIC, lowest at ${lowest('bic')}</li><li><span class="swatch second"></span> AIC, lowest at ${lowest('aic')}</li></ul>${dataTable(
      ['components', 'BIC', 'AIC', 'iterations'],
      rows,
    )}`,
  };
}

function componentTable({ components, columns, model }: GmmReport): Section {
  const shown = columns.slice(0, SHOWN_COLUMNS);
  const rows = components.map(({ mean, deviation }, c) => [
    String(c),
    model.weights.data[c].toFixed(4),
    ...shown.map((_, j) => formatSpread(mean[j], deviation[j])),
  ]);
  const all = shown.length === columns.length;
  return {
    heading: 'Components: weight, mean ± standard deviation',
    full: true,
    content: markup`${plainTable(['component', 'weight', ...shown], rows)}${
      all
        ? undefined
        : markup`<p class="note">The first columns; all of them are in the file that --model writes.</p>`
    }`,
  };
}

function meanImages({ components, model, d }: GmmReport, shape: ImageShape): Section {
  const data = new Float32Array(components.length * d);
  components.forEach(({ mean }, c) => {
    data.set(mean, c * d);
  });
  return {
    heading: 'Means',
    full: true,
    content: imageList(
      { rows: { data, shape: [components.length, d] }, shape },
      (c) => `mean of component ${c}`,
      (c) => `${c}: ${formatShare(model.weights.data[c])}`,
    ),
  };
}
