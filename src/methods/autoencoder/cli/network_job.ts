/** What the commands of networks share: their flags, checkpoints and progress, and the sections of their reports. */
import { type Command, InvalidArgumentError as BadOption, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import {
  type AutoencoderModel,
  type EpochProgress,
  InvalidArgumentError,
  type Matrix,
  pca,
  type TrainingCheckpoint,
} from '../../../index.js';
import { asFileError } from '../../../cli/errors.js';
import { formatNumber } from '../../../cli/format.js';
import type { Job } from '../../../cli/job.js';
import { optionsOf } from '../../../cli/option_flags.js';
import type { SharedOptions } from '../../../cli/options.js';
import { placeRows, principalPlane } from '../../../cli/plane.js';
import type { ProgressStep } from '../../../cli/progress.js';
import type { ImageShape } from '../../../cli/read/table.js';
import { inFileUnits, pickRows, sampleRows } from '../../../cli/table_math.js';
import { checkWritable } from '../../../cli/write/atomic.js';
import { linesChart } from '../../../cli/write/charts.js';
import { writeJson } from '../../../cli/write/json.js';
import { markup } from '../../../cli/write/markup.js';
import {
  dataTable,
  imageList,
  type Images,
  scatterSection,
  type Section,
} from '../../../cli/write/report_page.js';
import type { OptionTable } from '../../../fit/option_table.js';
import { optionTable } from '../option_table.js';

export interface NetworkCommandOptions extends SharedOptions {
  readonly checkpoint?: string;
  readonly resume?: string;
}

/** Widths of layers, from text such as '500,500,2000'. */
export function layersOf(text: string): readonly number[] {
  const layers = text.split(',').map(Number);
  if (!optionTable.rules.layers.holds(layers))
    throw new BadOption('It must be such as 500,500,2000.');
  return layers;
}

/** The method's options. --standardize is none: it scales columns before, whatever the method does by itself. */
export function toldOf<Options>(table: OptionTable<Options>, given: object): Partial<Options> {
  const own = Object.entries(given).filter(([name]) => name !== 'standardize');
  return optionsOf(table, Object.fromEntries(own));
}

/** What the head of a report says of them. */
export const settingsOf = (
  told: Readonly<Record<string, unknown>>,
  { seed, standardize = false }: SharedOptions,
): Record<string, string | number | boolean> => ({
  ...Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)])),
  ...{ seed, standardize },
});

export function addCheckpoints(command: Command): Command {
  return command
    .option(
      '--checkpoint <file>',
      'write where training stands while it goes on, and when it is cancelled: JSON, for --resume',
    )
    .addOption(
      new Option(
        '--resume <file>',
        'go on from what --checkpoint has written, to the same bits; with the same rows and options',
      ),
    );
}

/** A checkpoint is written this seldom. */
const CHECKPOINT_MS = 10_000;

/**
 * A fit that tells its progress, and writes checkpoints where they are asked for.
 *
 * @param totals the epochs of each phase
 */
export async function trained<Model>(
  { checkpoint: path, resume }: NetworkCommandOptions,
  totals: Readonly<Partial<Record<EpochProgress['phase'], number>>>,
  step: (progress: ProgressStep) => void,
  fit: (given: {
    readonly onEpoch: (progress: EpochProgress) => void;
    readonly onCheckpoint?: (checkpoint: TrainingCheckpoint) => void;
    readonly resume?: never;
  }) => Promise<Model>,
): Promise<Model> {
  if (path !== undefined) await checkWritable(path);
  const before = resume === undefined ? undefined : await readCheckpoint(resume);
  let latest: TrainingCheckpoint | undefined;
  let written = performance.now();
  let writing = Promise.resolve();
  const { layers = 0, pretrain = 0, cluster = 0 } = totals;
  const starts = { layers: 0, pretrain: layers, cluster: layers + pretrain };
  const titles = { layers: 'a layer', pretrain: 'autoencoder', cluster: 'with clusters' };
  try {
    return await fit({
      onEpoch: ({ phase, epoch, loss }) => {
        step({
          done: starts[phase] + epoch,
          total: layers + pretrain + cluster,
          figure: `${titles[phase]}, loss ${formatNumber(loss)}`,
        });
      },
      ...(path !== undefined && {
        onCheckpoint: (made) => {
          latest = made;
          if (performance.now() - written < CHECKPOINT_MS) return;
          written = performance.now();
          writing = writing.then(() => writeJson(path, made));
        },
      }),
      ...(before !== undefined && { resume: before as never }),
    });
  } finally {
    await writing;
    if (path !== undefined && latest) await writeJson(path, latest);
  }
}

