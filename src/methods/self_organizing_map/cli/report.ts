/** The report of a self-organizing map. */
import type { SelfOrganizingMapModel } from '../../../index.js';
import { formatCount, formatNumber, formatShare } from '../../../cli/format.js';
import { markup } from '../../../cli/write/markup.js';
import {
  dataTable,
  historySection,
  imageList,
  renderPage,
  type ReportHead,
  rowsText,
  type Section,
} from '../../../cli/write/report_page.js';

export interface MapReport extends ReportHead {
  readonly model: SelfOrganizingMapModel;
  readonly quantizationError: number;
  readonly topographicError: number;
  /** Names of the columns, [d], and the units' weights in the units of the file, units x d. */
  readonly columns: readonly string[];
  readonly weights: Float32Array | Float64Array;
}

/** Pixels along a unit: even, as odd rows of a hexagonal grid lie half a unit to the right. */
const UNIT_PIXELS = 8;
/** What lies beside those rows. */
const BESIDE = 255;
/** More planes than this no one looks at. */
const MOST_PLANES = 64;

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderMapReport(report: MapReport): string {
  const { model } = report;
  const { rows, columns, grid, torus } = model;
  return renderPage(
    report,
    [
      ['Map', `${rows} x ${columns}, ${grid}${torus ? ', torus' : ''}`],
      ['Quantization error', formatNumber(report.quantizationError)],
      ['Topographic error', formatShare(report.topographicError)],
    ],
    [
      picturesOf('The map', model, [
        ['U-matrix: how far units lie from those around them', model.uMatrix.data],
        ['Hits: rows of each unit', model.hits],
      ]),
      planesOf(report),
      historySection('Mean squared distance at each epoch', model.history, 'mean square'),
    ],
  );
}

function planesOf({ model, columns, weights }: MapReport): Section {
  const shown = columns.slice(0, MOST_PLANES);
  const d = columns.length;
  const planes = shown.map((name, j) => [name, weights.filter((_, at) => at % d === j)] as const);
  const { content, ...section } = picturesOf('Component planes', model, planes);
  const ranges = planes.map(([name, plane]) => [
    name,
    ...[Math.min(...plane), Math.max(...plane)].map(formatNumber),
  ]);
  const rest =
    d > MOST_PLANES
      ? markup`<p class="note">The first ${MOST_PLANES} of ${formatCount(d)} columns.</p>`
      : undefined;
  return {
    ...section,
    content: markup`${content}${rest}${dataTable(['column', 'black', 'white'], ranges)}`,
  };
}

/** Values of the units as pictures of the map, the lowest black and the highest white. */
function picturesOf(
  heading: string,
  model: SelfOrganizingMapModel,
  planes: readonly (readonly [caption: string, values: ArrayLike<number>])[],
): Section {
  const pictures = planes.map(([, values]) => drawn(model, Array.from(values)));
  const [{ width, height }] = pictures;
  const data = Float32Array.from(pictures.flatMap(({ pixels }) => [...pixels]));
  const images = {
    rows: { data, shape: [pictures.length, width * height] as const },
    shape: { width, height, channels: 1, layout: 'interleaved' } as const,
  };
  const caption = (i: number) => planes[i][0];
  return { heading, full: true, content: imageList(images, caption, caption) };
}

function drawn({ rows, columns, grid }: SelfOrganizingMapModel, values: readonly number[]) {
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const half = grid === 'hexagonal' ? UNIT_PIXELS / 2 : 0;
  const width = columns * UNIT_PIXELS + half;
  const height = rows * UNIT_PIXELS;
  const pixels = Float32Array.from({ length: width * height }, (_, at) => {
    const row = Math.floor(at / width / UNIT_PIXELS);
    const right = (at % width) - (row % 2) * half;
    if (right < 0 || right >= columns * UNIT_PIXELS) return BESIDE;
    return (255 * (values[row * columns + Math.floor(right / UNIT_PIXELS)] - low)) / range;
  });
  return { pixels, width, height };
}

/** A line for the console: how many units own rows, and how the fullest. */
export function describeHits({ hits, k }: SelfOrganizingMapModel): string {
  const used = hits.reduce((sum, rows) => sum + (rows > 0 ? 1 : 0), 0);
  const most = hits.reduce((a, b) => Math.max(a, b), 0);
  return `units with rows: ${used} of ${k}, the fullest with ${rowsText(most)}`;
}
