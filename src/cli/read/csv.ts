/** CSV and TSV: lines without quotes are taken apart here, the rest from the first quote on by csv-parse. */
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
  let width: number | undefined;
  const take = (cells: string[], line: number): void => {
    width ??= cells.length;
    if (cells.length !== width) throw unevenError(source.path, line, cells.length, width);
    builder.add(cells, line);
  };
  const quoted = await readLines(blocks, dialect, take, source.path);
  const table = builder.finish();
  onRead?.({ ...dialect, encoding, quoted, header: builder.hasHeader });
  return table;
}

const LINE_END = /\r\n|\n|\r/;

/**
 * Takes each record with the number of its line; an empty line is none. What csv-parse makes of lines without quotes
 * is what a split makes of them, which takes a quarter of the time.
 *
 * @returns whether there are quotes
 */
async function readLines(
  blocks: AsyncGenerator<string>,
  { delimiter, skip }: Dialect,
  take: (cells: string[], line: number) => void,
  path: string,
): Promise<boolean> {
  const isTrimmed = delimiter !== '\t';
  let line = 0;
  // A line whose end has not come yet.
  let begun = '';
  const takeLine = (text: string): void => {
    line++;
    if (line <= skip || (isTrimmed ? text.trim() : text) === '') return;
    const cells = text.split(delimiter);
    take(isTrimmed && /\s/.test(text) ? cells.map((cell) => cell.trim()) : cells, line);
  };
  // By hand: a loop over the blocks would end them where it hands on the rest.
  for (let read = await blocks.next(); !read.done; read = await blocks.next()) {
    const block = read.value;
    if (block.includes('"') || begun.length > MAX_RECORD_CHARACTERS) {
      return readQuoted(begun + block, blocks, { delimiter, skip }, line, take, path);
    }
    const text = begun + block;
    // Behind its last character there may be the other half of a line's end.
    const held = text.endsWith('\r') ? '\r' : '';
    const whole = held === '' ? text : text.slice(0, -1);
    const lines = whole.split(whole.includes('\r') ? LINE_END : '\n');
    begun = lines.pop()! + held;
    for (const one of lines) takeLine(one);
  }
  if (begun !== '') takeLine(begun.replace(LINE_END, ''));
  return false;
}

/**
 * The same by csv-parse.
 *
 * @param begun what was read of `blocks` already, from the first of the lines that were not taken yet
 * @param before how many lines were
 */
async function readQuoted(
  begun: string,
  blocks: AsyncGenerator<string>,
  { delimiter, skip }: Pick<Dialect, 'delimiter' | 'skip'>,
  before: number,
  take: (cells: string[], line: number) => void,
  path: string,
): Promise<boolean> {
  let quoted = begun.includes('"');
  async function* rest() {
    yield begun;
    for await (const block of blocks) {
      quoted ||= block.includes('"');
      yield block;
    }
  }
  const parser = parse({
    ...{ delimiter, from_line: 1 + Math.max(0, skip - before) },
    // The first row's own line ends would not fit all of a file that several programs wrote.
    record_delimiter: ['\r\n', '\n', '\r'],
    ...{ skip_empty_lines: true, relax_column_count: true },
    // Blanks around a quoted cell.
    trim: delimiter !== '\t',
    max_record_size: MAX_RECORD_CHARACTERS,
    on_record: (record: string[], { lines }) => {
      take(record, before + lines);
      return null;
    },
  });
  try {
    await pipeline(rest(), parser.resume());
  } catch (error) {
    throw error instanceof CsvError ? csvFileError(path, error, before) : error;
  }
  return quoted;
}

function unevenError(path: string, line: number, cells: number, width: number): FileError {
  return new FileError(
    path,
    `line ${line} has ${cells} ${plural(cells, 'cell')}; the lines before have ${width}`,
    'Every line needs the same number of cells; quote cells that contain the separator.',
  );
}

function csvFileError(path: string, error: CsvError, before: number): FileError {
  // Its own number of the line counts from where it began.
  const message = error.message.replace(/,? at line \d+/, '');
  return new FileError(
    path,
    `line ${before + Number(error.lines)} is not valid CSV (${message})`,
    'Close every quote, and double the quotes inside a quoted cell.',
    { cause: error },
  );
}
