/** CSV files (also with semicolons or tabs), read as a stream. Every refusal is for people. */
import { CsvError, parse } from 'csv-parse/browser/esm';
import type { Column, DataTable } from '../table.js';
import type { ReadOptions } from './mounted_file.js';

/** As many checkboxes as a page can hold. */
const MAX_COLUMNS = 4096;
/** Characters in one record; guards against a quote that never closes. */
const MAX_RECORD_CHARACTERS = 8 << 20;
/** Bytes looked at to tell text from other files, and which separator it uses. */
const HEAD_BYTES = 1 << 16;
const SEPARATORS = [',', ';', '\t'] as const;

/** What Number() takes is decimal notation, unless it is blank or has a prefix such as 0x. */
const NOT_DECIMAL = /^\s*$|[xob]/i;

/** The cell's finite number, or NaN. */
function parseDecimal(cell: string): number {
  const value = Number(cell);
  return Number.isFinite(value) && !NOT_DECIMAL.test(cell) ? value : Number.NaN;
}

/** A cell in quotes, cut where it is long. */
function quote(cell: string): string {
  return `“${cell.length > 40 ? `${cell.slice(0, 40)}…` : cell}”`;
}

/** Takes a column's cells in. The first line's is a name, or one more number: decided at the end. */
class ColumnBuilder {
  readonly #first: string;
  /** The numbers from the first line on; absent once a cell below it was none. */
  #values: Float64Array | undefined = new Float64Array(256);
  #filled = 1;
  #problem = '';

  constructor(first: string) {
    this.#first = first;
    this.#values![0] = parseDecimal(first);
  }

  get numeric(): boolean {
    return this.#values !== undefined;
  }

  get beginsWithNumber(): boolean {
    return !Number.isNaN(parseDecimal(this.#first));
  }

  add(cell: string, line: number): void {
    if (!this.#values) return;
    const value = parseDecimal(cell);
    if (Number.isNaN(value)) {
      this.#problem = `line ${line} ${cell.trim() === '' ? 'is empty' : `holds ${quote(cell)}`}`;
      this.#values = undefined;
      return;
    }
    if (this.#filled === this.#values.length) {
      const larger = new Float64Array(2 * this.#filled);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#filled++] = value;
  }

  build(position: number, header: boolean): Column {
    const name = (header && this.#first.trim()) || `column ${position + 1}`;
    if (!this.#values) return { name, problem: this.#problem };
    return { name, values: this.#values.slice(header ? 1 : 0, this.#filled) };
  }
}

/** Takes a file's lines in, all equally long. */
class TableBuilder {
  readonly #file: string;
  #columns: readonly ColumnBuilder[] = [];
  #lines = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Cells in each line so far. */
  get width(): number {
    return this.#columns.length;
  }

  add(cells: readonly string[], line: number): void {
    if (this.#lines++ === 0) {
      if (cells.length > MAX_COLUMNS) {
        throw new Error(
          `${this.#file} has ${cells.length} columns; this page takes at most ${MAX_COLUMNS}.`,
        );
      }
      this.#columns = cells.map((cell) => new ColumnBuilder(cell));
      return;
    }
    for (let j = 0; j < cells.length; j++) this.#columns[j].add(cells[j], line);
  }

  /** The first line names the columns unless it holds numbers, and no text above numbers. */
  #hasHeader(): boolean {
    const columns = this.#columns;
    return (
      !columns.some(({ beginsWithNumber }) => beginsWithNumber) ||
      columns.some(({ beginsWithNumber, numeric }) => numeric && !beginsWithNumber)
    );
  }

  /** @param read how the file is to be read */
  finish(read: {
    readonly separator: string;
    readonly encoding: string;
    readonly quoted: boolean;
  }): DataTable {
    const file = this.#file;
    if (this.#lines === 0) throw new Error(`${file} is empty; choose a file with rows of numbers.`);
    const header = this.#hasHeader();
    const rows = this.#lines - (header ? 1 : 0);
    if (rows === 0) throw new Error(`${file} has one line of text only, and no rows of numbers.`);
    const columns = this.#columns.map((column, position) => column.build(position, header));
    return { rows, columns, notes: [], format: { kind: 'csv', header, ...read } };
  }
}

/** The separator that the first line with text in it has most of, quoted cells aside. */
function findSeparator(head: string): (typeof SEPARATORS)[number] {
  const line = head
    .trimStart()
    .split(/[\r\n]/, 1)[0]
    .replace(/"[^"]*"/g, '');
  const count = (separator: string) => line.split(separator).length;
  return SEPARATORS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** The decoder for a file that begins with these bytes. Throws where they are no text. */
function findDecoder(file: string, head: Uint8Array): TextDecoder {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  if (head.includes(0)) {
    throw new Error(`${file} is not a text file; choose a CSV file (a spreadsheet can save one).`);
  }
  return new TextDecoder();
}

function explain(file: string, error: unknown, width: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = Number(error.lines);
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    const cells = (error.record as readonly string[]).length;
    return new Error(
      `${file}: line ${line} has ${cells} ${cells === 1 ? 'cell' : 'cells'}, but the lines before it have ${width}; all need the same number.`,
    );
  }
  return new Error(
    `${file}: a quote that begins on or before line ${line} is not closed properly.`,
  );
}

/**
 * Reads a file whole. Columns of numbers become typed columns; every other one says why it is none.
 *
 * @throws Error with one sentence for people; the signal's reason when cancelled
 */
export async function readCsv(file: File, { signal, onProgress }: ReadOptions): Promise<DataTable> {
  const builder = new TableBuilder(file.name);
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    const decoder = findDecoder(file.name, head);
    const separator = findSeparator(decoder.decode(head));
    const parser = parse({
      bom: true,
      delimiter: separator,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      on_record: (record: string[], { lines }) => {
        builder.add(record, lines);
        return null;
      },
    });
    const failed = new Promise<never>((_, reject) => parser.once('error', reject));
    const ended = new Promise<void>((resolve) => parser.once('end', resolve));
    failed.catch(() => undefined);
    parser.resume();
    const write = (text: string) =>
      Promise.race([
        failed,
        new Promise<void>((written) =>
          parser.write(text, () => {
            written();
          }),
        ),
      ]);
    let value = 0;
    let quoted = false;
    for (const reader = file.stream().getReader(); ;) {
      const { done, value: bytes } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      const text = decoder.decode(bytes, { stream: true });
      quoted ||= text.includes('"');
      await write(text);
      value += bytes.length;
      onProgress({ value, max: file.size, text: `Reading ${file.name}` });
    }
    parser.end(decoder.decode());
    await Promise.race([failed, ended]);
    return builder.finish({ separator, encoding: decoder.encoding, quoted });
  } catch (error) {
    throw explain(file.name, error, builder.width);
  }
}
