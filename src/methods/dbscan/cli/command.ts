/** `webgpu-clustering dbscan FILE`. */
import type { Command } from 'commander';
import { dbscan } from '../../../index.js';
import { openJob, timed } from '../../../cli/job.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { addInput, addRunAndOutputs, type SharedOptions } from '../../../cli/options.js';
import { optionTable } from '../option_table.js';
import { finishDensityJob } from './density_job.js';

interface DbscanCommandOptions extends SharedOptions {
  readonly eps: number;
  readonly minSamples: number;
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addDbscan(program: Command, signal: AbortSignal): void {
  const command = program
    .command('dbscan')
    .description(
      'DBSCAN: rows that lie close together, in clusters of any shape; the rest is noise.',
    );
  addFlags(addInput(command), optionTable);
  addRunAndOutputs(command, 'the labels, -1 for noise').action(
    async (file: string, options: DbscanCommandOptions) => {
      const job = await openJob(file, options, signal, () => undefined);
      const { data, shape } = job.used;
      const given = { ...optionsOf(optionTable, options), ...job.where };
      const found = await timed('dbscan', () => dbscan({ data, shape }, given));
      job.say(`core rows: ${found.model.core.length}`);
      const { eps, minSamples } = options;
      await finishDensityJob(job, options, found, {
        title: 'DBSCAN',
        options: { eps, 'min-samples': minSamples },
      });
    },
  );
}
