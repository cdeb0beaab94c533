/** `webgpu-clustering dictionary FILE`. */
import { type Command, InvalidArgumentError as BadOption } from 'commander';
import { deepDictionaryClustering, dictionaryLearning } from '../../../index.js';
import { openJob, timed } from '../../../cli/job.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import {
  addInput,
  addRunAndOutputs,
  type SharedOptions,
  wholeNumber,
} from '../../../cli/options.js';
import { optionTable as ofDeep } from '../../deep_dictionary_clustering/option_table.js';
import { finishRepresentation, givenOf } from '../../transform_learning/cli/representation_job.js';
import { optionTable } from '../option_table.js';

interface DictionaryOptions extends SharedOptions {
  readonly k?: number;
  readonly layers?: readonly number[];
  readonly signed?: boolean;
}

/** Numbers of atoms, from text such as '40,16'. */
function layersOf(text: string): readonly number[] {
  const layers = text.split(',').map(Number);
  if (!ofDeep.rules.layers.holds(layers)) throw new BadOption(`It must be such as 40,16.`);
  return layers;
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addDictionary(program: Command, signal: AbortSignal): void {
  const command = program
    .command('dictionary')
    .description(
      'Dictionaries of which few atoms make up a row; with --k one to four of them, and clusters learnt with them.',
    );
  addInput(command)
    .option('-k, --k <number>', 'number of clusters; without it a dictionary alone', wholeNumber(1))
    .option('--layers <numbers>', 'with --k: atoms of each dictionary, such as 40,16', layersOf)
    .option('--signed', 'with --k: codes may be below 0');
  for (const table of [optionTable, ofDeep]) addFlags(command, table as never);
  addRunAndOutputs(command, 'the labels, or without --k the codes').action(
    (file: string, options: DictionaryOptions) => dictionaryCommand(command, file, options, signal),
  );
}

async function dictionaryCommand(
  command: Command,
  file: string,
  options: DictionaryOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { data, shape } = job.used;
  const { k, layers, signed, seed } = options;
  const given = givenOf(command, options);
  const common = { seed, ...job.where };
  const points = { data, shape };
  const fit = await timed('dictionaries', async () =>
    k === undefined
      ? dictionaryLearning(points, { ...optionsOf(optionTable, given), ...common })
      : deepDictionaryClustering(points, {
          ...optionsOf(ofDeep, given),
          k,
          nonNegative: !signed,
          ...(layers ? { layers } : {}),
          ...common,
        }),
  );
  const title = k === undefined ? 'Dictionary learning' : 'Deep dictionary clustering';
  const told = optionsOf((k === undefined ? optionTable : ofDeep) as never, given);
  await finishRepresentation(job, title, fit, options, told);
}
