/** The report of a PCA. */
import { plural } from '../../../errors.js';
import type { PcaModel } from '../../../index.js';
import { formatCount, formatNumber, formatShare } from '../../../cli/format.js';
import { screePlot } from '../../../cli/write/charts.js';
import { imageTiles, pngDataUrl } from '../../../cli/write/images.js';
import { markup } from '../../../cli/write/markup.js';
import { addUp, componentTones, type ImageStudy } from './images.js';
import {
  dataTable,
  imageList,
  plainTable,
  renderPage,
  type ReportHead,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import type { ScatterData } from '../../../cli/write/scatter.js';

export interface PcaReport extends ReportHead {
  readonly model: Pick<
    PcaModel,
    'components' | 'explainedVariance' | 'explainedVarianceRatio' | 'noiseVariance' | 'solver'
  >;
  /** The columns' names, [d]. */
  readonly columns: readonly string[];
  /** A sample of the rows on the first two components. */
  readonly scatter?: ScatterData;
  /** Where rows are images. */
  readonly images?: ImageStudy;
}

/** Components whose pictures or columns are shown. */
const SHOWN_COMPONENTS = 20;
/** Columns that the table of components shows: more are for the model's file. */
const SHOWN_COLUMNS = 100;

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderPcaReport(report: PcaReport): string {
  const { model, scatter, images } = report;
  const sums = addUp(model.explainedVarianceRatio);
  return renderPage(
    report,
    [
      ['Components', formatCount(sums.length)],
      ['Variance explained', formatShare(sums[sums.length - 1])],
      ['Noise variance', formatNumber(model.noiseVariance)],
      ['Solver', model.solver],
    ],
    [
      screeSection(report, sums),
      scatter && scatterSection('The first two scores', scatter, report.n),
      ...(images
        ? [componentImages(images), reconstructionImages(images)]
        : [componentTable(report)]),
    ],
  );
}

function screeSection({ model }: PcaReport, sums: Float64Array): Section {
  const rows = Array.from(sums, (sum, t) => [
    String(t + 1),
    formatNumber(model.explainedVariance[t]),
    formatShare(model.explainedVarianceRatio[t]),
    formatShare(sum),
  ]);
  return {
    heading: 'Variance explained',
    full: true,
    content: markup`${screePlot(model.explainedVarianceRatio, 'component', 'share of the variance')}${dataTable(
      ['component', 'variance', 'share', 'added up'],
      rows,
    )}`,
  };
}

function componentTable({ model, columns }: PcaReport): Section {
  const [count, d] = model.components.shape;
  const shown = Math.min(count, SHOWN_COMPONENTS);
  const rows = columns
    .slice(0, SHOWN_COLUMNS)
    .map((name, j) => [
      name,
      ...Array.from({ length: shown }, (_, t) => model.components.data[t * d + j].toFixed(3)),
    ]);
  const names = Array.from({ length: shown }, (_, t) => String(t + 1));
  const all = count <= SHOWN_COMPONENTS && d <= SHOWN_COLUMNS;
  return {
    heading: 'Components',
    full: true,
    content: markup`${plainTable(['column', ...names], rows)}${
      all
        ? undefined
        : markup`<p class="note">The first ones; all of them are in the file that --model writes.</p>`
    }`,
  };
}

function componentImages({ components, shape, mean }: ImageStudy): Section {
  const tones = componentTones(components, SHOWN_COMPONENTS);
  const data = new Float32Array(mean.length + tones.data.length);
  data.set(mean);
  data.set(tones.data, mean.length);
  const rows = { data, shape: [1 + tones.shape[0], mean.length] as const };
  return {
    heading: 'Mean and components',
    full: true,
    content: markup`${imageList(
      { rows, shape },
      (t) => (t === 0 ? 'mean' : `component ${t}`),
      (t) => (t === 0 ? 'mean' : String(t)),
    )}<p class="note">Grey is 0; the largest entry of each component is white or black.</p>`,
  };
}

/** A row of images for each number of components, and the originals below. */
function reconstructionImages({ reconstructions, originals, shape }: ImageStudy): Section {
  const lines = [
    ...reconstructions.map(({ count, share, rows }) => ({
      name: `${formatCount(count)} ${plural(count, 'component')}`,
      note: formatShare(share),
      rows,
    })),
    { name: 'original', note: '', rows: originals },
  ];
  return {
    heading: 'Rebuilt from so many components',
    full: true,
    content: markup`<div class="scroll" tabindex="0"><table class="pictures"><tbody>${lines.map(
      ({ name, note, rows }) =>
        markup`<tr><th scope="row">${name}<br>${note}</th>${imageTiles(rows, shape).map(
          (image, i) =>
            markup`<td><img src="${pngDataUrl(image)}" width="${image.width}" height="${image.height}" alt="image ${i}, ${name}"></td>`,
        )}</tr>`,
    )}</tbody></table></div>`,
  };
}
