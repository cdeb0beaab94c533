/**
 * Shards' answers made one: in float64, in a tree that the shards' order alone determines. So the same bits come
 * out whoever folds, in whatever order answers arrive.
 */
import { merge } from '../methods/pca/pca_incremental.js';
import type { Moments } from '../methods/pca/pca_scatter.js';
import { type FarRow, mostFar } from './far_rows.js';
import { FrameError, type Message, type Numbers } from './message.js';

/** How answers go together; see `fold`. */
export type FoldKind = 'sum' | 'moments' | 'concat' | 'farthest';

/** Answers that are folded at once. An adapter folds runs of so many, in order, then the results alike. */
export const FAN_IN = 8;

/** What shards took to answer: the fold adds it up. */
export interface Stats {
  /** Of the shards' own work. */
  readonly milliseconds: number;
  /** Bytes of the answers. */
  readonly bytes: number;
  readonly shards: number;
}

/**
 * Up to FAN_IN answers of consecutive shards, or of consecutive folds, as one. `fold` of their headers says how:
 *
 * - 'sum': entry by entry, from the first to the last; arrays that `fixed` names must be the same in all;
 * - 'moments': rows, mean and squares of columns (Chan, Golub & LeVeque 1983);
 * - 'concat': arrays one after the other;
 * - 'farthest': the `most` rows farthest from their centroids.
 *
 * An error among them is the result. Throws FrameError where answers do not go together.
 */
export function fold(answers: readonly Message[]): Message {
  const failed = answers.find(({ header }) => header.error !== undefined);
  if (failed) return failed;
  const [first] = answers;
  if (answers.length === 1) return first;
  const stats = answers.map(statsOf).reduce((sum, one) => ({
    milliseconds: sum.milliseconds + one.milliseconds,
    bytes: sum.bytes + one.bytes,
    shards: sum.shards + one.shards,
  }));
  return { header: { ...first.header, stats }, arrays: arraysOf(first, answers) };
}

export function statsOf({ header }: Message): Stats {
  const { milliseconds = 0, bytes = 0, shards = 0 } = (header.stats ?? {}) as Partial<Stats>;
  return { milliseconds, bytes, shards };
}

function arraysOf(first: Message, answers: readonly Message[]): Record<string, Numbers> {
  const kind = first.header.fold as FoldKind;
  const names = Object.keys(first.arrays);
  const allOf = (name: string): Numbers[] =>
    answers.map(({ arrays }) => {
      const data = (arrays as Readonly<Record<string, Numbers | undefined>>)[name];
      if (data) return data;
      throw new FrameError(`Answers of different kinds came: one has no '${name}'`);
    });
  switch (kind) {
    case 'sum': {
      const fixed = (first.header.fixed ?? []) as readonly string[];
      return each(names, (name) => {
        const all = allOf(name);
        return fixed.includes(name) ? same(name, all) : summed(name, all);
      });
    }
    case 'moments':
      return merged(allOf('rows'), allOf('mean'), allOf('squares'));
    case 'concat':
      return each(names, (name) => joined(allOf(name)));
    case 'farthest':
      return farthest(answers, Number(first.header.most));
  }
}

const each = (names: readonly string[], make: (name: string) => Numbers): Record<string, Numbers> =>
  Object.fromEntries(names.map((name) => [name, make(name)]));

function summed(name: string, all: readonly Numbers[]): Float64Array {
  const sums = Float64Array.from(all[0]);
  for (const data of all.slice(1)) {
    if (data.length !== sums.length) throw new FrameError(`Sums '${name}' of different sizes came`);
    for (let at = 0; at < sums.length; at++) sums[at] += data[at];
  }
  return sums;
}

function same(name: string, all: readonly Numbers[]): Numbers {
  const [first] = all;
  const isSame = all.every(
    (data) => data.length === first.length && data.every((value, at) => value === first[at]),
  );
  if (isSame) return first;
  throw new FrameError(
    `Shards took sums about different '${name}', most likely because some run on a GPU and some on the processor`,
  );
}

function joined(all: readonly Numbers[]): Numbers {
  const [first] = all;
  const length = all.reduce((sum, data) => sum + data.length, 0);
  const whole =
    first instanceof Float32Array
      ? new Float32Array(length)
      : first instanceof Float64Array
        ? new Float64Array(length)
        : new Uint32Array(length);
  let at = 0;
  for (const data of all) {
    whole.set(data, at);
    at += data.length;
  }
  return whole;
}

function merged(
  rows: readonly Numbers[],
  means: readonly Numbers[],
  squares: readonly Numbers[],
): Record<string, Numbers> {
  const all = rows.map((data, i): Moments => ({
    rows: data[0],
    mean: Float64Array.from(means[i]),
    squares: Float64Array.from(squares[i]),
  }));
  const whole = all.reduce(merge);
  const inexact = rows.reduce((sum, data) => sum + data[1], 0);
  return {
    rows: Float64Array.of(whole.rows, inexact),
    mean: whole.mean,
    squares: whole.squares,
  };
}

function farthest(answers: readonly Message[], most: number): Record<string, Numbers> {
  const rows = answers.flatMap(({ arrays: { costs, numbers, labels, rows: data } }) =>
    Array.from(costs, (cost, i): FarRow => {
      const d = data.length / costs.length;
      const row = (data as Float32Array).subarray(i * d, (i + 1) * d);
      return { cost, number: numbers[i], label: labels[i], row };
    }),
  );
  return mostFar(rows, most);
}
