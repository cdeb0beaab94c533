/** Options that the commands share, and how an option's text becomes a value. */
import { type Command, InvalidArgumentError as BadOption, Option } from 'commander';
import type { DeviceChoice } from './device.js';

/** What every command is given. */
export interface SharedOptions {
  readonly columns?: string[];
  readonly labels?: string;
  readonly standardize?: boolean;
  readonly seed: number;
  readonly device: DeviceChoice;
  readonly out?: string;
  readonly model?: string;
  readonly report?: string;
  /** gmm only. */
  readonly picture?: string;
  /** kmeans and pca only. */
  readonly sheet?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
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

/** A whole number >= 1, or the word that asks for a suggestion. */
export function countOrSuggest(text: string): number | 'suggest' {
  if (text.trim() === 'suggest') return 'suggest';
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new BadOption('It must be a whole number >= 1, or suggest.');
}

/** Most numbers that one range may hold: each is a fit. */
const LONGEST_RANGE = 1000;

/** A whole number >= 1, or a range of them such as 1..10; all its numbers, ascending. */
export function countOrRange(text: string): number[] {
  const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text.trim()) ?? [];
  const [low, high] = [Number(first), Number(last)];
  if (!(low >= 1 && high >= low && high - low < LONGEST_RANGE && Number.isSafeInteger(high))) {
    throw new BadOption(
      `It must be a whole number >= 1, or a range of at most ${LONGEST_RANGE} of them such as 1..10.`,
    );
  }
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** As `countOrRange`, or the word that asks for a suggestion. */
export function countsOrSuggest(text: string): number[] | 'suggest' {
  return text.trim() === 'suggest' ? 'suggest' : countOrRange(text);
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

/** Names parted by commas. */
export const names = (text: string): string[] => text.split(',').map((name) => name.trim());

/** One of several words. */
export const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices);

/** The file of rows and how it is read. */
export function addInput(command: Command): Command {
  return command
    .argument(
      '<file>',
      'the rows: .csv, .tsv, .npy, .parquet, .json, .jsonl, MNIST idx files, CIFAR-10 .bin; .gz too',
    )
    .option('--columns <names>', 'the columns to use, by comma; default: all numeric ones', names)
    .option(
      '--labels <file>',
      'true classes of the rows, to compare with: whole numbers, from 0 on',
    )
    .option('--standardize', 'scale every column to mean 0 and variance 1 first');
}

/** Where and from what seed it runs, and what is left behind. `rows` is what --out writes. */
export function addRunAndOutputs(command: Command, rows: string): Command {
  return command
    .option('--seed <number>', 'the same seed gives the same answer', wholeNumber(0), 0)
    .addOption(
      choice('--device <name>', 'where to run; auto falls back to the processor', [
        'auto',
        'webgpu',
        'cpu',
      ]).default('auto'),
    )
    .option('--out <file>', `write ${rows}: .csv, .parquet or .json`)
    .option(
      '--model <file>',
      'write the fitted model as JSON; with --standardize { columns, standardize, model }, whose model takes rows less standardize.mean, divided by standardize.deviation (by 1 where that is 0)',
    )
    .option('--report <file>', 'write a report: one HTML file')
    .option('--json', 'print the result as JSON on standard output, and nothing else');
}
