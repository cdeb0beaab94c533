/** What a fit says of each row, for other programs: labels, responsibilities, scores. */
import { stringify } from 'csv-stringify/sync';
import { FileError } from '../errors.js';
import type { Table } from '../read/table.js';
import { type FileContent, writeAtomic } from './atomic.js';

type RowsFormat = 'csv' | 'parquet' | 'json';

/** Columns of an output file that belong together. */
export interface ColumnGroup {
  /** What JSON calls them all. */
  readonly key: string;
  /** What the columns are called. */
  readonly names: readonly string[];
  /** Row-major, n x names.length; whole numbers are one column. */
  readonly data: Uint32Array | Int32Array | Float32Array;
}

/** Numbers turned into text at a time: bounded memory, however many rows there are. */
const BATCH_NUMBERS = 131_072;

/** The format that an output file's extension asks for. Throws FileError on any other one. */
export function rowsFormat(path: string): RowsFormat {
  if (path === '-') return 'csv';
  const extension = /\.(csv|parquet|json)$/i.exec(path)?.[1].toLowerCase();
  if (extension === undefined) {
    throw new FileError(
      path,
      'rows are not written in a format of that extension',
      'Give a name that ends in .csv, .parquet or .json.',
    );
  }
  return extension as RowsFormat;
}

/** Which rows of the file the groups tell of, and what is written beside them. */
export interface RowsContext {
  /** Numbers of the file's rows, ascending; all of them when absent. */
  readonly rows?: Uint32Array;
  /** All rows and columns of the file, which are written before the groups. */
  readonly source?: Table;
}

/** A column as it is written: the cell of an output row, undefined where there is none. */
interface OutColumn {
  readonly name: string;
  readonly type: 'INT32' | 'FLOAT' | 'DOUBLE' | 'STRING';
  readonly at: (row: number) => number | string | undefined;
}

/**
 * Writes the groups' columns, in the rows' order. Without `source`: `row` (its number in the file, from 0) and
 * the columns (CSV, Parquet), or an object of one array a group (JSON), whose rows of decimal numbers are
 * arrays themselves. With it: all columns of the file, then the groups', a cluster's number being called
 * `cluster`; JSON is an array of objects; of rows that were left out these cells are empty. The file is
 * written whole or not at all; '-' is standard output.
 */
export async function writeRows(
  path: string,
  groups: readonly ColumnGroup[],
  { rows, source }: RowsContext = {},
): Promise<void> {
  const format = rowsFormat(path);
  const count = groups[0].data.length / groups[0].names.length;
  const [total, columns] = source
    ? [source.shape[0], besideSource(source, groups, rows)]
    : [count, withNumbers(groups, rows)];
  const writers = {
    csv: () => csvRows(columns, total),
    parquet: () => parquetRows(columns, total),
    json: () => (source ? jsonRecords(columns, total) : jsonGroups(groups, count)),
  };
  const content = await writers[format]();
  if (path === '-') for (const part of content as Iterable<string>) process.stdout.write(part);
  else await writeAtomic(path, content);
}

/** The shortest decimal of at most nine digits, which float32 numbers need and no more. */
const short = (value: number): number => Number(value.toPrecision(9));

const columnsOf = ({ names, data }: ColumnGroup): OutColumn[] =>
  names.map((name, j) => ({
    name,
    type: data instanceof Float32Array ? 'FLOAT' : 'INT32',
    at: (row) => data[row * names.length + j],
  }));

function withNumbers(groups: readonly ColumnGroup[], rows: Uint32Array | undefined): OutColumn[] {
  const number: OutColumn = { name: 'row', type: 'INT32', at: (row) => (rows ? rows[row] : row) };
  return [number, ...groups.flatMap(columnsOf)];
}

/** What a group's column is called beside the file's own. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const wanted = name === 'label' ? 'cluster' : name;
  let free = wanted;
  for (let again = 1; taken.has(free); again++) free = `${wanted}_${again}`;
  return free;
}

function besideSource(
  source: Table,
  groups: readonly ColumnGroup[],
  rows: Uint32Array | undefined,
): OutColumn[] {
  const { data, shape, columns, texts = [], names = columns } = source;
  const d = shape[1];
  const numbers = source.data instanceof Float32Array ? 'FLOAT' : 'DOUBLE';
  const places = new Map(columns.map((name, j) => [name, j]));
  const own = names.flatMap((name): OutColumn[] => {
    const j = places.get(name);
    if (j !== undefined) {
      const at = (row: number) => {
        const value = data[row * d + j];
        return Number.isNaN(value) ? undefined : value;
      };
      return [{ name, type: numbers, at }];
    }
    const text = texts.find((one) => one.name === name);
    if (!text) return [];
    const { codes, values } = text;
    return [{ name, type: 'STRING', at: (row) => values[codes[row]] }];
  });
  const place = rows && new Int32Array(shape[0]).fill(-1);
  rows?.forEach((row, i) => {
    place![row] = i;
  });
  const taken = new Set(names);
  const made = groups.flatMap(columnsOf).map(({ name, type, at }): OutColumn => {
    const found = (row: number) => (place![row] < 0 ? undefined : at(place![row]));
    return { name: freeName(name, taken), type, at: place ? found : at };
  });
  return [...own, ...made];
}

const cellOf = ({ type, at }: OutColumn, row: number): number | string | undefined => {
  const value = at(row);
  return type === 'FLOAT' && value !== undefined ? short(value as number) : value;
};

/** Row numbers [start, end), some at a time. */
function* batches(rows: number, width: number): Generator<readonly number[]> {
  const step = Math.max(1, Math.floor(BATCH_NUMBERS / width));
  for (let start = 0; start < rows; start += step) {
    yield Array.from({ length: Math.min(step, rows - start) }, (_, i) => start + i);
  }
}

function* csvRows(columns: readonly OutColumn[], total: number): Generator<string> {
  yield stringify([columns.map(({ name }) => name)]);
  for (const rows of batches(total, columns.length)) {
    yield stringify(rows.map((row) => columns.map((column) => cellOf(column, row) ?? '')));
  }
}

function* jsonRecords(columns: readonly OutColumn[], total: number): Generator<string> {
  for (const rows of batches(total, columns.length)) {
    const texts = rows.map((row) =>
      JSON.stringify(
        Object.fromEntries(columns.map((column) => [column.name, cellOf(column, row) ?? null])),
      ),
    );
    yield `${rows[0] === 0 ? '[' : ',\n'}${texts.join(',\n')}`;
  }
  yield ']\n';
}

function* jsonGroups(groups: readonly ColumnGroup[], total: number): Generator<string> {
  let lead = '{';
  for (const group of groups) {
    const columns = columnsOf(group);
    yield `${lead}${JSON.stringify(group.key)}:[`;
    lead = ',';
    for (const batch of batches(total, columns.length)) {
      const texts = batch.map((row) => {
        const cells = columns.map((column) => cellOf(column, row));
        return JSON.stringify(group.data instanceof Float32Array ? cells : cells[0]);
      });
      yield `${batch[0] === 0 ? '' : ','}${texts.join(',')}`;
    }
    yield ']';
  }
  yield '}\n';
}

async function parquetRows(columns: readonly OutColumn[], total: number): Promise<FileContent> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columnData = columns.map(({ name, type, at }) => {
    const cells = Array.from({ length: total }, (_, row) => at(row));
    const nullable = cells.includes(undefined);
    const data = nullable ? cells.map((cell) => cell ?? null) : cells;
    return { name, type, data, nullable };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
