/** Labels of any kind, as whole numbers from 0 on. */
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';

/** The classes or clusters of rows: whole numbers, also negative ones, or strings; one a row. */
export type Labels = ArrayLike<number> | ArrayLike<string>;

/** Labels by the order in which each first occurs. */
export interface EncodedLabels {
  /** Whole numbers below `count`, one a row. */
  readonly codes: Uint32Array;
  /** How many differ. */
  readonly count: number;
}

const REMEDY = 'give one label a row, all of them whole numbers or all of them strings';

/**
 * @param what the argument's name, for messages
 * @throws InvalidArgumentError on no labels, on one that is neither a whole number nor a string, and on
 *   numbers among strings
 */
export function encodeLabels(what: string, labels: Labels): EncodedLabels {
  const given: unknown = labels;
  const isList =
    typeof given === 'object' &&
    given !== null &&
    'length' in given &&
    !(given instanceof DataView);
  if (!isList || !Number.isSafeInteger(given.length)) {
    throw new InvalidArgumentError(what, `${what} is ${show(given)}; ${REMEDY}.`);
  }
  if (labels.length === 0) throw new InvalidArgumentError(what, `${what} is empty; ${REMEDY}.`);
  const last = labels.length - 1;
  if ((labels[last] as unknown) === undefined) {
    throw new InvalidArgumentError(
      what,
      `${what} has length ${labels.length}, but ${what}[${last}] is undefined; ${REMEDY}.`,
    );
  }
  const known = new Map<unknown, number>();
  const codes = new Uint32Array(labels.length);
  const kind = typeof labels[0];
  for (let i = 0; i < codes.length; i++) {
    const label: unknown = labels[i];
    if (typeof label !== 'string' && !Number.isInteger(label)) {
      throw new InvalidArgumentError(what, `${what}[${i}] is ${show(label)}; ${REMEDY}.`);
    }
    if (typeof label !== kind) {
      throw new InvalidArgumentError(
        what,
        `${what}[${i}] is ${show(label)}, but ${what}[0] is ${show(labels[0])}; ${REMEDY}.`,
      );
    }
    let code = known.get(label);
    if (code === undefined) known.set(label, (code = known.size));
    codes[i] = code;
  }
  return { codes, count: known.size };
}

/** How often each class meets each cluster. */
export interface Contingency {
  /** Rows of each class, and of each cluster. */
  readonly classes: Float64Array;
  readonly clusters: Float64Array;
  /** Where a class meets a cluster, and in how many rows. */
  readonly cells: readonly {
    readonly row: number;
    readonly column: number;
    readonly count: number;
  }[];
  /** All rows. */
  readonly n: number;
}

/** @throws InvalidArgumentError as `encodeLabels`, and where the lengths differ */
export function contingencyOf(truth: Labels, labels: Labels): Contingency {
  const rows = encodeLabels('truth', truth);
  const columns = encodeLabels('labels', labels);
  const n = rows.codes.length;
  if (columns.codes.length !== n) {
    throw new InvalidArgumentError(
      'labels',
      `labels has ${columns.codes.length} ${plural(columns.codes.length, 'entry', 'entries')}, but truth has ${n}; both need one label for each of the same rows.`,
    );
  }
  const classes = new Float64Array(rows.count);
  const clusters = new Float64Array(columns.count);
  const counts = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const [row, column] = [rows.codes[i], columns.codes[i]];
    classes[row]++;
    clusters[column]++;
    const cell = row * columns.count + column;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const cells = Array.from(counts, ([cell, count]) => ({
    row: Math.floor(cell / columns.count),
    column: cell % columns.count,
    count,
  }));
  return { classes, clusters, cells, n };
}
