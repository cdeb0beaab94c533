/** `webgpu-clustering pca FILE`. */
import type { Command } from 'commander';
import { pca, type PcaModel, type PcaSolver } from '../../../index.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import type { ProgressStep } from '../../../cli/progress.js';
import { formatCount, formatSeconds, formatShare } from '../../../cli/format.js';
import { placeRows, principalPlane, sampleOf } from '../../../cli/plane.js';
import { distinctClasses, inFileUnits, pickRows, sampleRows } from '../../../cli/table_math.js';
import { addWorkers, runPca, type ShardOptions } from '../../../cli/shards/run.js';
import { writePng } from '../../../cli/write/images.js';
import { nested } from '../../../cli/write/json.js';
import { optionTable } from '../option_table.js';
import { addUp, type ImageStudy, type Reconstruction, studySheet } from './images.js';
import { renderPcaReport } from './report.js';
import { DISTINCT_GROUPS, type ScatterData } from '../../../cli/write/scatter.js';
import {
  checkImages,
  finishJob,
  headOf,
  type Job,
  openJob,
  timed,
  type Timed,
} from '../../../cli/job.js';
import { addInput, addRunAndOutputs, componentCount } from '../../../cli/options.js';

interface PcaCommandOptions extends ShardOptions {
  readonly components: number | 'all';
  readonly whiten?: boolean;
  readonly solver?: PcaSolver;
}

type Fit = Timed<PcaModel>;

/** Numbers of components that images are shown with, as far as there are so many. */
const SHOWN_COUNTS = [1, 5, 20, 50, 100, 300];
/** Images that are reconstructed. */
const SHOWN_IMAGES = 10;

/** Adds the command to the program. A fit under way rejects when `signal` is aborted. */
export function addPca(program: Command, signal: AbortSignal): void {
  const command = program
    .command('pca')
    .description('PCA: the orthonormal directions along which the rows vary most.');
  addFlags(addInput(command), optionTable, { nComponents: componentCount });
  addWorkers(addRunAndOutputs(command, 'the scores'))
    .option('--sheet <file>', 'write components and reconstructions as one PNG, of images')
    .option('--trace', 'print the variance of every component')
    .action((file: string, options: PcaCommandOptions) =>
      options.workers === undefined
        ? pcaCommand(file, options, signal)
        : runPca(file, options, command, signal),
    );
}

async function pcaCommand(
  file: string,
  options: PcaCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, (table) => {
    if (options.sheet !== undefined) checkImages('components', file, table);
  });
  const fit = await fitTable(job, options);
  const { model } = fit;
  describe(job, fit, options);
  const pictured = options.sheet !== undefined || options.report !== undefined;
  const study = pictured ? await studyImages(job, model) : undefined;
  await finishJob(job, options, {
    out: async () => [
      {
        key: 'scores',
        names: Array.from({ length: model.nComponents }, (_, t) => `pc${t + 1}`),
        data: (await model.transform(pointsOf(job), job.where)).data,
      },
    ],
    model,
    picture: [options.sheet, (path) => writePng(path, studySheet(study!))],
    report: () => renderReport(job, fit, study, options),
    json: () => toJson(fit),
  });
}

const pointsOf = ({ used: { data, shape } }: Job) => ({ data, shape });

function fitTable(job: Job, options: PcaCommandOptions): Promise<Fit> {
  const fit = (step: (progress: ProgressStep) => void) =>
    pca(pointsOf(job), {
      ...optionsOf(optionTable, options),
      ...{ seed: options.seed, ...job.where },
      onIteration: ({ explained }) => {
        step({ done: explained, total: 1, figure: `${formatShare(explained)} of the variance` });
      },
    });
  return timed('PCA', fit, 'share');
}

