/** `webgpu-clustering score FILE`. */
import { plural } from '../../../errors.js';
import { basename } from 'node:path';
import type { Command } from 'commander';
import {
  adjustedRandIndex,
  calinskiHarabasz,
  clusteringAccuracy,
  daviesBouldin,
  InvalidArgumentError,
  normalizedMutualInformation,
  purity,
  silhouette,
} from '../../../index.js';
import { FileError } from '../../../cli/errors.js';
import { formatCount, formatNumber } from '../../../cli/format.js';
import { openJob, timed } from '../../../cli/job.js';
import { choice, names, type SharedOptions, wholeNumber } from '../../../cli/options.js';
import { readTable } from '../../../cli/read/read_table.js';
import { checkWritable } from '../../../cli/write/atomic.js';
import { writeJson } from '../../../cli/write/json.js';
import { refuseOverwriting } from '../../../cli/write/overwriting.js';

interface ScoreOptions extends SharedOptions {
  readonly label?: string;
  readonly truth?: string;
  readonly truthFile?: string;
  readonly points?: string;
  readonly metric: 'euclidean' | 'cosine';
  readonly sampleSize?: number;
}

/** Classes or clusters by number, one a row. */
type Numbers = Float32Array | Float64Array;

/** By the names that --json prints. */
type Scores = Readonly<Record<string, number>>;

/** What people call them, in the order in which they are printed. */
const TITLES: Readonly<Record<string, string>> = {
  adjustedRandIndex: 'adjusted Rand index',
  normalizedMutualInformation: 'normalized mutual information',
  clusteringAccuracy: 'matched accuracy',
  purity: 'purity',
  silhouette: 'silhouette',
  daviesBouldin: 'Davies-Bouldin index (lower is better)',
  calinskiHarabasz: 'Calinski-Harabasz index',
};

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addScore(program: Command, signal: AbortSignal): void {
  program
    .command('score')
    .description(
      'Scores of labels: against true classes with --truth, against the rows with --points or --columns.',
    )
    .argument('<file>', 'the labels, a column of a file such as --out of kmeans writes')
    .option('--label <column>', 'the column of the labels; default: cluster, or else label')
    .option('--truth <column>', 'the column of the true classes: whole numbers or names')
    .option('--truth-file <file>', 'the file that column is in; default: that of the labels')
    .option('--points <file>', 'the rows that are labelled; default with --columns: the same file')
    .option(
      '--columns <names>',
      'the columns of the rows to use, by comma; default: all numeric ones',
      names,
    )
    .option('--standardize', 'scale every column to mean 0 and variance 1 first')
    .addOption(
      choice('--metric <name>', 'distance of the silhouette', ['euclidean', 'cosine']).default(
        'euclidean',
      ),
    )
    .option(
      '--sample-size <number>',
      'average the silhouettes of so many random rows; default: all rows',
      wholeNumber(1),
    )
    .option('--seed <number>', 'of those random rows', wholeNumber(0), 0)
    .addOption(
      choice('--device <name>', 'where to run; auto falls back to the processor', [
        'auto',
        'webgpu',
        'cpu',
      ]).default('auto'),
    )
    .option('--out <file>', 'write the scores: .json')
    .option('--json', 'print the scores as JSON on standard output, and nothing else')
    .action((file: string, options: ScoreOptions) => scoreCommand(file, options, signal));
}

async function scoreCommand(
  file: string,
  options: ScoreOptions,
  signal: AbortSignal,
): Promise<void> {
  const { truth, truthFile = file, out } = options;
  const points = options.points ?? (options.columns && file);
  if (truth === undefined && points === undefined) {
    throw new InvalidArgumentError(
      'truth',
      `score was given labels but nothing to hold them against; name the column of the true classes with --truth, or the rows with --points or --columns.`,
    );
  }
  if (out !== undefined) {
    if (!/\.json$/i.test(out)) {
      throw new FileError(out, 'scores are written as JSON', 'Give a name that ends in .json.');
    }
    await checkWritable(out);
  }
  await refuseOverwriting([{ file, options }]);
  const labels = await readClasses(file, options.label ?? (await labelColumn(file)));
  const external = truth === undefined ? {} : against(await readClasses(truthFile, truth), labels);
  const internal = points === undefined ? {} : await ofRows(points, labels, options, signal);
  const scores = { ...external, ...internal };
  const result = { rows: labels.length, clusters: new Set(labels).size, ...scores };
  if (out !== undefined) await writeJson(out, result);
  if (options.json) {
    console.log(JSON.stringify(result));
    return;
  }
  console.log(
    `${basename(file)}: ${formatCount(result.rows)} ${plural(result.rows, 'label')}, ${formatCount(result.clusters)} ${plural(result.clusters, 'cluster')}`,
  );
  const width = Math.max(...Object.keys(scores).map((name) => TITLES[name].length));
  for (const [name, value] of Object.entries(scores)) {
    console.log(`  ${TITLES[name].padEnd(width)}  ${formatNumber(value)}`);
  }
  if (out !== undefined) console.log(`wrote ${out}`);
}

/** What kmeans and others call their column. */
async function labelColumn(file: string): Promise<string> {
  const { names: all } = await readTable(file, { texts: true, missing: true });
  return all?.includes('cluster') ? 'cluster' : 'label';
}

/** A column of classes or clusters, by number. */
async function readClasses(file: string, column: string): Promise<Numbers> {
  const { data } = await readTable(file, { columns: [column], classes: true });
  return data;
}

function against(truth: Numbers, labels: Numbers): Scores {
  return {
    adjustedRandIndex: adjustedRandIndex(truth, labels),
    normalizedMutualInformation: normalizedMutualInformation(truth, labels),
    clusteringAccuracy: clusteringAccuracy(truth, labels),
    purity: purity(truth, labels),
  };
}

async function ofRows(
  file: string,
  labels: Numbers,
  options: ScoreOptions,
  signal: AbortSignal,
): Promise<Scores> {
  const { used, where } = await openJob(file, options, signal, () => undefined);
  const { metric, sampleSize, seed } = options;
  const sample = { metric, seed, ...(sampleSize === undefined ? {} : { sampleSize }) };
  const rows = { data: used.data, shape: used.shape };
  const { model } = await timed('scores', async () => ({
    silhouette: await silhouette(rows, labels, { ...sample, ...where }),
    daviesBouldin: await daviesBouldin(rows, labels, where),
    calinskiHarabasz: await calinskiHarabasz(rows, labels, where),
  }));
  return model;
}
