/**
 * Parquet files with flat numeric columns. hyparquet reads the footer and decodes the values; the
 * claims of both are compared with the file's size first.
 */
import { open, type FileHandle } from 'node:fs/promises';
import {
  parquetMetadata,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet';
import { ClusteringError } from '../../index.js';
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import { regularFileSize } from './byte_source.js';
import { checkThrift } from './parquet_checks.js';
import { NullValueError, readColumnChunk, type ColumnValues } from './parquet_pages.js';
import { checkDistinct, columnPositions, listNames, type Table } from './table.js';

export const PARQUET_MAGIC = Buffer.from('PAR1', 'latin1');

/** The footer's length and the magic number close the file; the magic number opens it too. */
const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 64 << 20;

/**
 * Unpacked bytes allowed for each byte of the file, above a floor. Run lengths let a hundred bytes
 * claim a billion equal rows; real data are packed 100 : 1 at the very most.
 */
const MAX_EXPANSION = 1024;
const EXPANSION_FLOOR_BYTES = 64 << 20;

interface NumericColumn {
  readonly name: string;
  readonly element: SchemaElement;
}

/**
 * The integer, decimal and floating-point columns of a file, or those named. Other columns (text,
 * dates, booleans, nested ones) are left out and named in the notes.
 *
 * @throws FileError on a damaged or lying file, a missing or other column, a null, or an integer
 *   beyond 2^53
 */
export async function readParquet(
  path: string,
  wanted: readonly string[] | undefined,
): Promise<Table> {
  const size = await regularFileSize(path);
  const handle = await open(path, 'r');
  try {
    return await readOpenParquet(path, handle, size, wanted);
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

async function readOpenParquet(
  path: string,
  handle: FileHandle,
  size: number,
  wanted: readonly string[] | undefined,
): Promise<Table> {
  const { metadata, dataEnd } = await readFooter(path, handle, size);
  const { columns, notes } = chooseColumns(path, metadata.schema, wanted);
  const n = rowCount(metadata);
  const d = columns.length;
  const bytes = n * d * Float64Array.BYTES_PER_ELEMENT;
  if (n === 0) throw new FileError(path, 'it holds no rows', 'Give a file with at least one row.');
  if (bytes > EXPANSION_FLOOR_BYTES + MAX_EXPANSION * size) {
    throw new FileError(
      path,
      `it claims ${n} rows of ${d} ${plural(d, 'number')} in ${size} bytes, more than ${MAX_EXPANSION} times its size`,
      'It is damaged; if it truly holds that many equal values, save it as .npy.',
    );
  }
  const single = columns.every(({ element }) => element.type === 'FLOAT');
  const data = single ? new Float32Array(n * d) : new Float64Array(n * d);
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (rows === 0) continue;
    for (const [j, { name, element }] of columns.entries()) {
      const meta = chunkOf(group.columns, name, element, rows);
      const chunk = await readChunk(handle, meta, dataEnd);
      try {
        readColumnChunk(chunk, meta, element, rows, (values, row) => {
          placeColumn(path, values, element, data, { row: groupStart + row, j, d, name });
        });
      } catch (error) {
        if (!(error instanceof NullValueError)) throw error;
        throw new FileError(
          path,
          `row ${groupStart + error.row}, column ${JSON.stringify(name)} is null`,
          'Fill or drop missing values first, or name the columns to use with --columns.',
        );
      }
    }
    groupStart += rows;
  }
  return { data, shape: [n, d], columns: columns.map(({ name }) => name), notes };
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
  if (!head.equals(PARQUET_MAGIC)) {
    throw new FileError(
      path,
      'it does not start as a Parquet file does (PAR1)',
      'Give it the extension of its true format; encrypted files are not read.',
    );
  }
  const tail = Buffer.from(
    await readExactly(handle, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES)),
  );
  if (size < 4 + TAIL_BYTES || !tail.subarray(4).equals(PARQUET_MAGIC)) {
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

function chooseColumns(
  path: string,
  schema: readonly SchemaElement[],
  wanted: readonly string[] | undefined,
): { columns: NumericColumn[]; notes: string[] } {
  const columns = topLevelColumns(schema);
  const names = columns.map(({ name }) => name);
  checkDistinct(path, names);
  if (wanted) {
    const chosen = columnPositions(path, wanted, names).map((j) => columns[j]);
    const other = chosen.find(({ element }) => !isNumeric(element));
    if (other) {
      throw new FileError(
        path,
        `column ${JSON.stringify(other.name)} is ${describeType(other.element)}, not a number`,
        `The numeric columns are ${listNames(numericOf(columns).map(({ name }) => name))}.`,
      );
    }
    return { columns: chosen, notes: [] };
  }
  const numeric = numericOf(columns);
  if (numeric.length === 0) {
    throw new FileError(
      path,
      `none of its columns holds numbers (${listNames(names)})`,
      'Convert the columns to use to integers or floats.',
    );
  }
  const left = columns.filter((column) => !numeric.includes(column)).map(({ name }) => name);
  const notes =
    left.length > 0 ? [`Left out, since they hold no numbers: ${listNames(left)}.`] : [];
  return { columns: numeric, notes };
}

/** The root's children; the elements below nested ones are skipped. */
function topLevelColumns(schema: readonly SchemaElement[]): NumericColumn[] {
  const columns: NumericColumn[] = [];
  for (let at = 1; at < schema.length;) {
    const element = schema[at];
    columns.push({ name: element.name, element });
    let open = 1;
    while (open > 0) {
      if (at >= schema.length) throw new Error('its schema is incomplete');
      open += (schema[at].num_children ?? 0) - 1;
      at++;
    }
  }
  return columns;
}

function numericOf(columns: readonly NumericColumn[]): NumericColumn[] {
  return columns.filter(({ element }) => isNumeric(element));
}

const NUMERIC_TYPES: readonly unknown[] = ['INT32', 'INT64', 'FLOAT', 'DOUBLE'];

function isNumeric(element: SchemaElement): boolean {
  const { type, converted_type: converted, logical_type: logical } = element;
  return (
    NUMERIC_TYPES.includes(type) &&
    element.repetition_type !== 'REPEATED' &&
    !element.num_children &&
    (converted === undefined || /^(?:U?INT_\d+|DECIMAL)$/.test(converted)) &&
    (logical === undefined || logical.type === 'INTEGER' || logical.type === 'DECIMAL')
  );
}

function describeType(element: SchemaElement): string {
  if (element.num_children || element.repetition_type === 'REPEATED') return 'nested';
  return element.logical_type?.type ?? element.converted_type ?? element.type ?? 'of no type';
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
  element: SchemaElement,
  rows: number,
): ColumnMetaData {
  const found = chunks.filter(({ meta_data: meta }) => {
    const path = meta?.path_in_schema;
    return path?.length === 1 && path[0] === name;
  });
  const meta = found[0]?.meta_data;
  if (found.length !== 1 || !meta || found[0].file_path) {
    throw new Error(`the data of column ${JSON.stringify(name)} are not in the file`);
  }
  if (meta.type !== element.type || meta.num_values !== BigInt(rows)) {
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

/** Writes a page's values, as plain numbers, into its column of the matrix. */
function placeColumn(
  path: string,
  values: ColumnValues,
  element: SchemaElement,
  data: Float32Array | Float64Array,
  place: { row: number; j: number; d: number; name: string },
): void {
  const { logical_type: logical, converted_type: converted } = element;
  const unsigned =
    converted?.startsWith('UINT_') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
  const scale = (logical?.type === 'DECIMAL' ? logical.scale : element.scale) ?? 0;
  const divisor = 10 ** scale;
  for (let i = 0, at = place.row * place.d + place.j; i < values.length; i++, at += place.d) {
    const value = unsigned ? toUnsigned(values[i]) : values[i];
    const number = Number(value);
    if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
      throw new FileError(
        path,
        `row ${place.row + i}, column ${JSON.stringify(place.name)} is ${value}; ` +
          'whole numbers must be below 2^53',
        'Save the column as float64, or leave it out with --columns.',
      );
    }
    data[at] = number / divisor;
  }
}

/** Parquet keeps unsigned integers as the signed ones of the same bits. */
function toUnsigned(value: number | bigint): number | bigint {
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0;
}
