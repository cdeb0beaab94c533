/** `webgpu-clustering transform FILE`. */
import type { Command } from 'commander';
import {
  transformedKMeans,
  transformedSubspaceClustering,
  transformLearning,
} from '../../../index.js';
import { openJob, timed } from '../../../cli/job.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import {
  addInput,
  addRunAndOutputs,
  choice,
  type SharedOptions,
  wholeNumber,
} from '../../../cli/options.js';
import { optionTable as ofKMeans } from '../../transformed_kmeans/option_table.js';
import { optionTable as ofSubspaces } from '../../transformed_subspace_clustering/option_table.js';
import { optionTable } from '../option_table.js';
import { finishRepresentation, givenOf } from './representation_job.js';

interface TransformOptions extends SharedOptions {
  readonly k?: number;
  readonly clustering: 'kmeans' | 'subspace';
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addTransform(program: Command, signal: AbortSignal): void {
  const command = program
    .command('transform')
    .description(
      'Transforms that make rows sparse; with --k also clusters, of K-means or of subspaces, learnt with them.',
    );
  addInput(command)
    .option('-k, --k <number>', 'number of clusters; without it a transform alone', wholeNumber(1))
    .addOption(
      choice('--clustering <kind>', 'of what the transforms make', ['kmeans', 'subspace']).default(
        'kmeans',
      ),
    );
  for (const table of [optionTable, ofKMeans, ofSubspaces]) addFlags(command, table as never);
  addRunAndOutputs(command, 'the labels, or without --k the representation').action(
    (file: string, options: TransformOptions) => transformCommand(command, file, options, signal),
  );
}

async function transformCommand(
  command: Command,
  file: string,
  options: TransformOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { data, shape } = job.used;
  const { k, clustering, seed } = options;
  const given = givenOf(command, options);
  const common = { seed, ...job.where };
  const points = { data, shape };
  const fit = await timed('transforms', async () => {
    if (k === undefined) {
      return transformLearning(points, { ...optionsOf(optionTable, given), ...common });
    }
    return clustering === 'kmeans'
      ? transformedKMeans(points, { ...optionsOf(ofKMeans, given), k, ...common })
      : transformedSubspaceClustering(points, { ...optionsOf(ofSubspaces, given), k, ...common });
  });
  const title =
    k === undefined
      ? 'Transform learning'
      : clustering === 'kmeans'
        ? 'Transformed K-means'
        : 'Transformed subspace clustering';
  const tables = k === undefined ? optionTable : clustering === 'kmeans' ? ofKMeans : ofSubspaces;
  await finishRepresentation(job, title, fit, options, optionsOf(tables as never, given));
}
