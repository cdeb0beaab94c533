/** Rules for options, declared as data. */
import { show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';

/** What one option must be; `rule` completes "must be ...". */
export interface OptionRule {
  readonly rule: string;
  readonly holds: (value: unknown) => boolean;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasMethods = (value: object, ...names: readonly string[]): boolean =>
  names.every((name) => typeof Reflect.get(value, name) === 'function');

/** A whole number within [least, most]. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): OptionRule {
  const range = most === Number.MAX_SAFE_INTEGER ? `>= ${least}` : `from ${least} to ${most}`;
  return {
    rule: `a whole number ${range}`,
    holds: (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** A finite number >= 0. */
export const nonNegative: OptionRule = {
  rule: 'a finite number >= 0',
  holds: (value) => Number.isFinite(value) && (value as number) >= 0,
};

/** A finite number > 0. */
export const positive: OptionRule = {
  rule: 'a finite number above 0',
  holds: (value) => Number.isFinite(value) && (value as number) > 0,
};

export const aSwitch: OptionRule = {
  rule: 'true or false',
  holds: (value) => typeof value === 'boolean',
};

/** One of the given words. */
export function oneOf(...words: readonly string[]): OptionRule {
  return {
    rule: words.map((word) => `'${word}'`).join(' or '),
    holds: (value) => words.includes(value as string),
  };
}

/** Satisfied by either rule. */
export function either(first: OptionRule, second: OptionRule): OptionRule {
  return {
    rule: `${first.rule} or ${second.rule}`,
    holds: (value) => first.holds(value) || second.holds(value),
  };
}

export const aFunction: OptionRule = {
  rule: 'a function',
  holds: (value) => typeof value === 'function',
};

export const anObject: OptionRule = { rule: 'an object', holds: isObject };

export const abortSignal: OptionRule = {
  rule: 'an AbortSignal',
  holds: (value) =>
    isObject(value) &&
    'aborted' in value &&
    hasMethods(value, 'throwIfAborted', 'addEventListener', 'removeEventListener'),
};

const aRuntime: OptionRule = {
  rule: 'a Runtime (createRuntime())',
  holds: (value) =>
    isObject(value) && 'device' in value && hasMethods(value, 'guard', 'kernel', 'onFailure'),
};

/** What random numbers start from. */
export const aSeed = wholeNumber(0, 2 ** 32 - 1);

/** Rules that hold for every method that computes. */
export const RUNTIME_RULES = {
  runtime: either(oneOf('cpu'), aRuntime),
  signal: abortSignal,
} as const satisfies OptionRules;

/** Rules of fits that go on where a device was lost. */
export const FIT_RULES = {
  ...RUNTIME_RULES,
  retries: wholeNumber(0),
} as const satisfies OptionRules;

/**
 * Checks `options` against `rules`; an option that is absent or undefined is not checked.
 *
 * @returns a copy of what was checked, so that nothing else is ever used
 * @throws InvalidArgumentError naming the option, its value and the rule, or the known names where
 *   the option's name is unknown
 */
export function checkOptions<T extends object>(
  method: string,
  options: T | undefined,
  rules: OptionRules,
): T {
  // What is needed of them is then found missing by name.
  if (options === undefined) return {} as T;
  if (!isObject(options)) {
    throw new InvalidArgumentError(
      'options',
      `${method}: options is ${show(options)}; give an object.`,
    );
  }
  const given = Object.entries(options) as [string, unknown][];
  for (const [name, value] of given) {
    if (!Object.hasOwn(rules, name)) {
      throw new InvalidArgumentError(
        name,
        `${method}: there is no option '${name}'; the options are ${Object.keys(rules).join(', ')}.`,
      );
    }
    if (value !== undefined && !rules[name].holds(value)) {
      throw new InvalidArgumentError(
        name,
        `${method}: ${name} is ${show(value)}; it must be ${rules[name].rule}.`,
      );
    }
  }
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as T;
}
