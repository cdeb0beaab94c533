/** From what a file holds to the numbers that are clustered, in a way that another file's rows can follow. */
import { FileError } from './errors.js';
import { formatCount } from './format.js';
import { columnPositions, listNames, type Table, type TextColumn } from './read/table.js';
import { type ColumnScale, columnScale, standardize } from './table_math.js';

export const MISSING = ['refuse', 'drop', 'mean', 'median'] as const;
export type Missing = (typeof MISSING)[number];

/** Where one number of a row comes from. */
export interface Feature {
  /** Of the file's column. */
  readonly column: string;
  /** 'days' since 1970-01-01 of a date; 'boolean' 1 for true; 'category' 1 where the cell is `category`. */
  readonly kind: 'number' | 'days' | 'boolean' | 'category';
  readonly category?: string;
  /** Stands for a cell that is missing. */
  readonly fill?: number;
}

/** All that was done to a file's rows before they were clustered. */
export interface Preparation {
  readonly features: readonly Feature[];
  readonly missing: Missing;
  readonly standardize?: ColumnScale;
}

export interface PrepareOptions {
  readonly columns?: readonly string[] | undefined;
  readonly missing: Missing;
  readonly encode: boolean;
  readonly keepIds: boolean;
  readonly standardize: boolean;
}

export interface Prepared {
  /** The rows as the file has them, without those left out: finite numbers. */
  readonly table: Table;
  /** Those of `table`, or scaled. */
  readonly used: Table;
  /** Of each row of `table` its number in the file, [n]; absent where all are there. */
  readonly rows?: Uint32Array;
  readonly preparation: Preparation;
}

/** Decides what a row's numbers are, and makes them. `path` names the file in errors. */
export function prepare(path: string, table: Table, options: PrepareOptions): Prepared {
  const notes: string[] = [];
  const counters = options.columns || options.keepIds || table.image ? [] : rowNumbers(table);
  if (counters.length > 0) {
    notes.push(
      `Left out, since it numbers the rows or names them: ${listNames(counters)}. --keep-ids keeps it.`,
    );
  }
  const features: Feature[] = table.columns
    .filter((column) => !counters.includes(column))
    .map((column) => ({ column, kind: 'number' }));
  if (options.encode) {
    const available = table.names ?? table.columns;
    const chosen = options.columns && columnPositions(path, options.columns, available);
    const order = chosen?.map((j) => available[j]) ?? available;
    for (const text of table.texts ?? []) {
      if (!order.includes(text.name)) continue;
      features.push(...encoded(text, notes));
    }
    features.sort((a, b) => order.indexOf(a.column) - order.indexOf(b.column));
  }
  if (features.length === 0) {
    throw new FileError(
      path,
      `none of its columns holds numbers (${listNames(table.names ?? table.columns)})`,
      'Name the columns to use with --columns; columns of text need --encode onehot.',
    );
  }
  const filled = withFills(features, table, options.missing);
  const preparation = { features: filled, missing: options.missing };
  return finish(path, table, preparation, notes, options.standardize);
}

/** As another file's rows were prepared. @throws FileError where a column is not there */
export function prepareAs(path: string, table: Table, preparation: Preparation): Prepared {
  return finish(path, table, preparation, [], false);
}

function finish(
  path: string,
  table: Table,
  given: Preparation,
  notes: readonly string[],
  scaled: boolean,
): Prepared {
  const { matrix, rows, filled } = numbersOf(path, table, given);
  const dropped = table.shape[0] - matrix.shape[0];
  const all = [...table.notes, ...notes];
  if (dropped > 0) {
    const cells = `${formatCount(dropped)} of ${formatCount(table.shape[0])} rows left out`;
    all.push(`${cells}, since a cell is missing; --missing mean or median fills it.`);
  }
  if (filled.length > 0) {
    all.push(`Missing cells hold the column's ${given.missing}: ${listNames(filled)}.`);
  }
  const { image, ...rest } = table;
  const whole: Table = {
    ...rest,
    ...matrix,
    ...(image && matrix.columns.length === table.columns.length && { image }),
    ...(table.labels && { labels: rows ? rows.map((row) => table.labels![row]) : table.labels }),
    notes: all,
  };
  const scale = scaled ? columnScale(whole) : given.standardize;
  const preparation = { ...given, ...(scale && { standardize: scale }) };
  const used = scale ? standardize(whole, scale) : whole;
  return { table: whole, used, ...(rows && { rows }), preparation };
}

