/** What every fit is given by whoever tries odd arguments. */
import fc from 'fast-check';
import type { gaussianMixture, pca } from '../../src/index.js';
import { must, type Rows, signalFor } from './judge.js';
import {
  areWhole,
  builtOption,
  builtRows,
  mostly,
  type RowsRecipe,
  rowsOf,
  seen,
  weights,
} from './values.js';

/** Where cases run: on the CPU twin, or on the shared device. */
export const RUNTIME = process.env.FUZZ_ENGINE === 'device' ? {} : ({ runtime: 'cpu' } as const);

/** Something to be tried, with what judges it. */
export interface Subject {
  readonly values: fc.Arbitrary<unknown>;
  /** Throws where a value does not come to what it must. */
  readonly check: (value: unknown) => Promise<void>;
}

export const subject = <T>(
  values: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
): Subject => ({ values, check: (value) => check(value as T) });

export type Recipe = Readonly<Record<string, unknown>>;

export const columns = fc.integer({ min: 1, max: 6 });
export const counted = fc.integer({ min: 1, max: 6 });
export const given = rowsOf(columns, 6);
export const whole = (most: number) => fc.integer({ min: 1, max: most });
const listener = fc.constant<string>('listener');

/** Options of which `k` is mostly given, others now and then. */
export const options = (record: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) => {
  const own: Record<string, fc.Arbitrary<unknown>> = {
    seed: fc.nat(2 ** 32 - 1),
    onIteration: listener,
    signal: fc.constantFrom('aborted', 'soon'),
    ...record,
  };
  // Each option alone is given in some cases only, or hardly any would be without an odd one.
  const optional = Object.keys(own).filter((name) => !required.includes(name));
  return fc
    .subarray(optional, { maxLength: 3 })
    .chain((names) =>
      fc.record(
        Object.fromEntries([...required, ...names].map((name) => [name, mostly(own[name], 20)])),
      ),
    ) as fc.Arbitrary<Recipe>;
};

export const limited = (tol: fc.Arbitrary<number>) => ({
  nInit: whole(3),
  maxIter: whole(30),
  tol,
  sampleWeight: weights,
});
export const tolerance = fc.constantFrom(0, 1e-4, 1e-2, 1e300);

interface Call<Options> {
  readonly points: unknown;
  readonly options: Options;
  readonly rows: Rows;
  readonly signal: AbortSignal | undefined;
  /** Fails where something that was passed in is not what it was. */
  readonly unchanged: () => void;
}

/** The arguments of a fit. */
export function callOf<Options>(rowsRecipe: RowsRecipe, recipe: Recipe): Call<Options> {
  const { n, d } = rowsRecipe;
  const { points, numbers } = builtRows(rowsRecipe);
  const own = Object.entries(recipe).map(([name, option]) => [
    name,
    option === 'listener' ? () => undefined : builtOption(option, n),
  ]);
  const values = Object.fromEntries(own) as Record<string, unknown>;
  const { nInit, maxIter, signal: kind } = values;
  const signal = signalFor(kind, { nInit, maxIter });
  if (signal) values.signal = signal;
  const before = seen(builtRows(rowsRecipe).points);
  return {
    points,
    options: { ...RUNTIME, ...values } as Options,
    rows: { numbers, n, d },
    signal,
    unchanged: () => {
      must(
        JSON.stringify(seen(points), plain) === JSON.stringify(before, plain),
        'points were changed',
      );
    },
  };
}

const plain = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' || typeof value === 'number' || typeof value === 'symbol'
    ? String(value)
    : value;

/** For methods that have no such options. */
export function without(recipe: Recipe, ...names: string[]): Recipe {
  return Object.fromEntries(Object.entries(recipe).filter(([name]) => !names.includes(name)));
}

/** Nothing about the options of a fit gives leave to refuse it. */
export const harmless = (recipe: Recipe): boolean =>
  recipe.signal === undefined &&
  Object.values(recipe).every(
    (option) =>
      !(typeof option === 'object' && option !== null && ('wild' in option || 'form' in option)),
  ) &&
  areWhole(recipe.sampleWeight);

export const fitOf = (record: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) =>
  fc.record({ rows: rowsOf(columns), options: options(record, ...required) });

export type RowsArgument = Parameters<typeof pca>[0] & Parameters<typeof gaussianMixture>[0];
