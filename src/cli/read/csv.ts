/** CSV and TSV, streamed through csv-parse. */
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import { describeDialect, type Dialect, findDialect, numberParser } from './dialect.js';
import { type ColumnChoice, TableBuilder } from './table_builder.js';
import type { ByteSource } from './byte_source.js';
import { type Encoding, openText } from './text.js';
import type { Table } from './table.js';

/** Characters in one record; guards against a quote that never closes. */
const MAX_RECORD_CHARACTERS = 8 << 20;

/** How a file was written, for whoever reads it again. */
export interface CsvWriting extends Dialect {
  readonly encoding: Encoding;
  /** Whether the first row names the columns. */
  readonly header: boolean;
  /** Whether there are quotes in it. */
  readonly quoted: boolean;
}

export interface CsvOptions extends ColumnChoice {
  /** What parts the cells where the text does not tell. */
  readonly usual: ',' | '\t';
  /** Whether the first line names the columns; found out when undefined. */
  readonly header: boolean | undefined;
  /** What makes a number of a cell, NaN where it is none; by the text's own notation when undefined. */
  readonly parse?: ((cell: string) => number) | undefined;
  /** Told how the file was written, once it is read. */
  readonly onRead?: (writing: CsvWriting) => void;
}

/** What spreadsheets, databases, R and Python write for nothing. */
const MISSING = /^\s*(?:n\/?a|#n\/a|nan|null|none|[-?.])?\s*$/i;

/** Records become typed columns by position; no object is ever keyed by a header. */
export async function readCsv(source: ByteSource, options: CsvOptions): Promise<Table> {
  const { usual, header, onRead, ...choice } = options;
  const { head, blocks, encoding, notes } = await openText(source);
  const dialect = findDialect(head, usual);
  const builder = new TableBuilder<string>({
    ...choice,
    path: source.path,
    unit: 'line',
    names: header === undefined ? 'detect' : header ? 'first-row' : 'none',
    parse: options.parse ?? numberParser(dialect),
    isEmpty: (cell) => cell.trim() === '',
    isMissing: (cell) => MISSING.test(cell),
    textOf: (cell) => cell,
    share: () => source.share,
    notes: [...notes, ...describeDialect(dialect, usual)],
  });
  let width = 0;
  let quoted = false;
  async function* watched() {
    for await (const block of blocks) {
      quoted ||= block.includes('"');
      yield block;
    }
  }
  const parser = parse({
    ...{ bom: true, delimiter: dialect.delimiter, from_line: 1 + dialect.skip },
    // The first row's own line ends would not fit all of a file that several programs wrote.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    // Blanks around a quoted cell.
    trim: dialect.delimiter !== '\t',
    max_record_size: MAX_RECORD_CHARACTERS,
    on_record: (record: string[], { lines }) => {
      width = record.length;
      builder.add(record, lines);
      return null;
    },
  });
  try {
    await pipeline(watched(), parser.resume());
  } catch (error) {
    throw error instanceof CsvError ? csvFileError(source.path, error, width) : error;
  }
  const table = builder.finish();
  onRead?.({ ...dialect, encoding, quoted, header: builder.hasHeader });
  return table;
}

function csvFileError(path: string, error: CsvError, width: number): FileError {
  const line = Number(error.lines);
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    const cells = (error.record as readonly string[]).length;
    return new FileError(
      path,
      `line ${line} has ${cells} ${plural(cells, 'cell')}; the lines before have ${width}`,
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