/** What data frames and this program call a column that numbers the rows; blank is pandas' index. */
const COUNTER_NAME = /^(?:|row|index|unnamed: ?0|__index_level_\d+__)$/i;
const ID_NAME = /^(?:_?id|uuid|guid|row_?id)$/i;
/** Fewer rows may well count on by chance. */
const LEAST_COUNTED = 10;

/** The columns that number the rows, or name them: no features. None where nothing else is there. */
export function rowNumbers(table: Table): string[] {
  const found = table.columns.filter((name, j) => {
    if (ID_NAME.test(name)) return true;
    const isCounter = COUNTER_NAME.test(name);
    return (isCounter || table.shape[0] >= LEAST_COUNTED) && countsRows(table, j);
  });
  return found.length < table.columns.length ? found : [];
}

/** Distinct consecutive whole numbers, in any order. */
function countsRows({ data, shape: [n, d] }: Table, j: number): boolean {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < n; i++) {
    const value = data[i * d + j];
    if (!Number.isSafeInteger(value)) return false;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most - least !== n - 1) return false;
  const seen = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const at = data[i * d + j] - least;
    if (seen[at] === 1) return false;
    seen[at] = 1;
  }
  return true;
}

const TRUE = /^(?:true|yes)$/i;
const FALSE = /^(?:false|no)$/i;
const NOTHING = /^(?:n\/?a|#n\/a|nan|null|none|[-?.])?$/i;
const DATE = /^\d{4}-\d\d?-\d\d?(?:[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const MILLISECONDS_PER_DAY = 86_400_000;
/** More categories are texts, or names of rows. */
const MOST_CATEGORIES = 100;

/** Days since 1970-01-01, times without a zone being UTC; NaN for what is no date. */
function daysOf(text: string): number {
  if (!DATE.test(text)) return Number.NaN;
  const iso = text.replace(' ', 'T');
  const zoned = /T/.test(iso) && !/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso;
  return Date.parse(zoned) / MILLISECONDS_PER_DAY;
}

const isNothing = (text: string): boolean => NOTHING.test(text.trim());

/** The features of a column of text; none where its cells are too many to be categories. */
function encoded({ name, values, codes }: TextColumn, notes: string[]): Feature[] {
  const filled = values.map((value) => value.trim()).filter((value) => !isNothing(value));
  if (filled.length === 0) return [];
  if (filled.every((value) => TRUE.test(value) || FALSE.test(value))) {
    return [{ column: name, kind: 'boolean' }];
  }
  if (filled.every((value) => !Number.isNaN(daysOf(value)))) {
    notes.push(`${JSON.stringify(name)} is read as days since 1970-01-01.`);
    return [{ column: name, kind: 'days' }];
  }
  if (ID_NAME.test(name) || (values.length === codes.length && codes.length >= LEAST_COUNTED)) {
    notes.push(`Left out, since it names the rows: ${JSON.stringify(name)}.`);
    return [];
  }
  const categories = [...new Set(filled)].sort();
  if (categories.length > MOST_CATEGORIES) {
    notes.push(
      `Left out, since it holds ${formatCount(categories.length)} different texts: ${JSON.stringify(name)}.`,
    );
    return [];
  }
  return categories.map((category) => ({ column: name, kind: 'category', category }));
}

const nameOf = ({ column, kind, category }: Feature): string =>
  kind === 'category' ? `${column}=${category}` : column;

/** What a text is as a number of the feature; NaN where it is missing or not of its kind. */
function numberOf({ kind, category }: Feature, text: string): number {
  const value = text.trim();
  if (isNothing(value)) return Number.NaN;
  switch (kind) {
    case 'category':
      return value === category ? 1 : 0;
    case 'boolean':
      return TRUE.test(value) ? 1 : FALSE.test(value) ? 0 : Number.NaN;
    case 'days':
      return daysOf(value);
    case 'number':
      return Number(value);
  }
}

/** What gives the feature of each row. @throws FileError where its column is not there */
function reader(path: string, table: Table, feature: Feature): (row: number) => number {
  const { data, shape, columns, texts = [] } = table;
  const d = shape[1];
  const j = columns.indexOf(feature.column);
  if (j >= 0) {
    if (feature.kind === 'number' || feature.kind === 'boolean') return (row) => data[row * d + j];
    const numbers = feature;
    return (row) => {
      const value = data[row * d + j];
      return Number.isNaN(value) ? value : numberOf(numbers, String(value));
    };
  }
  const text = texts.find(({ name }) => name === feature.column);
  if (!text || (feature.kind === 'number' && !text.values.every(isNothing))) {
    throw new FileError(
      path,
      `there is no column ${JSON.stringify(feature.column)} of numbers`,
      `The columns are ${listNames(table.names ?? columns)}.`,
    );
  }
  const values = text.values.map((value) => numberOf(feature, value));
  return (row) => values[text.codes[row]];
}

/** With what stands for missing cells, where they are to be filled. */
function withFills(features: readonly Feature[], table: Table, missing: Missing): Feature[] {
  if (missing !== 'mean' && missing !== 'median') return [...features];
  const n = table.shape[0];
  return features.map((feature) => {
    const read = reader('', table, feature);
    const known: number[] = [];
    for (let row = 0; row < n; row++) {
      const value = read(row);
      if (!Number.isNaN(value)) known.push(value);
    }
    if (known.length === 0) return feature;
    return { ...feature, fill: missing === 'mean' ? meanOf(known) : medianOf(known) };
  });
}

function meanOf(values: readonly number[]): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  return mean;
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function numbersOf(path: string, table: Table, { features, missing }: Preparation) {
  const n = table.shape[0];
  const d = features.length;
  const columns = features.map(nameOf);
  const isPlain =
    d === table.columns.length &&
    features.every(({ column, kind }, j) => kind === 'number' && column === table.columns[j]);
  const data = isPlain ? table.data : new Float64Array(n * d);
  if (!isPlain) {
    const readers = features.map((feature) => reader(path, table, feature));
    for (let row = 0, at = 0; row < n; row++) {
      for (const read of readers) data[at++] = read(row);
    }
  }
  const fills = features.map(({ fill }) => fill);
  const isIncomplete = data.some(Number.isNaN);
  if (!isIncomplete) return { matrix: { data, shape: [n, d] as const, columns }, filled: [] };
  const whole = data === table.data ? data.slice() : data;
  const kept: number[] = [];
  const isFilled = new Set<number>();
  for (let row = 0; row < n; row++) {
    let isWhole = true;
    for (let j = 0; j < d; j++) {
      const at = row * d + j;
      if (!Number.isNaN(whole[at])) continue;
      const fill = fills[j];
      if (fill !== undefined) {
        whole[at] = fill;
        isFilled.add(j);
      } else if (missing === 'refuse') {
        throw new FileError(
          path,
          `row ${row} (counted from 0), column ${JSON.stringify(columns[j])}: the cell is missing`,
          'Correct it, or give --missing drop, mean or median.',
        );
      } else {
        isWhole = false;
      }
    }
    if (isWhole) kept.push(row);
  }
  if (kept.length === 0) {
    throw new FileError(
      path,
      'every row lacks a cell',
      'Name columns that are filled with --columns, or give --missing mean or median.',
    );
  }
  const filled = [...new Set([...isFilled].map((j) => features[j].column))];
  if (kept.length === n)
    return { matrix: { data: whole, shape: [n, d] as const, columns }, filled };
  const rows = Uint32Array.from(kept);
  const picked = new (whole.constructor as Float64ArrayConstructor)(rows.length * d);
  rows.forEach((row, i) => {
    picked.set(whole.subarray(row * d, (row + 1) * d), i * d);
  });
  return { matrix: { data: picked, shape: [rows.length, d] as const, columns }, rows, filled };
}
