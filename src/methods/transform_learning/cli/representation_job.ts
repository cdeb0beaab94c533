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
  renderPage,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import { sizesSection } from '../../kmeans/cli/report.js';
import {
  countsOf,
  eigenvaluesSection,
  pictureSection,
  representationSection,
} from '../../spectral_clustering/cli/report.js';

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
  /** Of those whose rows are sums of one another, n x n. */
  readonly coefficients?: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly eigenvalues?: Float64Array;
}

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
  const counts = labels && countsOf({ labels, k: k ?? 1 });
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
          representationSection(representation, labels),
          ...expressionSections(model),
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

/** What a self-expression is cut by. */
function expressionSections({
  labels,
  coefficients,
  eigenvalues,
}: RepresentationModel): (Section | undefined)[] {
  if (!labels || !coefficients || !eigenvalues) return [];
  const { data, shape } = coefficients;
  const [n] = shape;
  const affinity = data.map(
    (value, at) => Math.abs(value) + Math.abs(data[(at % n) * n + Math.floor(at / n)]),
  );
  return [
    eigenvaluesSection(eigenvalues),
    pictureSection('By which rows each row is expressed', { data, shape: [n, n] }, labels),
    pictureSection('Affinities', { data: affinity, shape: [n, n] }, labels),
  ];
}
