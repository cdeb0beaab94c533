/** `webgpu-clustering kmeans FILE`. */
import { basename } from 'node:path';
import {
  InvalidArgumentError,
  kmeans,
  type KMeansModel,
  type KMeansOptions,
  type Matrix,
} from '../index.js';
import { type DeviceChoice, placeWork } from './device.js';
import { formatObjective, formatSeconds } from './format.js';
import { showProgress } from './progress.js';
import { readTable, type Table } from './read/read_table.js';
import {
  type ColumnScale,
  columnScale,
  purity,
  sampleRows,
  splitByClass,
  standardize,
  widestColumns,
} from './table_math.js';
import { writeAtomic } from './write/atomic.js';
import { contactSheet, writePng } from './write/images.js';
import { labelsFormat, writeJson, writeLabels } from './write/labels.js';
import { type ClassReport, renderReport, type Report } from './write/report.js';

/** The command's options as commander gives them. */
export interface KMeansCommandOptions {
  readonly k: number;
  readonly columns?: string[];
  readonly labels?: string;
  readonly perClass?: boolean;
  readonly standardize?: boolean;
  readonly init: 'k-means++' | 'k-means||' | 'random';
  readonly nInit?: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly seed: number;
  readonly metric: 'euclidean' | 'cosine';
  readonly device: DeviceChoice;
  readonly out?: string;
  readonly model?: string;
  readonly report?: string;
  readonly sheet?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
}

/** Points in a report's scatter: more are a blot. */
const SCATTER_POINTS = 5000;

/** One fit with what it took. */
interface Fit {
  readonly model: KMeansModel;
  readonly milliseconds: number;
}

interface ClassFit extends Fit {
  readonly class: number;
  readonly rows: number;
}

/** Clusters a file and writes what was asked for. Rejects when `signal` is aborted. */
export async function kmeansCommand(
  file: string,
  options: KMeansCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const say = options.json
    ? () => undefined
    : (line: string) => {
        console.log(line);
      };
  // What can be refused is refused before the work begins.
  if (options.out !== undefined) labelsFormat(options.out);
  const runtime = await placeWork(options.device, (notice) => {
    console.error(notice);
  });
  const table = await readTable(file, { columns: options.columns, labels: options.labels });
  checkTable(file, table, options);
  for (const note of table.notes) console.error(note);
  const [n, d] = table.shape;
  say(`${basename(file)}: ${n} rows x ${d} columns`);

  const scale =
    options.standardize || options.report !== undefined ? columnScale(table) : undefined;
  const used = options.standardize ? standardize(table, scale!) : table;
  const fitOptions = { ...toFitOptions(options), runtime, signal };
  const fit = await fitTable('k-means', used, fitOptions);
  const { model } = fit;
  say(`adapter: ${model.engine}`);
  if (options.trace) {
    model.history.forEach((objective, i) => {
      say(`iteration ${i + 1}: objective ${formatObjective(objective)}`);
    });
  }
  const share = table.labels && purity(model.labels, table.labels);
  describe(fit, share).forEach(say);

  const perClass: ClassFit[] = [];
  for (const part of options.perClass ? splitByClass(used) : []) {
    const k = Math.min(options.k, part.table.shape[0]);
    const result = await fitTable(`class ${part.class}`, part.table, { ...fitOptions, k });
    perClass.push({ ...result, class: part.class, rows: part.table.shape[0] });
    say(
      `class ${part.class}: ${part.table.shape[0]} rows, objective ${formatObjective(result.model.inertia)} ` +
        `after ${result.model.iterations} iterations, ${formatSeconds(result.milliseconds)}`,
    );
  }
  signal.throwIfAborted();

  const centroids = inUnits(model.centroids, options.standardize ? scale : undefined);
  if (options.out !== undefined) await writeLabels(options.out, model.labels);
  if (options.model !== undefined) await writeJson(options.model, model);
  if (options.sheet !== undefined) {
    const sheets = [centroids, ...perClass.map(({ model: { centroids: own } }) => own)];
    await writePng(
      options.sheet,
      contactSheet(stack(sheets), table.image!, { columns: Math.min(options.k, 32) }),
    );
  }
  if (options.report !== undefined) {
    const report = buildReport(file, table, fit, centroids, perClass, scale!, share, options);
    await writeAtomic(options.report, renderReport(report));
  }
  for (const name of ['out', 'model', 'sheet', 'report'] as const) {
    if (options[name] !== undefined) say(`wrote ${options[name]}`);
  }
  if (options.json) console.log(JSON.stringify(toJson(fit, centroids, share, perClass)));
}

