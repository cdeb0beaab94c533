/** Options that the commands share, and how an option's text becomes a value. */
import { parse } from 'csv-parse/sync';
import { type Command, InvalidArgumentError as BadOption, Option } from 'commander';
import type { DeviceChoice } from './device.js';
import { MISSING, type Missing } from './prepare.js';

/** What every command is given. */
export interface SharedOptions {
  readonly columns?: string[];
  readonly labels?: string;
  readonly standardize?: boolean;
  readonly missing?: Missing;
  readonly encode?: 'onehot';
  readonly keepIds?: boolean;
  readonly header?: 'yes' | 'no' | 'auto';
  readonly seed: number;
  readonly device: DeviceChoice;
  readonly out?: string;
  readonly labelsOnly?: boolean;
  readonly model?: string;
  readonly report?: string;
  /** gmm only. */
  readonly picture?: string;
  /** kmeans and pca only. */
  readonly sheet?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A whole number from `least` on. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new BadOption(`It must be a whole number >= ${least}.`);
    }
    return value;
  };
}

/** A whole number >= 1, a range of them such as 2..10 to choose from, or the word that asks for a suggestion. */
export function countRangeOrSuggest(text: string): number | readonly number[] | 'suggest' {
  const counts = countsOrSuggest(text);
  return counts !== 'suggest' && counts.length === 1 ? counts[0] : counts;
}

/** Most numbers that one range may hold: each is a fit. */
const LONGEST_RANGE = 1000;

/** A whole number >= 1, or a range of them such as 1..10; all its numbers, ascending. */
export function countOrRange(text: string, otherwise = ''): number[] {
  const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text.trim()) ?? [];
  const [low, high] = [Number(first), Number(last)];
  if (!(low >= 1 && high >= low && high - low < LONGEST_RANGE && Number.isSafeInteger(high))) {
    throw new BadOption(
      `It must be a whole number >= 1, or a range of at most ${LONGEST_RANGE} of them such as 1..10${otherwise}.`,
    );
  }
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** As `countOrRange`, or the word that asks for a suggestion. */
export function countsOrSuggest(text: string): number[] | 'suggest' {
  return text.trim() === 'suggest' ? 'suggest' : countOrRange(text, ', or suggest');
}

/** How many components: a whole number >= 1, a share of the variance such as 0.9 or 90%, or all. */
export function componentCount(text: string): number | 'all' {
  const trimmed = text.trim();
  if (trimmed === 'all') return 'all';
  const percent = /^(.+)%$/.exec(trimmed);
  const value = percent ? Number(percent[1]) / 100 : Number(trimmed);
  const isShare = value > 0 && value < 1;
  const isCount = !percent && Number.isSafeInteger(value) && value >= 1;
  if (!isShare && !isCount) {
    throw new BadOption(
      'It must be a whole number >= 1, a share of the variance such as 0.9 or 90%, or all.',
    );
  }
  return value;
}

/** Names parted by commas; a name that holds one stands in double quotes, as in a CSV file. */
export function names(text: string): string[] {
  try {
    const rows: string[][] = parse(text, { trim: true, relax_column_count: true });
    return rows.flat();
  } catch {
    throw new BadOption('A name in double quotes is not closed.');
  }
}

/** One of several words. */
export const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices);

/** The formats that are read. */
const ROWS =
  'the rows: .csv, .tsv, .npy, .npz, .parquet, .arrow, .json, .jsonl, MNIST idx files, CIFAR-10 .bin; .gz too';

/** The file of rows and which of them are read. */
export function addRows(command: Command): Command {
  return command
    .argument('<file>', ROWS)
    .option(
      '--columns <names>',
      'the columns to use, by comma; default: all numeric ones that do not number the rows',
      names,
    )
    .addOption(
      choice('--header <whether>', 'whether the first line of a CSV file names the columns', [
        'yes',
        'no',
        'auto',
      ]).default('auto'),
    );
}

/** The file of rows and how it is made into numbers. */
export function addInput(command: Command): Command {
  return addRows(command)
    .option('--keep-ids', 'use columns that number the rows, or are named id, too')
    .addOption(
      choice(
        '--missing <how>',
        "rows with a missing cell: refuse the file, drop them, or fill it with the column's mean or median",
        MISSING,
      ).default('drop'),
    )
    .addOption(
      choice(
        '--encode <how>',
        'use columns of text, too: onehot makes a column of 0 and 1 of each category; dates become days, true and false 1 and 0',
        ['onehot'],
      ),
    )
    .option(
      '--labels <file>',
      'true classes of the rows, to compare with: whole numbers, from 0 on',
    )
    .option('--standardize', 'scale every column to mean 0 and variance 1 first');
}

export const addDevice = (command: Command): Command =>
  command.addOption(
    choice('--device <name>', 'where to run; auto falls back to the processor', [
      'auto',
      'webgpu',
      'cpu',
    ]).default('auto'),
  );

/** `rows` is what --out writes beside the file's columns. */
export const addRowsOutput = (command: Command, rows: string): Command =>
  command
    .option(
      '--out <file>',
      `write the file's columns and ${rows}: .csv, .parquet or .json; - for standard output, as CSV`,
    )
    .option('--labels-only', `--out: write ${rows} alone, with the rows' numbers`);

/** Where and from what seed it runs, and what is left behind. `rows` is what --out writes. */
export function addRunAndOutputs(command: Command, rows: string): Command {
  const seeded = command.option(
    '--seed <number>',
    'the same seed gives the same answer',
    wholeNumber(0),
    0,
  );
  return addRowsOutput(addDevice(seeded), rows)
    .option(
      '--model <file>',
      'write the fitted model as JSON, for the command predict; with --standardize { columns, standardize, model }, whose model takes rows less standardize.mean, divided by standardize.deviation (by 1 where that is 0)',
    )
    .option('--report <file>', 'write a report: one HTML file')
    .option('--json', 'print the result as JSON on standard output, and nothing else')
    .option('--quiet', 'print nothing but errors');
}