/** Parsed JSON: the method says whether it is a checkpoint. */
async function readCheckpoint(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw asFileError(path, error, 'read');
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidArgumentError(
      'resume',
      `--resume is ${path}, which is no JSON; give a file that --checkpoint has written.`,
    );
  }
}

/** Losses epoch by epoch, one line each. */
export function lossSection(
  heading: string,
  curves: Readonly<Record<string, readonly number[]>>,
): Section | undefined {
  const names = Object.keys(curves);
  const values = Object.values(curves);
  const epochs = values[0]?.length ?? 0;
  if (epochs === 0) return undefined;
  const lines = names.map((name, i) => ({
    name,
    points: values[i].map((value, at) => [at + 1, value] as const),
  }));
  const rows = Array.from({ length: epochs }, (_, at) => [
    String(at + 1),
    ...values.map((losses) => formatNumber(losses[at])),
  ]);
  return {
    heading,
    content: markup`${linesChart(lines, 'epoch', names.join(', '))}${dataTable(['epoch', ...names], rows)}`,
  };
}

const SCATTER_POINTS = 5000;

/** The codes in the plane of their first two principal components. */
export async function embeddingSection(
  job: Job,
  { data, shape: [n, width] }: Matrix,
  groups?: { readonly labels: Uint32Array; readonly k: number },
): Promise<Section | undefined> {
  if (n < 2 || width < 2) return undefined;
  const rows = sampleRows(n, SCATTER_POINTS);
  const points = pickRows({ data, shape: [n, width] }, rows);
  const plane = principalPlane(await pca(points, { ...job.where, nComponents: 2 }));
  return scatterSection(
    'The embedding',
    {
      ...{ xName: plane.names[0], yName: plane.names[1], kind: 'cluster' },
      note: 'The axes are the first two principal components of the codes shown.',
      ...placeRows(plane, points.data),
      labels: Uint32Array.from(rows, (row) => groups?.labels[row] ?? 0),
      groups: Array.from({ length: groups?.k ?? 1 }, (_, c) => String(c)),
    },
    n,
  );
}

/** Narrower squares show nothing. */
const LEAST_SIDE = 4;

/** What the rows are pictures of: images, or as many columns as a square has. */
function pictureShape({ table, used, reduction }: Job): ImageShape | undefined {
  if (reduction || used.shape[1] !== table.shape[1]) return undefined;
  const side = Math.sqrt(used.shape[1]);
  if (table.image || side < LEAST_SIDE || !Number.isInteger(side)) return table.image;
  return { width: side, height: side, channels: 1, layout: 'interleaved' };
}

/** Rows as they are fitted, as pictures: 0 to 255 as the smallest and the largest number of the file would be. */
function pictures(job: Job, shape: ImageShape, rows: Matrix): Images {
  const values = inFileUnits(rows.data, job.scale);
  const [least, most] = job.table.image ? [0, 255] : rangeOf(job.table.data);
  const data = Float32Array.from(values, (value) => (255 * (value - least)) / (most - least || 1));
  return { rows: { data, shape: rows.shape }, shape };
}

function rangeOf(values: Iterable<number>): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

const SHOWN = 10;

/** Some rows beside what is left of them after their codes; undefined where rows are no pictures. */
export async function reconstructionSection(
  job: Job,
  model: AutoencoderModel,
): Promise<Section | undefined> {
  const shape = pictureShape(job);
  if (!shape) return undefined;
  const { data, shape: given } = pickRows(job.used, sampleRows(job.used.shape[0], SHOWN));
  const rows = { data: Float32Array.from(data), shape: given };
  const back = await model.reconstruct(rows, job.where);
  const list = (images: Matrix, what: string) =>
    imageList(
      pictures(job, shape, images),
      (i) => `${what} ${i + 1}`,
      () => what,
    );
  return {
    heading: 'Rows, and what is left of them after their codes',
    full: true,
    content: markup`${list(rows, 'row')}${list(back, 'rebuilt')}`,
  };
}

/** What centroids stand for; undefined where rows are no pictures. */
export function centroidSection(
  job: Job,
  decoded: Matrix,
  counts: readonly number[],
): Section | undefined {
  const shape = pictureShape(job);
  return (
    shape && {
      heading: 'Decoded centroids',
      full: true,
      content: imageList(
        pictures(job, shape, decoded),
        (c) => `centroid of cluster ${c}, decoded`,
        (c) => `${c}: ${counts[c]}`,
      ),
    }
  );
}
