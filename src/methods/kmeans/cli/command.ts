/** `webgpu-clustering kmeans FILE`. */
import { plural } from '../../../errors.js';
import type { Command } from 'commander';
import { InvalidArgumentError, kmeans, type KMeansModel, purity } from '../../../index.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { formatObjective, formatSeconds } from '../../../cli/format.js';
import { choosePlane, placeRows, sampleOf } from '../../../cli/plane.js';
import { type ClusterProfile, profilesOf } from '../../../cli/cluster_profiles.js';
import { addWorkers, runKMeans, type ShardOptions } from '../../../cli/shards/run.js';
import { profileJson, profileLines, profileSection } from '../../../cli/profile.js';
import type { Table } from '../../../cli/read/read_table.js';
import { reduce, rowsInFileUnits } from '../../../cli/reduction.js';
import {
  CRITERIA,
  type Criterion,
  suggestK,
  type Suggestion,
  type SuggestOptions,
} from '../../../cli/suggest.js';
import { splitByClass } from '../../../cli/table_math.js';
import { contactSheet, type ImageRows, writePng } from '../../../cli/write/images.js';
import { nested } from '../../../cli/write/json.js';
import { optionTable } from '../option_table.js';
import { type ClassReport, renderKMeansReport } from './report.js';
import {
  checkImages,
  finishJob,
  headOf,
  type Job,
  openJob,
  stateOf,
  timed,
  type Timed,
} from '../../../cli/job.js';
import {
  addInput,
  addRunAndOutputs,
  choice,
  componentCount,
  countRangeOrSuggest,
  wholeNumber,
} from '../../../cli/options.js';

interface KMeansCommandOptions extends ShardOptions {
  readonly k: number | readonly number[] | 'suggest';
  readonly suggestBy?: Criterion;
  readonly pca?: number | 'all';
  readonly kMax?: number;
  readonly perClass?: boolean;
  readonly init: 'k-means++' | 'k-means||' | 'random';
  readonly nInit?: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly metric: 'euclidean' | 'cosine';
  readonly storage: 'float32' | 'float16';
}

type Fit = Timed<KMeansModel>;

interface ClassFit extends Fit {
  readonly class: number;
  readonly rows: number;
}

/** All that is to be written; centroids are in the file's units. */
interface Result {
  readonly fit: Fit;
  readonly profiles: readonly ClusterProfile[];
  readonly centroids: ImageRows;
  readonly perClass: readonly (ClassFit & { readonly centroids: ImageRows })[];
  readonly purity?: number;
  /** What k was chosen by, where it was. */
  readonly suggestion?: Suggestion;
}

/** Adds the command to the program. A fit under way rejects when `signal` is aborted. */
export function addKMeans(program: Command, signal: AbortSignal): void {
  const command = program
    .command('kmeans')
    .description('K-means: k centroids that minimise the squared distances of the rows to them.');
  addFlags(addInput(command), optionTable, { k: countRangeOrSuggest });
  command
    .addOption(
      choice(
        '--suggest-by <criterion>',
        '--k suggest, or a range of k: what decides (default: gap; silhouette for a range from 2 on)',
        CRITERIA,
      ),
    )
    .option(
      '--k-max <number>',
      '--k suggest: the most clusters to try (default: 10)',
      wholeNumber(1),
    )
    .option(
      '--pca <components>',
      'cluster the scores of so many principal components: a number, a share of the variance such as 0.9, or all',
      componentCount,
    )
    .option('--per-class', 'also cluster the rows of each true class on their own');
  addWorkers(addRunAndOutputs(command, 'the labels'))
    .option('--sheet <file>', 'write the centroids as one PNG, when the rows are images')
    .option('--trace', 'print the objective of every iteration')
    .action((file: string, options: KMeansCommandOptions) =>
      options.workers === undefined
        ? kmeansCommand(file, options, signal)
        : runKMeans(file, options, command, signal),
    );
}

