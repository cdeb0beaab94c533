/** Files of rows in shards: what a coordinator finds out of them, and what a worker reads. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { plural } from '../../errors.js';
import { isObject, type ShardRows } from '../../shard/index.js';
import { asFileError, FileError } from '../errors.js';
import { ByteSource } from '../read/byte_source.js';
import { elementBytes, type ElementType, readElements } from '../read/elements.js';
import { readNpyHeader } from '../read/npy.js';

/** A shard as a coordinator tells workers of it. Paths are absolute, for workers to see the same files. */
export interface DescribedShard {
  readonly path: string;
  /** Of the file, so that a worker notices another one. */
  readonly size: number;
  /** Columns of a Parquet file to use; all numeric ones when absent. */
  readonly names?: readonly string[];
  /** Where the numbers of the file begin, and what they are; absent of Parquet. */
  readonly numbers?: {
    readonly offset: number;
    readonly type: ElementType;
    readonly littleEndian: boolean;
  };
  /** Its rows in the file. */
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  /** Of its first row among all. */
  readonly start: number;
  readonly index: number;
}

export interface Sources {
  readonly shards: readonly DescribedShard[];
  readonly shape: readonly [rows: number, columns: number];
  readonly files: readonly string[];
  /** When each file was last written to, in milliseconds. */
  readonly modified: readonly number[];
}

interface SourceOptions {
  /** Rows of a shard at most. */
  readonly shardRows: number;
  readonly columns?: readonly string[] | undefined;
  /** Numbers in a row of float32 files. */
  readonly width?: number | undefined;
}

type Found = Pick<DescribedShard, 'path' | 'size' | 'names' | 'numbers' | 'rows' | 'columns'>;

/**
 * The shards of a file, or of the files that a pattern (* and ? in the last part) names, in the order of their
 * names. A file is cut into as few shards of equal size as there may be.
 *
 * @throws FileError
 */
export async function sourcesOf(pattern: string, options: SourceOptions): Promise<Sources> {
  const files = await filesOf(pattern);
  const shards: DescribedShard[] = [];
  let start = 0;
  let columns: number | undefined;
  const modified: number[] = [];
  for (const file of files) {
    const found = await inspect(file, options);
    modified.push((await stat(file)).mtimeMs);
    columns ??= found.columns;
    if (found.columns !== columns) {
      throw new FileError(
        file,
        `it has ${found.columns} ${plural(found.columns, 'column')}, but ${files[0]} has ${columns}`,
        'Give files of one width.',
      );
    }
    const parts = Math.ceil(found.rows / options.shardRows);
    for (let part = 0; part < parts; part++) {
      const first = Math.floor((part * found.rows) / parts);
      const rows = Math.floor(((part + 1) * found.rows) / parts) - first;
      shards.push({ ...found, first, rows, start, index: shards.length });
      start += rows;
    }
  }
  return { shards, shape: [start, columns ?? 0], files, modified };
}

/** Throws FileError where a file was written to since it was looked at: shards may be of both. */
export async function refuseChanged({ files, modified }: Sources): Promise<void> {
  for (const [i, file] of files.entries()) {
    const now = await stat(file).catch((error: unknown) => {
      throw asFileError(file, error, 'read');
    });
    if (now.mtimeMs === modified[i]) continue;
    throw new FileError(
      file,
      'it was written to while its rows were fitted',
      'Fit it again, and leave it as it is meanwhile.',
    );
  }
}

async function filesOf(pattern: string): Promise<string[]> {
  const last = basename(pattern);
  if (!/[*?]/.test(last)) return [resolve(pattern)];
  const text = last.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  const named = new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  try {
    const names = (await readdir(dirname(pattern))).filter((name) => named.test(name));
    if (names.length > 0) return names.sort().map((name) => resolve(dirname(pattern), name));
  } catch (error) {
    throw asFileError(pattern, error, 'read');
  }
  throw new FileError(pattern, 'no file has such a name', 'Check the pattern for a typing error.');
}

