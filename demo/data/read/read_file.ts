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

const readImage: Reader = async (file, options) => {
  const image = await import('./image.js');
  return image.readImage(file, options);
};

/** What the command line's readers are asked for here: all that is there, as columns are chosen later. */
const ALL = { missing: true, texts: true };

/** A table of the command line's, with what code needs to know of its file where a reader tells that. */
interface Found {
  readonly table: Table;
  readonly format?: FileFormat | undefined;
}

/** A reader of the command line's, which finds the file under its name. */
function commandLineReader(
  read: (path: string, source: ByteSource) => Promise<Found>,
  formatOf: (head: string) => FileFormat | undefined = () => undefined,
): Reader {
  return (file, options) =>
    withMountedFile(file, options, async (path) => {
      const { provideBuffer } = await import('./node/globals.js');
      provideBuffer();
      const { ByteSource } = await import('../../../src/cli/read/byte_source.js');
      const source = await ByteSource.open(path);
      try {
        const found = await read(path, source);
        const table = await fromTable(path, found.table);
        const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
        const format = source.gzipped
          ? undefined
          : (found.format ?? formatOf(String.fromCharCode(...head)));
        // Code would have to do what is done about missing cells.
        const isWhole = !table.columns.some(({ values }) => values?.some(Number.isNaN));
        return format && isWhole ? { ...table, format } : table;
      } finally {
        source.close();
      }
    });
}

const csvReader = (usual: ',' | '\t') =>
  commandLineReader(async (path, source) => {
    const { readCsv } = await import('../../../src/cli/read/csv.js');
    // A text has no zero bytes but those of UTF-16, which come in every other place.
    const start = await source.peek(4);
    if (!isText.test(path) && start.includes(0) && start[0] !== 0xff && start[0] !== 0xfe) {
      throw new FileError(
        path,
        'neither its name nor its first bytes tell what it is',
        'Choose a table or a picture; a spreadsheet can save a CSV file.',
      );
    }
    let format: FileFormat | undefined;
    const table = await readCsv(source, {
      ...{ ...ALL, usual, header: undefined },
      onRead: ({ delimiter, decimal, thousands, ...writing }) => {
        if (decimal === ',' || thousands !== undefined) return;
        format = { kind: 'csv', separator: delimiter, ...writing };
      },
    });
    return { table, format };
  });

const isText = /\.(?:csv|tsv|tab|txt)(?:\.gz)?$/i;
const readCsv = csvReader(',');
const readNpy = commandLineReader(
  async (_, source) => {
    const npy = await import('../../../src/cli/read/npy.js');
    return { table: await npy.readNpy(source) };
  },
  (head) =>
    head.startsWith('\x93NUMPY\x01') &&
    /'descr': '[<|]/.test(head) &&
    head.includes(`'fortran_order': False`)
      ? { kind: 'npy' }
      : undefined,
);
const readIdx = commandLineReader(async (_, source) => {
  const idx = await import('../../../src/cli/read/idx.js');
  return { table: await idx.readIdx(source) };
});
const readJson = commandLineReader(
  async (_, source) => {
    const json = await import('../../../src/cli/read/json.js');
    return { table: await json.readJson(source, ALL) };
  },
  (head) => ({ kind: 'json', named: /^\s*\[\s*\{/.test(head) }),
);
const readJsonLines = commandLineReader(
  async (_, source) => {
    const json = await import('../../../src/cli/read/json.js');
    return { table: await json.readJsonLines(source, ALL) };
  },
  (head) => ({ kind: 'jsonl', named: head.trimStart().startsWith('{') }),
);
const readParquet = commandLineReader(
  async (path) => {
    const parquet = await import('../../../src/cli/read/parquet.js');
    return { table: await parquet.readParquet(path, ALL) };
  },
  () => ({ kind: 'parquet' }),
);

const readNpz = commandLineReader(async (_, source) => {
  const npz = await import('../../../src/cli/read/npz.js');
  return { table: await npz.readNpz(source) };
});
const readArrow = commandLineReader(async (_, source) => {
  const arrow = await import('../../../src/cli/read/arrow.js');
  const written: { isCompressed?: boolean } = {};
  const onRead = (how: { readonly isCompressed: boolean }) => Object.assign(written, how);
  const table = await arrow.readArrow(source, { ...ALL, onRead });
  // Code would have to bring its own codec.
  return { table, format: written.isCompressed ? undefined : { kind: 'arrow' } };
});

const BY_EXTENSION: readonly (readonly [RegExp, Reader])[] = [
  [/\.(?:csv|txt)(?:\.gz)?$/i, readCsv],
  [/\.(?:tsv|tab)(?:\.gz)?$/i, csvReader('\t')],
  [/\.npy(?:\.gz)?$/i, readNpy],
  [/\.npz$/i, readNpz],
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

/** The command line's table, column by column, in the file's order. */
async function fromTable(path: string, table: Table): Promise<DataTable> {
  const { rowNumbers } = await import('../../../src/cli/prepare.js');
  const {
    data,
    shape: [n, d],
    columns,
    texts = [],
    names = columns,
    notes,
  } = table;
  if (d > MAX_COLUMNS) {
    throw new FileError(
      path,
      `it has ${d} columns; this page takes at most ${MAX_COLUMNS}`,
      'Take fewer columns, or use the command line.',
    );
  }
  const counters = table.image ? [] : rowNumbers(table);
  const numbers = (name: string, j: number): Column => {
    const values: Numbers =
      data instanceof Float32Array ? new Float32Array(n) : new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = data[i * d + j];
    const column = numberColumn(name, values, true);
    return counters.includes(name) ? { ...column, aside: 'name' } : column;
  };
  const called = (name: string, position: number) => name.trim() || `column ${position + 1}`;
  const all = names.flatMap((name, position): Column[] => {
    const j = columns.indexOf(name);
    if (j >= 0) return [{ ...numbers(name, j), name: called(name, position) }];
    const column = texts.find((text) => text.name === name);
    if (!column) return [];
    const filled = column.values.filter((value) => value.trim() !== '');
    const shown = filled.find((value) => Number.isNaN(Number(value))) ?? filled.at(0);
    const problem = shown === undefined ? 'it is empty' : `it holds “${shown.slice(0, 40)}”`;
    return [{ name: called(name, position), problem, texts: column }];
  });
  return { rows: n, columns: all, notes };
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
 * Reads a file whole: CSV, TSV, JSON, JSON lines, NPY, NPZ, Parquet, Arrow, IDX or an image; told by its
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