async function kmeansCommand(
  file: string,
  options: KMeansCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const opened = await openJob(file, options, signal, (table) => {
    checkTable(file, table, options);
  });
  const job = options.pca === undefined ? opened : await reduce(opened, options.pca);
  const { table, used, say } = job;
  const suggestion =
    typeof options.k === 'number' ? undefined : await suggestK(job, suggestOptions(options));
  if (suggestion) say(`k = ${suggestion.k} by ${suggestion.by}: ${suggestion.why}`);
  const k = suggestion?.k ?? Number(options.k);
  const fit = await fitTable(job, 'k-means', used, k, options);
  const { model } = fit;
  say(`adapter: ${model.engine}`);
  if (options.trace) {
    model.history.forEach((objective, i) => {
      say(`iteration ${i + 1}: objective ${formatObjective(objective)}`);
    });
  }
  const share = table.labels && purity(table.labels, model.labels);
  describe(fit, share, options).forEach(say);
  const profiles = profilesOf(job, model.labels, model.k);
  profileLines(job, profiles).forEach(say);
  const perClass = options.perClass ? await fitClasses(job, k, options) : [];

  // Whatever units they were fitted in.
  const inUnits = (part: KMeansModel) => rowsInFileUnits(job, part.centroids);
  const result: Result = {
    fit,
    profiles,
    centroids: await inUnits(model),
    perClass: await Promise.all(
      perClass.map(async (part) => ({ ...part, centroids: await inUnits(part.model) })),
    ),
    ...(share === undefined ? {} : { purity: share }),
    ...(suggestion ? { suggestion } : {}),
  };
  await finishJob(job, options, {
    out: () => [{ key: 'labels', names: ['label'], data: model.labels }],
    model,
    picture: [options.sheet, (path) => writeSheet(path, table, result)],
    report: () => renderReport(job, result, options),
    json: () => toJson(job, result),
  });
}

/** From a range of k on, or 'suggest', how the search goes. */
function suggestOptions({ k, suggestBy, kMax, ...rest }: KMeansCommandOptions): SuggestOptions {
  const range = Array.isArray(k) ? (k as readonly number[]) : undefined;
  if (range && kMax !== undefined) {
    throw new InvalidArgumentError(
      'k-max',
      `--k-max is ${kMax}, but --k is the range ${range[0]}..${range[range.length - 1]}; leave one out.`,
    );
  }
  const most = range?.[range.length - 1] ?? kMax;
  return {
    ...rest,
    suggestBy: suggestBy ?? (range && range[0] > 1 ? 'silhouette' : 'gap'),
    ...(range && { kMin: range[0] }),
    ...(most !== undefined && { kMax: most }),
  };
}

function checkTable(file: string, table: Table, options: KMeansCommandOptions): void {
  if (options.sheet !== undefined) checkImages('centroids', file, table);
  if (options.perClass && !table.labels) {
    throw new InvalidArgumentError(
      'per-class',
      `--per-class needs the true classes of the rows, and ${file} carries none; name a file of them with --labels.`,
    );
  }
}

async function fitTable(
  { where }: Job,
  title: string,
  { data, shape }: Table,
  k: number,
  options: KMeansCommandOptions,
): Promise<Fit> {
  const { maxIter, seed } = options;
  /** Iterations of each restart: they may go side by side. */
  const done: number[] = [];
  return timed(title, (step) =>
    kmeans(
      { data, shape },
      {
        ...optionsOf(optionTable, options),
        ...{ k, seed, ...where },
        onIteration: ({ restart, restarts, iteration, inertia }) => {
          done[restart] = iteration;
          step({
            done: done.reduce((sum, iterations) => sum + iterations, 0),
            total: restarts * maxIter,
            figure: `objective ${formatObjective(inertia)}`,
          });
        },
      },
    ),
  );
}

