/** What a fit says of each row, for other programs: labels, responsibilities, scores. */
import { stringify } from 'csv-stringify/sync';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { FileError } from '../errors.js';
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

/**
 * Writes the groups' columns, in the rows' order: `row` (from 0) and the columns (CSV, Parquet), or
 * an object of one array a group (JSON), whose rows of decimal numbers are arrays themselves. The
 * file is written whole or not at all.
 */
export async function writeRows(path: string, groups: readonly ColumnGroup[]): Promise<void> {
  const writers = { csv: csvRows, parquet: parquetRows, json: jsonRows };
  await writeAtomic(path, writers[rowsFormat(path)](groups));
}

/** The shortest decimal of at most nine digits, which float32 numbers need and no more. */
const short = (value: number): number => Number(value.toPrecision(9));

const cellsOf = ({ names, data }: ColumnGroup, row: number): number[] => {
  const cells = data.subarray(row * names.length, (row + 1) * names.length);
  return data instanceof Float32Array ? Array.from(cells, short) : Array.from(cells);
};

const rowsOf = ([{ names, data }]: readonly ColumnGroup[]): number => data.length / names.length;

/** Row numbers [start, end), some at a time. */
function* batches(rows: number, width: number): Generator<readonly number[]> {
  const step = Math.max(1, Math.floor(BATCH_NUMBERS / width));
  for (let start = 0; start < rows; start += step) {
    yield Array.from({ length: Math.min(step, rows - start) }, (_, i) => start + i);
  }
}

function* csvRows(groups: readonly ColumnGroup[]): Generator<string> {
  const names = groups.flatMap((group) => group.names);
  yield stringify([['row', ...names]]);
  for (const rows of batches(rowsOf(groups), names.length)) {
    yield stringify(rows.map((row) => [row, ...groups.flatMap((group) => cellsOf(group, row))]));
  }
}

function* jsonRows(groups: readonly ColumnGroup[]): Generator<string> {
  const rows = rowsOf(groups);
  let lead = '{';
  for (const group of groups) {
    yield `${lead}${JSON.stringify(group.key)}:[`;
    lead = ',';
    for (const batch of batches(rows, group.names.length)) {
      const texts = batch.map((row) => {
        const cells = cellsOf(group, row);
        return JSON.stringify(group.data instanceof Float32Array ? cells : cells[0]);
      });
      yield `${batch[0] === 0 ? '' : ','}${texts.join(',')}`;
    }
    yield ']';
  }
  yield '}\n';
}

function parquetRows(groups: readonly ColumnGroup[]): FileContent {
  const rows = rowsOf(groups);
  const column = <T>(name: string, type: 'INT32' | 'FLOAT', data: T) => ({
    name,
    type,
    data,
    nullable: false,
  });
  const columns = groups.flatMap(({ names, data }) =>
    names.map((name, j) => {
      const at = (row: number) => data[row * names.length + j];
      return data instanceof Float32Array
        ? column(
            name,
            'FLOAT',
            Float32Array.from({ length: rows }, (_, row) => at(row)),
          )
        : column(
            name,
            'INT32',
            Int32Array.from({ length: rows }, (_, row) => at(row)),
          );
    }),
  );
  const row = column(
    'row',
    'INT32',
    Int32Array.from({ length: rows }, (_, i) => i),
  );
  return new Uint8Array(parquetWriteBuffer({ columnData: [row, ...columns] }));
}
