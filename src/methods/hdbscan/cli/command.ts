/** `webgpu-clustering hdbscan FILE`. */
import type { Command } from 'commander';
import { hdbscan } from '../../../index.js';
import { openJob, timed } from '../../../cli/job.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { addInput, addRunAndOutputs, type SharedOptions } from '../../../cli/options.js';
import { finishDensityJob } from '../../dbscan/cli/density_job.js';
import { optionTable } from '../option_table.js';

interface HdbscanCommandOptions extends SharedOptions {
  readonly minClusterSize: number;
  readonly minSamples?: number;
  readonly clusterSelectionMethod: string;
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addHdbscan(program: Command, signal: AbortSignal): void {
  const command = program
    .command('hdbscan')
    .description('HDBSCAN: clusters of any shape and of different densities; the rest is noise.');
  addFlags(addInput(command), optionTable);
  addRunAndOutputs(command, 'the labels, -1 for noise, and how firmly rows belong').action(
    async (file: string, options: HdbscanCommandOptions) => {
      const job = await openJob(file, options, signal, () => undefined);
      const { data, shape } = job.used;
      const given = { ...optionsOf(optionTable, options), ...job.where };
      const found = await timed('hdbscan', () => hdbscan({ data, shape }, given));
      const { minClusterSize, minSamples = minClusterSize, clusterSelectionMethod } = options;
      const { probabilities } = found.model;
      await finishDensityJob(job, options, found, {
        title: 'HDBSCAN',
        options: {
          'min-cluster-size': minClusterSize,
          'min-samples': minSamples,
          'cluster-selection-method': clusterSelectionMethod,
        },
        columns: [
          { key: 'probabilities', names: ['probability'], data: Float32Array.from(probabilities) },
        ],
      });
    },
  );
}