/** Fits the rows of each class on their own, and says how it went. */
async function fitClasses(job: Job, k: number, options: KMeansCommandOptions): Promise<ClassFit[]> {
  const fits: ClassFit[] = [];
  for (const { class: name, table } of splitByClass(job.used)) {
    const rows = table.shape[0];
    const fit = await fitTable(job, `class ${name}`, table, Math.min(k, rows), options);
    fits.push({ ...fit, class: name, rows });
    const { inertia, iterations } = fit.model;
    job.say(
      `class ${name}: ${rows} ${plural(rows, 'row')}, objective ${formatObjective(inertia)} ` +
        `after ${iterations} iterations, ${formatSeconds(fit.milliseconds)}`,
    );
  }
  return fits;
}

function describe(
  { model, milliseconds }: Fit,
  share: number | undefined,
  { maxIter }: KMeansCommandOptions,
): string[] {
  const { inertia, counts } = model;
  return [
    `objective (inertia): ${formatObjective(inertia)} after ${stateOf(model, { maxIter })}`,
    ...(share === undefined ? [] : [`purity against the true classes: ${share.toFixed(4)}`]),
    `cluster sizes: ${[...counts].join(' ')}`,
    `time: ${formatSeconds(milliseconds)}`,
  ];
}

/** The centroids as images: those of all rows, then those of each class. */
async function writeSheet(path: string, table: Table, { centroids, perClass }: Result) {
  const parts = [centroids, ...perClass.map((part) => part.centroids)];
  const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data)));
  const d = table.shape[1];
  const sheet = contactSheet({ data, shape: [data.length / d, d] }, table.image!, {
    columns: Math.min(centroids.shape[0], 32),
  });
  await writePng(path, sheet);
}

async function renderReport(
  job: Job,
  {
    fit: { model, milliseconds },
    profiles,
    centroids,
    perClass,
    purity: share,
    suggestion,
  }: Result,
  { init, metric, storage, seed, tol, maxIter, standardize = false }: KMeansCommandOptions,
): Promise<string> {
  const { image } = job.table;
  const sample = sampleOf(job);
  const plane = await choosePlane(job, sample);
  const options = { init, metric, storage, seed, tol, 'max-iter': maxIter, standardize };
  return renderKMeansReport({
    ...headOf('K-means', job, model.engine, milliseconds, options, [profileSection(job, profiles)]),
    k: model.k,
    iterations: model.iterations,
    converged: model.converged,
    inertia: model.inertia,
    ...(share === undefined ? {} : { purity: share }),
    history: model.history,
    counts: model.counts,
    ...(suggestion ? { suggestion } : {}),
    ...(plane && {
      scatter: {
        xName: plane.names[0],
        yName: plane.names[1],
        note: plane.note,
        ...placeRows(plane, sample.points.data),
        labels: Uint32Array.from(sample.rows, (row) => model.labels[row]),
        kind: 'cluster',
        groups: Array.from({ length: model.k }, (_, c) => String(c)),
      },
    }),
    ...(image && { images: { rows: centroids, shape: image } }),
    ...(perClass.length > 0 && {
      perClass: perClass.map((part): ClassReport => ({
        name: String(part.class),
        n: part.rows,
        iterations: part.model.iterations,
        inertia: part.model.inertia,
        ...(image && { images: { rows: part.centroids, shape: image } }),
      })),
    }),
  });
}

/** What --json prints. Labels go to --out: they are as many as the rows. */
function toJson(
  job: Job,
  { fit, profiles, centroids, perClass, purity: share, suggestion }: Result,
) {
  const { model, milliseconds } = fit;
  return {
    adapter: model.engine,
    milliseconds,
    ...(suggestion && {
      suggested: { k: suggestion.k, by: suggestion.by, values: suggestion.values },
    }),
    inertia: model.inertia,
    iterations: model.iterations,
    converged: model.converged,
    history: [...model.history],
    counts: [...model.counts],
    centroids: nested(centroids.data, centroids.shape),
    ...profileJson(job, profiles),
    ...(share === undefined ? {} : { purity: share }),
    ...(perClass.length > 0 && {
      perClass: perClass.map(({ class: name, rows, model: { inertia, iterations } }) => ({
        class: name,
        rows,
        inertia,
        iterations,
      })),
    }),
  };
}