function describe({ say }: Job, { model, milliseconds }: Fit, { trace }: PcaCommandOptions): void {
  const sums = addUp(model.explainedVarianceRatio);
  const count = model.nComponents;
  say(`adapter: ${model.engine}`);
  if (trace) {
    model.explainedVarianceRatio.forEach((share, t) => {
      say(
        `component ${t + 1}: ${formatShare(share)} of the variance, ${formatShare(sums[t])} so far`,
      );
    });
  }
  const parts = shownCounts(count).map((t) => `${t}: ${formatShare(sums[t - 1])}`);
  say(`variance explained by so many components: ${parts.join(', ')}`);
  say(
    `components: ${formatCount(count)} of ${formatCount(model.mean.length)}, solver ${model.solver}`,
  );
  say(`time: ${formatSeconds(milliseconds)}`);
}

function shownCounts(most: number): number[] {
  const counts = SHOWN_COUNTS.filter((count) => count < most);
  return most > SHOWN_COUNTS[SHOWN_COUNTS.length - 1] ? counts : [...counts, most];
}

/** Components and some reconstructed rows, where rows are images. */
async function studyImages(job: Job, model: PcaModel): Promise<ImageStudy | undefined> {
  const { table, used, scale, where } = job;
  if (!table.image) return undefined;
  const rows = exampleRows(job);
  const examples = pickRows(used, rows);
  const sums = addUp(model.explainedVarianceRatio);
  const reconstructions: Reconstruction[] = [];
  for (const count of shownCounts(model.nComponents)) {
    const { data, shape } = await model.reconstruct(examples, count, where);
    reconstructions.push({
      count,
      share: sums[count - 1],
      rows: { data: inFileUnits(data, scale), shape },
    });
  }
  return {
    shape: table.image,
    mean: inFileUnits(model.mean, scale),
    components: model.components,
    originals: pickRows(table, rows),
    reconstructions,
  };
}

/** Rows to reconstruct: the first of each class where classes are known, else evenly spread ones. */
function exampleRows({ table: { labels, shape } }: Job): Uint32Array {
  const classes = labels ? distinctClasses(labels) : [];
  return classes.length > 1
    ? Uint32Array.from(classes.slice(0, SHOWN_IMAGES), (name) => labels!.indexOf(name))
    : sampleRows(shape[0], SHOWN_IMAGES);
}

function renderReport(
  job: Job,
  { model, milliseconds }: Fit,
  images: ImageStudy | undefined,
  {
    components,
    solver = model.solver,
    whiten = false,
    seed,
    standardize = false,
  }: PcaCommandOptions,
): string {
  const scatter = scatterOf(job, model);
  return renderPcaReport({
    ...headOf('PCA', job, model.engine, milliseconds, {
      ...{ components, solver, whiten, seed, standardize },
    }),
    columns: job.table.columns,
    model,
    ...(scatter && { scatter }),
    ...(images && { images }),
  });
}

/** Some rows on the first two components, by class where classes are known and can be told apart. */
function scatterOf(job: Job, model: PcaModel): ScatterData | undefined {
  if (model.nComponents < 2) return undefined;
  const { rows, points } = sampleOf(job);
  const plane = principalPlane(model);
  const { labels } = job.table;
  const classes = labels ? distinctClasses(labels) : [];
  const known = classes.length > 1 && classes.length <= DISTINCT_GROUPS;
  return {
    xName: plane.names[0],
    yName: plane.names[1],
    ...placeRows(plane, points.data),
    kind: 'class',
    groups: known ? classes.map(String) : ['all rows'],
    labels: Uint32Array.from(rows, (row) => (known ? classes.indexOf(labels![row]) : 0)),
  };
}

/** What --json prints. Scores go to --out: they are as many as the rows. */
function toJson({ model, milliseconds }: Fit) {
  const { components, explainedVariance, explainedVarianceRatio, singularValues, mean } = model;
  return {
    adapter: model.engine,
    milliseconds,
    solver: model.solver,
    nComponents: model.nComponents,
    explainedVariance: [...explainedVariance],
    explainedVarianceRatio: [...explainedVarianceRatio],
    singularValues: [...singularValues],
    noiseVariance: model.noiseVariance,
    mean: [...mean],
    components: nested(components.data, components.shape),
  };
}
