/** JSON lines and JSON: rows as arrays of numbers, or as flat objects of one set of fields. */
import { FileError } from '../errors.js';
import type { ByteSource } from './byte_source.js';
import { RecordRows, type RecordOptions } from './records.js';
import type { Table } from './table.js';
import { openText } from './text.js';

/** One JSON document is parsed whole, at several times its size in memory. */
const MAX_JSON_BYTES = 256 << 20;
const MAX_LINE_CHARACTERS = 8 << 20;

/** One row a line; empty lines are skipped. */
export async function readJsonLines(source: ByteSource, options: RecordOptions): Promise<Table> {
  const rows = new RecordRows(source.path, 'line', options);
  let line = 0;
  for await (const text of lines(source)) {
    line++;
    if (text.trim() !== '') rows.add(parseJson(source.path, text, `line ${line}`), line);
  }
  return rows.finish();
}

/** One array of rows. */
export async function readJson(source: ByteSource, options: RecordOptions): Promise<Table> {
  const { path } = source;
  let text = '';
  for await (const part of (await openText(source, true)).blocks) {
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
  const rows = new RecordRows(path, 'row', options);
  document.forEach((row: unknown, i) => {
    rows.add(row, i);
  });
  return rows.finish();
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

async function* lines(source: ByteSource): AsyncGenerator<string> {
  let line = 0;
  let open = '';
  for await (const text of (await openText(source, true)).blocks) {
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
