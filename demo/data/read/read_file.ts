/** Reads whatever a visitor brings. Every refusal is a sentence for people. */
import { FileError } from '../../../src/cli/errors.js';
import type { ByteSource } from '../../../src/cli/read/byte_source.js';
import type { Table } from '../../../src/cli/read/table.js';
import {
  type Column,
  type DataTable,
  type FileFormat,
  type Numbers,
  numberColumn,
} from '../table.js';
import { type ReadOptions, withMountedFile } from './mounted_file.js';

type Reader = (file: File, options: ReadOptions) => Promise<DataTable>;

/** As many checkboxes as a page can hold. */
const MAX_COLUMNS = 4096;
const MAGIC_BYTES = 12;
/** Enough to tell how a file's rows are written. */
const HEAD_BYTES = 200;

const readCsv: Reader = async (file, options) => {
  const csv = await import('./csv.js');
  return csv.readCsv(file, options);
};

const readImage: Reader = async (file, options) => {
  const image = await import('./image.js');
  return image.readImage(file, options);
};

const readArrow: Reader = async (file, options) => {
  const arrow = await import('./arrow.js');
  return arrow.readArrow(file, options);
};

/** A reader of the command line's, which finds the file under its name. */
function commandLineReader(
  load: () => Promise<(path: string, source: ByteSource) => Promise<Table>>,
  formatOf: (head: string) => FileFormat | undefined = () => undefined,
): Reader {
  return (file, options) =>
    withMountedFile(file, options, async (path) => {
      const { provideBuffer } = await import('./node/globals.js');
      provideBuffer();
      const read = await load();
      const { ByteSource } = await import('../../../src/cli/read/byte_source.js');
      const source = await ByteSource.open(path);
      try {
        const table = fromTable(path, await read(path, source));
        const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
        const format = source.gzipped ? undefined : formatOf(String.fromCharCode(...head));
        return format ? { ...table, format } : table;
      } finally {
        source.close();
      }
    });
}

const readNpy = commandLineReader(
  async () => {
    const npy = await import('../../../src/cli/read/npy.js');
    return (_, source) => npy.readNpy(source);
  },
  (head) =>
    head.startsWith('\x93NUMPY\x01') &&
    /'descr': '[<|]/.test(head) &&
    head.includes(`'fortran_order': False`)
      ? { kind: 'npy' }
      : undefined,
);
const readIdx = commandLineReader(async () => {
  const idx = await import('../../../src/cli/read/idx.js');
  return (_, source) => idx.readIdx(source);
});
const readJson = commandLineReader(
  async () => {
    const json = await import('../../../src/cli/read/json.js');
    return (_, source) => json.readJson(source, {});
  },
  (head) => ({ kind: 'json', named: /^\s*\[\s*\{/.test(head) }),
);
const readJsonLines = commandLineReader(
  async () => {
    const json = await import('../../../src/cli/read/json.js');
    return (_, source) => json.readJsonLines(source, {});
  },
  (head) => ({ kind: 'jsonl', named: head.trimStart().startsWith('{') }),
);
const readParquet = commandLineReader(
  async () => {
    const parquet = await import('../../../src/cli/read/parquet.js');
    return (path) => parquet.readParquet(path, {});
  },
  () => ({ kind: 'parquet' }),
);

const BY_EXTENSION: readonly (readonly [RegExp, Reader])[] = [
  [/\.(?:csv|tsv|tab|txt)$/i, readCsv],
  [/\.npy(?:\.gz)?$/i, readNpy],
  [/\.json(?:\.gz)?$/i, readJson],
  [/\.(?:jsonl|ndjson)(?:\.gz)?$/i, readJsonLines],
  [/\.(?:parquet|pq)$/i, readParquet],
  [/\.(?:arrow|arrows|feather|ipc)$/i, readArrow],
  [/(?:\.idx\d?|-ubyte)(?:\.gz)?$/i, readIdx],
  [/\.(?:png|jpe?g|webp|gif|avif|bmp)$/i, readImage],
];

/** How files of other names begin. */
const BY_MAGIC: readonly (readonly [string, Reader])[] = [
  ['\x93NUMPY', readNpy],
  ['PAR1', readParquet],
  ['ARROW1', readArrow],
  ['\x89PNG', readImage],
  ['\xff\xd8\xff', readImage],
  ['GIF8', readImage],
];

async function readerFor(file: File): Promise<Reader> {
  const known = BY_EXTENSION.find(([pattern]) => pattern.test(file.name));
  if (known) return known[1];
  if (file.type.startsWith('image/')) return readImage;
  const start = new Uint8Array(await file.slice(0, MAGIC_BYTES).arrayBuffer());
  const text = String.fromCharCode(...start);
  return BY_MAGIC.find(([magic]) => text.startsWith(magic))?.[1] ?? readCsv;
}

/** The command line's table, column by column. */
function fromTable(path: string, { data, shape: [n, d], columns, notes }: Table): DataTable {
  if (d > MAX_COLUMNS) {
    throw new FileError(
      path,
      `it has ${d} columns; this page takes at most ${MAX_COLUMNS}`,
      'Take fewer columns, or use the command line.',
    );
  }
  const split = columns.map((name, j): Column => {
    const values: Numbers =
      data instanceof Float32Array ? new Float32Array(n) : new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = data[i * d + j];
    return numberColumn(name, values);
  });
  return { rows: n, columns: split, notes };
}

/** What a browser's own errors on reading mean to the owner of the file. */
function explain(file: File, error: unknown): unknown {
  const { name, message } = error as Error;
  if (error instanceof RangeError || name === 'NotReadableError') {
    return new Error(
      `${file.name} could not be read, or does not fit into memory; try a smaller file.`,
    );
  }
  if (name === 'NotFoundError') {
    return new Error(`${file.name} could not be read; is it a folder, or was it moved?`);
  }
  // Here columns are chosen on the page.
  return error instanceof FileError
    ? new Error(message.replace(', or name the columns to use with --columns', ''))
    : error;
}

/**
 * Reads a file whole: CSV, TSV, JSON, JSON lines, NPY, Parquet, Arrow, IDX or an image; told by its
 * name, else by its first bytes.
 *
 * @throws Error with a sentence or two for people; the signal's reason when cancelled
 */
export async function readFile(file: File, options: ReadOptions): Promise<DataTable> {
  try {
    const read = await readerFor(file);
    const table = await read(file, options);
    options.signal.throwIfAborted();
    if (!table.columns.some(({ values }) => values)) {
      const [{ name, problem = '' }] = table.columns;
      throw new Error(
        `${file.name} has no column that holds only numbers: in column “${name}”, ${problem}.`,
      );
    }
    return table;
  } catch (error) {
    throw explain(file, error);
  }
}