/** What a file holds. Throws FileError. */
async function inspect(path: string, options: SourceOptions): Promise<Found> {
  try {
    const { size } = await stat(path);
    if (/\.(?:parquet|pq)$/i.test(path)) {
      const { columns: names } = options;
      const { parquetShape } = await import('../read/parquet.js');
      const [rows, columns] = await parquetShape(path, { columns: names });
      return { path, size, rows, columns, ...(names ? { names } : {}) };
    }
    if (/\.npy$/i.test(path)) return await inspectNpy(path, size);
    if (/\.(?:f32|float32)$/i.test(path)) return inspectFloat32(path, size, options.width);
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
  throw new FileError(
    path,
    'workers do not read files of its extension',
    'Save the rows as .npy, .parquet or .f32 (float32 numbers, row by row).',
  );
}

async function inspectNpy(path: string, size: number): Promise<Found> {
  const source = await ByteSource.open(path);
  try {
    const { type, littleEndian, fortranOrder, shape } = await readNpyHeader(source);
    const [rows, ...sides] = shape;
    const columns = sides.reduce((product, side) => product * side, 1);
    const offset = source.limit - source.remaining;
    if (source.gzipped || (fortranOrder && sides.length > 0)) {
      throw new FileError(
        path,
        'workers read parts of it, but its rows do not lie one after the other',
        'Unpack it, and save it in C order (numpy.ascontiguousarray).',
      );
    }
    if (rows * columns === 0 || offset + rows * columns * elementBytes(type) !== size) {
      throw new FileError(
        path,
        `its header promises ${rows} x ${columns} numbers, which are not what follows`,
        'It is empty, cut off or damaged; write it again.',
      );
    }
    return { path, size, rows, columns, numbers: { offset, type, littleEndian } };
  } finally {
    source.close();
  }
}

function inspectFloat32(path: string, size: number, width: number | undefined): Found {
  if (width === undefined) {
    throw new FileError(path, 'it does not say how wide its rows are', 'Say so by --width.');
  }
  if (size === 0 || size % (4 * width) !== 0) {
    throw new FileError(
      path,
      `its ${size} bytes are no whole number of rows of ${width} float32 numbers`,
      'Give the right --width.',
    );
  }
  const numbers = { offset: 0, type: 'f4', littleEndian: true } as const;
  return { path, size, rows: size / (4 * width), columns: width, numbers };
}

/** A shard's rows, of what the coordinator says. Throws FileError where that is not what a coordinator says. */
export function openShard(described: unknown): ShardRows {
  if (!isDescribed(described)) {
    throw new FileError('shard', 'it is not described as a coordinator does', 'Use one version.');
  }
  const { path, first, start, index } = described;
  return {
    ...{ name: path, firstRow: first, start, index },
    read: async () => {
      try {
        return await readShard(described);
      } catch (error) {
        throw asFileError(path, error, 'read');
      }
    },
  };
}

async function readShard(described: DescribedShard) {
  const { path, size, numbers, names, first, rows, columns } = described;
  const { size: found } = await stat(path);
  if (found !== size) {
    throw new FileError(
      path,
      `it has ${found} bytes here, but ${size} where the coordinator runs`,
      'Give all machines the same file, on a disk that they share or as a copy.',
    );
  }
  if (!numbers) {
    const { readParquet } = await import('../read/parquet.js');
    return readParquet(path, { columns: names }, { first, rows });
  }
  const { offset, type, littleEndian } = numbers;
  const rowBytes = columns * elementBytes(type);
  const from = offset + first * rowBytes;
  const source = ByteSource.ofRange(path, from, from + rows * rowBytes);
  try {
    const shape = [rows, columns] as const;
    const data = await readElements(source, shape, { type, littleEndian, columnMajor: false });
    return { data, shape };
  } finally {
    source.close();
  }
}

const ELEMENTS: ReadonlySet<unknown> = new Set<ElementType>([
  ...(['b1', 'u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'] as const),
]);

function isDescribed(value: unknown): value is DescribedShard {
  if (!isObject(value) || typeof value.path !== 'string') return false;
  const { numbers, names } = value;
  const counts = [value.size, value.first, value.rows, value.columns, value.start, value.index];
  const areNumbers =
    numbers === undefined ||
    (isObject(numbers) &&
      ELEMENTS.has(numbers.type) &&
      typeof numbers.littleEndian === 'boolean' &&
      Number.isSafeInteger(numbers.offset));
  const areNames =
    names === undefined ||
    (Array.isArray(names) && names.every((name) => typeof name === 'string'));
  return areNumbers && areNames && counts.every((count) => Number.isSafeInteger(count));
}
