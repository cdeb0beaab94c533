/** How a runtime is to choose its kernels. */
import { InvalidArgumentError } from './errors.js';
import { show } from './show.js';
import { defaultStore } from './tuning_store.js';
import type { TuningStore } from './store.js';

/** See {@link RuntimeOptions.tuning}. */
export interface TuningOptions {
  /**
   * Where winners are kept; by default a page's localStorage, in Node files in the platform's folder
   * for caches, elsewhere nowhere.
   */
  readonly store?: TuningStore;
  /** Fixed choices, by kernel: `{ assign: 'uniform-8x64' }`. `runtime.tuning.entries` names what there is. */
  readonly choices?: Readonly<Record<string, string>>;
  /**
   * Milliseconds that a race may take, compilation included. By default 200, and no more than a quarter
   * of what the fit is expected to take; a budget that is given is spent for the smallest fit, too.
   */
  readonly budget?: number;
}

export interface TuningSettings {
  readonly races: boolean;
  readonly store: TuningStore;
  readonly choices: Readonly<Record<string, string>>;
  readonly budget: number;
  /** Of the time that the work at hand is expected to take, what a race may take at most. */
  readonly share: number;
}

const BUDGET_MS = 200;
const SHARE = 0.25;

/** Throws InvalidArgumentError for an argument of `createRuntime`; `rule` completes "must be ...". */
export function refuse(argument: string, value: unknown, rule: string): never {
  throw new InvalidArgumentError(
    argument,
    `createRuntime: ${argument} is ${show(value)}; it must be ${rule}.`,
  );
}

export function defaultTuning(races = true): TuningSettings {
  return { races, store: defaultStore(), choices: {}, budget: BUDGET_MS, share: SHARE };
}

/** @throws InvalidArgumentError */
export function tuningSettings(given: 'auto' | 'off' | TuningOptions = 'auto'): TuningSettings {
  const options: unknown = given;
  if (options === 'off' || options === 'auto') return defaultTuning(options === 'auto');
  if (typeof options !== 'object' || options === null) {
    return refuse('tuning', options, `'auto', 'off', or an object of store, choices and budget`);
  }
  const { store, choices, budget, ...unknown } = options as TuningOptions;
  const [name] = Object.keys(unknown);
  if (name) {
    throw new InvalidArgumentError(
      `tuning.${name}`,
      `createRuntime: tuning has no option '${name}'; the options are store, choices and budget.`,
    );
  }
  for (const method of ['get', 'set', 'clear'] as const) {
    if (
      store !== undefined &&
      typeof (store as Partial<TuningStore> | null)?.[method] !== 'function'
    ) {
      refuse('tuning.store', store, 'an object with the functions get, set and clear');
    }
  }
  if (choices !== undefined && (typeof choices !== 'object' || (choices as unknown) === null)) {
    refuse('tuning.choices', choices, "an object such as { assign: 'uniform-8x64' }");
  }
  for (const [kernel, choice] of Object.entries<unknown>(choices ?? {})) {
    if (typeof choice !== 'string') {
      refuse(`tuning.choices.${kernel}`, choice, "a candidate's name");
    }
  }
  if (budget !== undefined && !(typeof budget === 'number' && budget >= 0)) {
    refuse('tuning.budget', budget, 'a number of milliseconds, 0 or more');
  }
  return {
    races: true,
    store: store ?? defaultStore(),
    choices: choices ?? {},
    budget: budget ?? BUDGET_MS,
    share: budget === undefined ? SHARE : Number.POSITIVE_INFINITY,
  };
}