function checkTable(file: string, table: Table, options: KMeansCommandOptions): void {
  if (options.sheet !== undefined && !table.image) {
    throw new InvalidArgumentError(
      'sheet',
      `--sheet draws centroids as images, but the rows of ${file} are none; leave it out, or give an MNIST or CIFAR-10 file without --columns.`,
    );
  }
  if (options.perClass && !table.labels) {
    throw new InvalidArgumentError(
      'per-class',
      `--per-class needs the true classes of the rows, and ${file} carries none; name a file of them with --labels.`,
    );
  }
}

function toFitOptions(options: KMeansCommandOptions): KMeansOptions {
  const { k, init, maxIter, tol, seed, metric, nInit } = options;
  return { k, init, maxIter, tol, seed, metric, ...(nInit === undefined ? {} : { nInit }) };
}

async function fitTable(title: string, table: Table, options: KMeansOptions): Promise<Fit> {
  const progress = showProgress(title);
  const start = performance.now();
  try {
    const { data, shape } = table;
    const model = await kmeans({ data, shape }, { ...options, onIteration: progress.update });
    return { model, milliseconds: performance.now() - start };
  } finally {
    progress.stop();
  }
}

function describe({ model, milliseconds }: Fit, share: number | undefined): string[] {
  const { inertia, iterations, converged, counts } = model;
  const state = converged ? 'converged' : 'not converged: raise --max-iter';
  return [
    `objective (inertia): ${formatObjective(inertia)} after ${iterations} iterations, ${state}`,
    ...(share === undefined ? [] : [`purity against the true classes: ${share.toFixed(4)}`]),
    `cluster sizes: ${[...counts].join(' ')}`,
    `time: ${formatSeconds(milliseconds)}`,
  ];
}

/** Centroids in the file's own units. */
function inUnits(centroids: Matrix, scale: ColumnScale | undefined): Matrix {
  if (!scale) return centroids;
  const d = centroids.shape[1];
  const { mean, deviation } = scale;
  return {
    ...centroids,
    data: centroids.data.map((value, at) => value * deviation[at % d] + mean[at % d]),
  };
}

function stack(matrices: readonly Matrix[]): Matrix {
  const rows = matrices.reduce((sum, { shape }) => sum + shape[0], 0);
  const d = matrices[0].shape[1];
  const data = new Float32Array(rows * d);
  let at = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, at);
    at += matrix.data.length;
  }
  return { data, shape: [rows, d] };
}

function buildReport(
  file: string,
  table: Table,
  { model, milliseconds }: Fit,
  centroids: Matrix,
  perClass: readonly ClassFit[],
  scale: ColumnScale,
  share: number | undefined,
  options: KMeansCommandOptions,
): Report {
  const [n, d] = table.shape;
  const { image } = table;
  const widest = image ? undefined : widestColumns(scale);
  const rows = sampleRows(n, SCATTER_POINTS);
  const column = (j: number) => Float64Array.from(rows, (row) => table.data[row * d + j]);
  const { init, metric, seed, tol, maxIter } = options;
  return {
    title: `K-means of ${basename(file)}`,
    summary: {
      adapter: model.engine,
      time: milliseconds,
      k: model.k,
      n,
      d,
      iterations: model.iterations,
      converged: model.converged,
      inertia: model.inertia,
      ...(share === undefined ? {} : { purity: share }),
      options: {
        init,
        metric,
        seed,
        tol,
        'max-iter': maxIter,
        standardize: options.standardize ?? false,
      },
    },
    history: model.history,
    counts: model.counts,
    notes: table.notes,
    ...(widest && {
      scatter: {
        xName: table.columns[widest[0]],
        yName: table.columns[widest[1]],
        x: column(widest[0]),
        y: column(widest[1]),
        labels: Uint32Array.from(rows, (row) => model.labels[row]),
      },
    }),
    ...(image && { images: { centroids, shape: image } }),
    ...(perClass.length > 0 && {
      perClass: perClass.map((part): ClassReport => ({
        name: String(part.class),
        n: part.rows,
        iterations: part.model.iterations,
        inertia: part.model.inertia,
        ...(image && { images: { centroids: part.model.centroids, shape: image } }),
      })),
    }),
  };
}

/** What --json prints. Labels go to --out: they are as many as the rows. */
function toJson(
  { model, milliseconds }: Fit,
  centroids: Matrix,
  share: number | undefined,
  perClass: readonly ClassFit[],
): unknown {
  const [k, d] = centroids.shape;
  return {
    adapter: model.engine,
    milliseconds,
    inertia: model.inertia,
    iterations: model.iterations,
    converged: model.converged,
    history: [...model.history],
    counts: [...model.counts],
    centroids: Array.from({ length: k }, (_, c) => [
      ...centroids.data.subarray(c * d, (c + 1) * d),
    ]),
    ...(share === undefined ? {} : { purity: share }),
    ...(perClass.length > 0 && {
      perClass: perClass.map((part) => ({
        class: part.class,
        rows: part.rows,
        inertia: part.model.inertia,
        iterations: part.model.iterations,
      })),
    }),
  };
}
