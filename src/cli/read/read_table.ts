/** One entry to all readers: the format is told by the extension, else by the first bytes. */
import { plural } from '../../errors.js';
import { asFileError, FileError } from '../errors.js';
import { ByteSource, isStandardInput } from './byte_source.js';
import { classNumbers } from './class_numbers.js';
import { readCifar } from './cifar.js';
import { readCsv } from './csv.js';
import { isIdx, readIdx } from './idx.js';
import { readJson, readJsonLines } from './json.js';
import { ARROW_MAGIC, beginsWith, NPY_MAGIC, PARQUET_MAGIC } from './magic.js';
import { readNpy } from './npy.js';
import { readNpz } from './npz.js';
import { pickColumns, type Table } from './table.js';
import type { ColumnChoice } from './table_builder.js';

export type { ImageShape, Table } from './table.js';

export interface ReadOptions extends ColumnChoice {
  /** A file of one column of whole numbers >= 0, the true class of each row; any format. */
  readonly labels?: string | undefined;
  /** Whether the first line of a CSV or TSV file names the columns; found out by default. */
  readonly header?: boolean | undefined;
  /**
   * The columns hold classes, by any names: they are numbered as they first occur. A CSV or TSV file
   * names its columns in its first line.
   */
  readonly classes?: boolean | undefined;
}

type Format =
  'csv' | 'tsv' | 'json' | 'jsonl' | 'npy' | 'npz' | 'parquet' | 'arrow' | 'idx' | 'cifar';

const EXTENSIONS: readonly (readonly [RegExp, Format])[] = [
  [/\.csv$/i, 'csv'],
  [/\.(?:tsv|tab)$/i, 'tsv'],
  [/\.json$/i, 'json'],
  [/\.(?:jsonl|ndjson)$/i, 'jsonl'],
  [/\.npy$/i, 'npy'],
  [/\.npz$/i, 'npz'],
  [/\.(?:parquet|pq)$/i, 'parquet'],
  [/\.(?:arrow|arrows|feather|ipc)$/i, 'arrow'],
  [/(?:\.idx\d?|-ubyte)$/i, 'idx'],
  [/\.bin$/i, 'cifar'],
];

/**
 * Reads a file of points: CSV (.csv), TSV (.tsv), JSON (.json), JSON lines (.jsonl, .ndjson), NPY
 * (.npy), NPZ (.npz), Parquet (.parquet), Arrow (.arrow, .feather), IDX (MNIST) or CIFAR-10 batches (.bin).
 * All but Parquet and CIFAR-10 may be gzipped (.gz).
 *
 * @throws FileError, naming the file, what is wrong with it and what to do
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const table = await readPoints(path, options);
  if (options.labels === undefined) return table;
  return { ...table, labels: await readLabels(options.labels, path, table.shape[0]) };
}

async function readPoints(
  path: string,
  { header, classes, columns, missing, texts, encode }: ReadOptions,
): Promise<Table> {
  const choice = { columns, missing, texts, encode };
  let source: ByteSource | undefined;
  try {
    source = await ByteSource.open(path);
    const format = formatOf(path, await source.peek(6));
    const parse = classes ? classNumbers() : undefined;
    switch (format) {
      case 'csv':
      case 'tsv':
        return await readCsv(source, {
          ...choice,
          usual: format === 'csv' ? ',' : '\t',
          header: classes ? true : header,
          parse,
        });
      case 'json':
        return await readJson(source, { ...choice, parse });
      case 'jsonl':
        return await readJsonLines(source, { ...choice, parse });
      // Libraries of some hundred files, which no other format waits for.
      case 'parquet': {
        const { readParquet } = await import('./parquet.js');
        return await readParquet(path, choice);
      }
      case 'arrow': {
        const { readArrow } = await import('./arrow.js');
        return await readArrow(source, { ...choice, parse });
      }
      default: {
        const read = { npy: readNpy, npz: readNpz, idx: readIdx, cifar: readCifar }[format];
        const table = await read(source);
        return columns ? pickColumns(path, table, columns) : table;
      }
    }
  } catch (error) {
    throw asFileError(path, error, 'read');
  } finally {
    source?.close();
  }
}

function formatOf(path: string, start: Buffer): Format {
  const name = path.replace(/\.gz$/i, '');
  const known = EXTENSIONS.find(([pattern]) => pattern.test(name));
  if (known) return known[1];
  if (beginsWith(start, NPY_MAGIC)) return 'npy';
  if (beginsWith(start, PARQUET_MAGIC)) return 'parquet';
  if (beginsWith(start, ARROW_MAGIC)) return 'arrow';
  if (isIdx(start)) return 'idx';
  if (isStandardInput(path)) {
    const first = start.toString('latin1').trimStart().at(0);
    return first === '{' ? 'jsonl' : first === '[' ? 'json' : 'csv';
  }
  throw new FileError(
    path,
    'neither its extension nor its first bytes tell its format',
    'Give it one of the extensions .csv, .tsv, .json, .jsonl, .npy, .npz, .parquet, .arrow, .idx (MNIST) or .bin (CIFAR-10).',
  );
}

async function readLabels(path: string, pointsPath: string, n: number): Promise<Uint32Array> {
  const { data, shape } = await readPoints(path, {});
  if (shape[1] !== 1 || shape[0] !== n) {
    throw new FileError(
      path,
      `it holds ${shape[0]} ${plural(shape[0], 'row')} of ${shape[1]} ${plural(shape[1], 'number')}; labels for ${pointsPath} are ${n} ${plural(n, 'row')} of one`,
      'Give the labels file that belongs to these points.',
    );
  }
  const wrong = data.findIndex(
    (label) => !Number.isInteger(label) || label < 0 || label >= 2 ** 32,
  );
  if (wrong >= 0) {
    throw new FileError(
      path,
      `the label of row ${wrong} is ${data[wrong]}; labels are whole numbers >= 0`,
      'Number the classes from 0.',
    );
  }
  return Uint32Array.from(data);
}
