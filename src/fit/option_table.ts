/**
 * What people are told of a method's options, in the guides and in the shell. No page loads it: only the
 * command line and `npm run docs:options` import a method's table.
 */
import type { OptionRule, OptionRules } from './options.js';

export interface OptionEntry {
  /** A phrase in plain English, in Markdown. */
  readonly meaning: string;
  /** What holds where it is absent, in Markdown; unless it is one of the method's constants, or nothing. */
  readonly otherwise?: string;
  /** Its flag in the shell, such as '--n-init <number>'; without <...> it is a switch. */
  readonly flag?: string;
  /** The meaning for the shell, where it is told shorter there. */
  readonly help?: string;
  /** What it must be, where the table of rules does not say. */
  readonly rule?: string;
  /** The words that the shell takes, where these are not all. */
  readonly words?: readonly string[];
}

export interface OptionTable<Options> {
  /** What the library exports the method by. */
  readonly method: string;
  readonly rules: OptionRules;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Each option, in the order in which people want to know of them. */
  readonly options: { readonly [Name in keyof Required<Options>]: OptionEntry };
}

/** The words that a rule allows: those it quotes. */
export function wordsOf({ rule, holds }: OptionRule): string[] {
  return [...rule.matchAll(/'([^']+)'/g)].map(([, word]) => word).filter(holds);
}

/** Options that mean the same in every method. */
export const COMMON = {
  seed: { meaning: 'the same seed gives the same answer, bit for bit on the same adapter' },
  sampleWeight: { meaning: 'one weight >= 0 a row', otherwise: 'all 1' },
  signal: { meaning: 'an `AbortSignal` that cancels the work' },
  runtime: {
    meaning: "`await createRuntime({ device })` for a device of your own, or `'cpu'`",
    otherwise: 'the shared device',
  },
  retries: {
    meaning: 'how often a fit goes on on a fresh device where one was lost; same bits',
    otherwise: '1; with a `runtime` of your own 0',
  },
} as const satisfies Readonly<Record<string, OptionEntry>>;
