/** CSV and TSV, streamed through csv-parse. */
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { FileError } from '../errors.js';
import { TableBuilder } from './table_builder.js';
import type { ByteSource } from './byte_source.js';
import type { Table } from './table.js';

/** Characters in one record; guards against a quote that never closes. */
const MAX_RECORD_CHARACTERS = 8 << 20;

export interface CsvOptions {
  readonly delimiter: ',' | '\t';
  /** The columns to use; all numeric ones when undefined. */
  readonly columns: readonly string[] | undefined;
  /** Whether the first line names the columns; found out when undefined. */
  readonly header: boolean | undefined;
  /** What makes a number of a cell, NaN where it is none; decimal notation when undefined. */
  readonly parse?: ((cell: string) => number) | undefined;
}

/** Decimal notation only: not '', '0x1f' or 'Infinity', which Number() would take. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

function parseDecimal(cell: string): number {
  const value = Number(cell);
  return Number.isFinite(value) && DECIMAL.test(cell) ? value : Number.NaN;
}

/** Records become typed columns by position; no object is ever keyed by a header. */
export async function readCsv(source: ByteSource, options: CsvOptions): Promise<Table> {
  const { delimiter, columns, header, parse: parseCell = parseDecimal } = options;
  const builder = new TableBuilder<string>({
    path: source.path,
    unit: 'line',
    wanted: columns,
    names: header === undefined ? 'detect' : header ? 'first-row' : 'none',
    parse: parseCell,
    isEmpty: (cell) => cell.trim() === '',
  });
  let width = 0;
  const parser = parse({
    bom: true,
    delimiter,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    on_record: (record: string[], { lines }) => {
      width = record.length;
      builder.add(record, lines);
      return null;
    },
  });
  try {
    await pipeline(source.rest(), parser.resume());
  } catch (error) {
    throw error instanceof CsvError ? csvFileError(source.path, error, width) : error;
  }
  return builder.finish();
}

function csvFileError(path: string, error: CsvError, width: number): FileError {
  const line = Number(error.lines);
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    const cells = (error.record as readonly string[]).length;
    return new FileError(
      path,
      `line ${line} has ${cells} cells; the lines before have ${width}`,
      'Every line needs the same number of cells; quote cells that contain the separator.',
      { cause: error },
    );
  }
  return new FileError(
    path,
    `line ${line} is not valid CSV (${error.message})`,
    'Close every quote, and double the quotes inside a quoted cell.',
    { cause: error },
  );
}
