/** JSON lines and JSON: rows as arrays of numbers, or as flat objects of one set of fields. */
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import { TableBuilder } from './table_builder.js';
import type { ByteSource } from './byte_source.js';
import type { Table } from './table.js';

/** One JSON document is parsed whole, at several times its size in memory. */
const MAX_JSON_BYTES = 256 << 20;
const MAX_LINE_CHARACTERS = 8 << 20;

/** What makes a number of a cell; NaN where it is none. */
type Parse = (cell: unknown) => number;

const finiteNumber: Parse = (cell) =>
  typeof cell === 'number' && Number.isFinite(cell) ? cell : Number.NaN;

/** One row a line; empty lines are skipped. */
export async function readJsonLines(
  source: ByteSource,
  columns: readonly string[] | undefined,
  parse = finiteNumber,
): Promise<Table> {
  const rows = new JsonRows(source.path, 'line', columns, parse);
  let line = 0;
  for await (const text of lines(source)) {
    line++;
    if (text.trim() !== '') rows.add(parseJson(source.path, text, `line ${line}`), line);
  }
  return rows.finish();
}

/** One array of rows. */
export async function readJson(
  source: ByteSource,
  columns: readonly string[] | undefined,
  parse = finiteNumber,
): Promise<Table> {
  const { path } = source;
  let text = '';
  for await (const part of decoded(source)) {
    text += part;
    if (text.length > MAX_JSON_BYTES) {
      throw new FileError(
        path,
        `it is longer than ${MAX_JSON_BYTES >> 20} MiB, the most that is read as one JSON document`,
        'Write one row a line (.jsonl), or save it as .npy or .parquet.',
      );
    }
  }
  const document = parseJson(path, text, 'the document');
  if (!Array.isArray(document)) {
    throw new FileError(
      path,
      'the document is not an array',
      'Give an array of rows, such as [[1, 2], [3, 4]], or one row a line in a .jsonl file.',
    );
  }
  const rows = new JsonRows(path, 'row', columns, parse);
  document.forEach((row: unknown, i) => {
    rows.add(row, i);
  });
  return rows.finish();
}

/** Checks that all rows have the form of the first, and hands their cells to a TableBuilder. */
class JsonRows {
  readonly #path: string;
  readonly #unit: 'line' | 'row';
  readonly #wanted: readonly string[] | undefined;
  readonly #parse: Parse;
  /** The first row's fields, or its length when it is an array. */
  #form: readonly string[] | number | undefined;
  #builder: TableBuilder<unknown> | undefined;

  constructor(
    path: string,
    unit: 'line' | 'row',
    wanted: readonly string[] | undefined,
    parse: Parse,
  ) {
    this.#path = path;
    this.#unit = unit;
    this.#wanted = wanted;
    this.#parse = parse;
  }

  add(row: unknown, at: number): void {
    if (typeof row !== 'object' || row === null) {
      throw this.#badRow(
        at,
        `is ${JSON.stringify(row).slice(0, 40)}, neither an array nor an object`,
      );
    }
    this.#form ??= Array.isArray(row) ? row.length : Object.keys(row);
    this.#builder ??= new TableBuilder<unknown>({
      path: this.#path,
      unit: this.#unit,
      wanted: this.#wanted,
      names: typeof this.#form === 'number' ? 'none' : this.#form,
      parse: this.#parse,
      isEmpty: (cell) => cell === null || cell === undefined,
    });
    this.#builder.add(this.#cells(row, at, this.#form), at);
  }

  finish(): Table {
    if (this.#builder) return this.#builder.finish();
    throw new FileError(this.#path, 'it holds no rows', 'Give a file with at least one row.');
  }

  #cells(row: object, at: number, form: readonly string[] | number): readonly unknown[] {
    if (typeof form === 'number') {
      if (!Array.isArray(row))
        throw this.#badRow(at, 'is an object, but the first row is an array');
      if (row.length !== form) {
        throw this.#badRow(
          at,
          `has ${row.length} ${plural(row.length, 'number')}, but the first row has ${form}`,
        );
      }
      return row;
    }
    if (Array.isArray(row)) throw this.#badRow(at, 'is an array, but the first row is an object');
    const fields = new Map<string, unknown>(Object.entries(row));
    if (this.#wanted === undefined && fields.size > form.length) {
      const extra = [...fields.keys()].find((name) => !form.includes(name));
      throw this.#badRow(at, `has a field ${JSON.stringify(extra)} that the first row lacks`);
    }
    return form.map((name) => fields.get(name));
  }

  #badRow(at: number, what: string): FileError {
    return new FileError(
      this.#path,
      `${this.#unit} ${at} ${what}`,
      'Give every row the same form: an array of numbers, or an object with the same fields.',
    );
  }
}

function parseJson(path: string, text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new FileError(
      path,
      `${what} is not valid JSON (${(error as Error).message})`,
      'Correct it; numbers need digits (no NaN), names need double quotes.',
      { cause: error },
    );
  }
}

/** The source as text, in blocks. Throws FileError where it is not UTF-8. */
async function* decoded(source: ByteSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (block?: Buffer): string => {
    try {
      return decoder.decode(block, { stream: block !== undefined });
    } catch (error) {
      throw new FileError(source.path, 'it is not UTF-8 text', 'Save it as UTF-8.', {
        cause: error,
      });
    }
  };
  for await (const block of source.rest()) yield decode(block);
  yield decode();
}

async function* lines(source: ByteSource): AsyncGenerator<string> {
  let line = 0;
  let open = '';
  for await (const text of decoded(source)) {
    const parts = (open + text).split('\n');
    open = parts.pop() ?? '';
    for (const part of parts) {
      line++;
      yield part;
    }
    if (open.length > MAX_LINE_CHARACTERS) {
      throw new FileError(
        source.path,
        `line ${line + 1} is longer than ${MAX_LINE_CHARACTERS} characters`,
        'Write one row a line, or give a single JSON document the extension .json.',
      );
    }
  }
  yield open;
}
