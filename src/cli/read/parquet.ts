/**
 * Parquet files with flat columns and lists of numbers. hyparquet reads the footer and decodes the values; the
 * claims of both are compared with the file's size first.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { parquetMetadata, type ColumnMetaData, type FileMetaData } from 'hyparquet';
import { ClusteringError } from '../../index.js';
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import { regularFileSize } from './byte_source.js';
import { beginsWith, PARQUET_MAGIC } from './magic.js';
import { checkThrift } from './parquet_checks.js';
import { ColumnWriter, type Placed } from './parquet_column.js';
import { readColumnChunk } from './parquet_pages.js';
import { chooseColumns, type Chosen, type PathLeaf } from './parquet_schema.js';
import { textReader } from './parquet_values.js';
import type { Table, TextColumn } from './table.js';
import { type ColumnChoice, GrowingText } from './table_builder.js';

/** The footer's length and the magic number close the file; the magic number opens it too. */
const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 64 << 20;

/**
 * Unpacked bytes allowed for each byte of the file, above a floor. Run lengths let a hundred bytes
 * claim a billion equal rows; real data are packed 100 : 1 at the very most.
 */
const MAX_EXPANSION = 1024;
const EXPANSION_FLOOR_BYTES = 64 << 20;

/**
 * The integer, decimal and floating-point columns of a file, or those named; a column of lists of one length
 * is as many columns. Others (text, dates, nested ones) are left out and named in the notes; flat ones are kept as
 * text where they are asked for.
 *
 * @throws FileError on a damaged or lying file, a missing or other column, a null where none may be missing,
 *   lists of several lengths, or an integer beyond 2^53
 */
export async function readParquet(
  path: string,
  choice: ColumnChoice,
  range?: RowRange,
): Promise<Table> {
  return withOpen(path, (handle, size) => readOpenParquet(path, handle, size, choice, range));
}

/** Rows of a file, from 0. */
export interface RowRange {
  readonly first: number;
  readonly rows: number;
}

/**
 * How many rows and columns `readParquet` would give.
 *
 * @throws FileError as it does of the file's footer
 */
export function parquetShape(
  path: string,
  choice: ColumnChoice,
): Promise<readonly [rows: number, columns: number]> {
  return withOpen(path, async (handle, size) => {
    const { n, d } = await planOf(path, handle, size, choice);
    return [n, d] as const;
  });
}

async function withOpen<T>(
  path: string,
  work: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const size = await regularFileSize(path);
  const handle = await open(path, 'r');
  try {
    return await work(handle, size);
  } catch (error) {
    if (error instanceof ClusteringError || (error instanceof Error && 'syscall' in error))
      throw error;
    // The checks and hyparquet throw plain errors on what is not valid Parquet.
    const message = error instanceof Error ? error.message : String(error);
    throw new FileError(
      path,
      `it is damaged or not valid Parquet (${message})`,
      'Copy or write it again.',
      { cause: error },
    );
  } finally {
    await handle.close();
  }
}

/** What a file holds, and where. */
async function planOf(path: string, handle: FileHandle, size: number, choice: ColumnChoice) {
  const { metadata, dataEnd } = await readFooter(path, handle, size);
  const { columns, aside, order, notes } = chooseColumns(path, metadata.schema, choice);
  const n = rowCount(metadata);
  if (n === 0) throw new FileError(path, 'it holds no rows', 'Give a file with at least one row.');
  const chunksOf = (group: FileMetaData['row_groups'][number]) =>
    columns.map(({ name, leaf }) => chunkOf(group.columns, name, leaf, Number(group.num_rows)));
  const groups = metadata.row_groups.filter(({ num_rows: rows }) => rows > 0n);
  const placed = place(columns, chunksOf(groups[0]), Number(groups[0].num_rows));
  const last = placed.at(-1);
  const d = last ? last.first + last.width : 0;
  const bytes = n * d * Float64Array.BYTES_PER_ELEMENT;
  if (bytes > EXPANSION_FLOOR_BYTES + MAX_EXPANSION * size) {
    throw new FileError(
      path,
      `it claims ${n} rows of ${d} ${plural(d, 'number')} in ${size} bytes, more than ${MAX_EXPANSION} times its size`,
      'It is damaged; if it truly holds that many equal values, save it as .npy.',
    );
  }
  return { n, d, groups, columns, aside, order, chunksOf, placed, notes, dataEnd };
}

