/** What the commands of transforms and dictionaries share: their output, what they print and their report. */
import type { Command } from 'commander';
import { type Matrix, purity } from '../../../index.js';
import { formatCount, formatNumber, formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, type Job, stateOf, type Timed } from '../../../cli/job.js';
import type { SharedOptions } from '../../../cli/options.js';
import { choosePlane, placeRows, sampleOf } from '../../../cli/plane.js';
import { linesChart } from '../../../cli/write/charts.js';
import { markup } from '../../../cli/write/markup.js';
import {
  dataTable,
  imageList,
  renderPage,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import { sizesSection } from '../../kmeans/cli/report.js';

/** What all of their models have. */
export interface RepresentationModel {
  readonly representation: Matrix;
  readonly objective: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly history: readonly {
    readonly objective: number;
    readonly logDet?: number;
    readonly condition?: number;
  }[];
  readonly warnings: readonly string[];
  readonly engine: string;
  /** Of those that cluster. */
  readonly k?: number;
  readonly labels?: Uint32Array;
}

/** More rows or columns than this make too large a picture. */
const MOST_PICTURED = 1000;

/** What was given in the shell, without what only holds by default: that differs between methods. */
export function givenOf<T extends object>(command: Command, options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => command.getOptionValueSource(name) !== 'default'),
  ) as Partial<T>;
}

/** Prints what was found, and writes the files that the options name. */
export async function finishRepresentation(
  job: Job,
  title: string,
  { model, milliseconds }: Timed<RepresentationModel>,
  options: SharedOptions,
  told: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { say, table } = job;
  const { representation, labels, k, history, objective, warnings, engine } = model;
  const last = history[history.length - 1];
  const share = labels && table.labels && purity(table.labels, labels);
  const counts = labels && countsOf(labels, k ?? 1);
  const state = stateOf(model, { maxIter: model.iterations });
  say(`adapter: ${engine}`);
  say(`objective: ${formatNumber(objective)} after ${state}`);
  if (last.logDet !== undefined && last.condition !== undefined) {
    say(`log det: ${formatNumber(last.logDet)}, condition number: ${formatNumber(last.condition)}`);
  }
  if (share !== undefined) say(`purity against the true classes: ${share.toFixed(4)}`);
  if (counts) say(`cluster sizes: ${counts.join(' ')}`);
  say(`time: ${formatSeconds(milliseconds)}`);
  const [, width] = representation.shape;
  await finishJob(job, options, {
    out: () =>
      labels
        ? [{ key: 'labels', names: ['label'], data: labels }]
        : [
            {
              key: 'representation',
              names: Array.from({ length: width }, (_, a) => `z${a + 1}`),
              data: representation.data,
            },
          ],
    model,
    report: async () => {
      const sample = sampleOf(job);
      const plane = labels && (await choosePlane(job, sample));
      const scatter = plane && {
        xName: plane.names[0],
        yName: plane.names[1],
        note: plane.note,
        ...placeRows(plane, sample.points.data),
        labels: Uint32Array.from(sample.rows, (row) => labels[row]),
        kind: 'cluster',
        groups: Array.from({ length: k ?? 1 }, (_, c) => String(c)),
      };
      const head = headOf(title, job, engine, milliseconds, {
        ...Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)])),
        standardize: options.standardize ?? false,
      });
      return renderPage(
        head,
        [
          ['Objective', formatNumber(objective)],
          ...(k === undefined ? [] : ([['Clusters', formatCount(k)]] as const)),
          ...warnings.map((warning) => ['Warning', warning] as const),
        ],
        [
          objectiveSection(model),
          counts && sizesSection('Cluster sizes', 'cluster', counts),
          scatter && scatterSection('The clusters', scatter, head.n),
          pictured(model),
        ],
      );
    },
    json: () => ({
      adapter: engine,
      milliseconds,
      objective,
      iterations: model.iterations,
      converged: model.converged,
      warnings,
      ...(last.logDet === undefined ? {} : { logDet: last.logDet, condition: last.condition }),
      ...(counts ? { counts } : {}),
      ...(share === undefined ? {} : { purity: share }),
    }),
  });
}

function countsOf(labels: Uint32Array, k: number): number[] {
  const counts = new Array<number>(k).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

function objectiveSection({ history }: RepresentationModel): Section {
  const points = history.map(({ objective }, i) => [i + 1, objective] as const);
  const rows = history.map(({ objective, logDet, condition }, i) =>
    [String(i + 1), formatNumber(objective)].concat(
      logDet === undefined || condition === undefined
        ? []
        : [formatNumber(logDet), formatNumber(condition)],
    ),
  );
  const names = ['iteration', 'objective'].concat(
    history[0].logDet === undefined ? [] : ['log det', 'condition number'],
  );
  return {
    heading: 'Objective by iteration',
    content: markup`${linesChart([{ name: 'objective', points }], 'iteration', 'objective')}${dataTable(names, rows)}`,
  };
}

/** Z as a picture, rows of a cluster side by side, the largest magnitudes black. */
function pictured({ representation, labels }: RepresentationModel): Section | undefined {
  const { data, shape } = representation;
  const [n, width] = shape;
  if (n > MOST_PICTURED || width > MOST_PICTURED) return undefined;
  const order = Array.from({ length: n }, (_, i) => i);
  if (labels) order.sort((a, b) => labels[a] - labels[b] || a - b);
  const most = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const shades = new Float32Array(n * width);
  order.forEach((row, at) => {
    for (let j = 0; j < width; j++) {
      shades[at * width + j] = 255 * (1 - Math.abs(data[row * width + j]) / most);
    }
  });
  const caption = () => 'magnitudes, a row for each of the points; the largest black';
  return {
    heading: 'Representation',
    full: true,
    content: imageList(
      {
        rows: { data: shades, shape: [1, n * width] },
        shape: { width, height: n, channels: 1, layout: 'interleaved' },
      },
      caption,
      caption,
    ),
  };
}