async function readOpenParquet(
  path: string,
  handle: FileHandle,
  size: number,
  choice: ColumnChoice,
  range: RowRange | undefined,
): Promise<Table> {
  const plan = await planOf(path, handle, size, choice);
  const { d, columns, aside, order, chunksOf, placed, notes, dataEnd } = plan;
  const { groups, start } = groupsOf(plan.groups, range);
  const held = groups.reduce((sum, { num_rows: rows }) => sum + Number(rows), 0);
  const single = columns.every(({ leaf: { element } }) => element.type === 'FLOAT');
  const data = single ? new Float32Array(held * d) : new Float64Array(held * d);
  let groupStart = 0;
  for (const group of groups) {
    const rows = Number(group.num_rows);
    for (const [at, meta] of chunksOf(group).entries()) {
      const chunk = await readChunk(handle, meta, dataEnd);
      const writer = new ColumnWriter(path, placed[at], { data, d, missing: choice.missing });
      writer.begin(groupStart, rows);
      readColumnChunk(chunk, meta, placed[at].leaf, (page) => {
        writer.take(page);
      });
      writer.end();
    }
    groupStart += rows;
  }
  const namesOf = ({ name, leaf, width }: Placed) =>
    leaf.maxRepetition === 0 ? [name] : Array.from({ length: width }, (_, i) => `${name}[${i}]`);
  const texts: TextColumn[] = [];
  // Rows of a range are for their numbers alone.
  for (const { name, leaf } of range ? [] : aside) {
    const cells = new GrowingText();
    const textOf = textReader(leaf.element);
    for (const group of groups) {
      const meta = chunkOf(group.columns, name, leaf, Number(group.num_rows));
      const chunk = await readChunk(handle, meta, dataEnd);
      readColumnChunk(chunk, meta, leaf, ({ count, values, present }) => {
        for (let entry = 0, at = 0; entry < count; entry++) {
          cells.push(present?.[entry] === 0 ? '' : textOf(values[at++]));
        }
      });
    }
    texts.push(cells.take(name));
  }
  const columnNames = placed.flatMap(namesOf);
  const kept = new Map<string, readonly string[]>([
    ...placed.map((column) => [column.name, namesOf(column)] as const),
    ...aside.map(({ name }) => [name, [name]] as const),
  ]);
  const names =
    choice.columns && aside.length === 0
      ? columnNames
      : order.flatMap((name) => kept.get(name) ?? []);
  const n = range ? Math.min(range.rows, held - (range.first - start)) : held;
  const from = range ? (range.first - start) * d : 0;
  const rows = data.subarray(from, from + n * d);
  return {
    data: rows,
    shape: [n, d],
    columns: columnNames,
    names,
    ...(texts.length > 0 && { texts }),
    notes,
  };
}

/** The groups of rows that hold some of a range, and the first one's first row. */
function groupsOf(groups: FileMetaData['row_groups'], range: RowRange | undefined) {
  if (!range) return { groups, start: 0 };
  let first = 0;
  let start = 0;
  const held: FileMetaData['row_groups'] = [];
  for (const group of groups) {
    const end = first + Number(group.num_rows);
    if (end > range.first && first < range.first + range.rows) {
      if (held.length === 0) start = first;
      held.push(group);
    }
    first = end;
  }
  return { groups: held, start };
}

/** Lists are as long as those of the first rows are on average, which `ColumnWriter` holds them all to. */
function place(
  columns: readonly Chosen[],
  chunks: readonly ColumnMetaData[],
  rows: number,
): Placed[] {
  let first = 0;
  return columns.map((column, at) => {
    const entries = Number(chunks[at].num_values);
    const width = column.leaf.maxRepetition === 0 ? 1 : Math.max(1, Math.round(entries / rows));
    const placed = { ...column, first, width };
    first += width;
    return placed;
  });
}

async function readExactly(
  handle: FileHandle,
  start: number,
  length: number,
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    at += bytesRead;
  }
  return bytes.buffer;
}

/** The metadata, and where the column data must end. */
async function readFooter(
  path: string,
  handle: FileHandle,
  size: number,
): Promise<{ metadata: FileMetaData; dataEnd: number }> {
  const head = Buffer.from(await readExactly(handle, 0, Math.min(size, 4)));
  if (!beginsWith(head, PARQUET_MAGIC)) {
    throw new FileError(
      path,
      'it does not start as a Parquet file does (PAR1)',
      'Give it the extension of its true format; encrypted files are not read.',
    );
  }
  const tail = Buffer.from(
    await readExactly(handle, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES)),
  );
  if (size < 4 + TAIL_BYTES || !beginsWith(tail.subarray(4), PARQUET_MAGIC)) {
    throw new FileError(
      path,
      'it does not end as a Parquet file does (PAR1)',
      'It is cut off; copy it again.',
    );
  }
  const length = tail.readUInt32LE(0);
  const dataEnd = size - TAIL_BYTES - length;
  if (length > MAX_FOOTER_BYTES || dataEnd < 4) {
    throw new Error(`its footer claims ${length} bytes`);
  }
  const footer = await readExactly(handle, dataEnd, length + TAIL_BYTES);
  checkThrift(new DataView(footer, 0, length), 0);
  return { metadata: parquetMetadata(footer, { geoparquet: false }), dataEnd };
}

/** The rows of all groups together, which must be what the file says in all. */
function rowCount(metadata: FileMetaData): number {
  let sum = 0n;
  for (const { num_rows } of metadata.row_groups) {
    if (typeof num_rows !== 'bigint' || num_rows < 0n)
      throw new Error(`a group claims ${num_rows} rows`);
    sum += num_rows;
  }
  if (sum !== metadata.num_rows || sum > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error(`it claims ${metadata.num_rows} rows, its groups ${sum}`);
  }
  return Number(sum);
}

function chunkOf(
  chunks: FileMetaData['row_groups'][number]['columns'],
  name: string,
  { element, maxRepetition, path }: PathLeaf,
  rows: number,
): ColumnMetaData {
  const found = chunks.filter(
    ({ meta_data: meta }) => meta?.path_in_schema.join('\0') === path.join('\0'),
  );
  const meta = found[0]?.meta_data;
  if (found.length !== 1 || !meta || found[0].file_path) {
    throw new Error(`the data of column ${JSON.stringify(name)} are not in the file`);
  }
  const entries = meta.num_values;
  const isCount = maxRepetition === 0 ? entries === BigInt(rows) : entries >= BigInt(rows);
  if (meta.type !== element.type || !isCount || entries > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error(
      `column ${JSON.stringify(name)} claims ${meta.num_values} values of ${meta.type} in ${rows} rows`,
    );
  }
  return meta;
}

async function readChunk(
  handle: FileHandle,
  meta: ColumnMetaData,
  dataEnd: number,
): Promise<ArrayBuffer> {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const length = Number(meta.total_compressed_size);
  if (!(start >= 4 && length > 0 && start + length <= dataEnd)) {
    throw new Error(`a column claims the bytes ${start} to ${start + length} of ${dataEnd}`);
  }
  return readExactly(handle, start, length);
}
