/**
 * The pages of one column chunk, decoded by hyparquet's decoders one page at a time. hyparquet's
 * own loop believes what a page claims (one run of 2^30 values in a ten-byte page grows a plain
 * array until the process dies), so every claim is checked here first.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ColumnMetaData, Encoding, PageHeader, SchemaElement } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { checkDeltas, checkRuns, checkThrift } from './parquet_checks.js';

/** Writers aim at 1 MiB a page. */
const MAX_PAGE_BYTES = 256 << 20;

const VALUE_BYTES: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

/** node:zlib and an output of known size where hyparquet's decompressors would trust the input. */
const DECOMPRESSORS: typeof compressors = {
  ...compressors,
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: length }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: length }),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
  SNAPPY: (input, length) => {
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    const claimed = readVarInt({ view, offset: 0 });
    if (claimed !== length) throw new Error(`a snappy page of ${claimed} bytes claims ${length}`);
    return compressors.SNAPPY!(input, length);
  },
};

export type ColumnValues = Int32Array | BigInt64Array | Float32Array | Float64Array;

/** A null in the column, at this row of the chunk. */
export class NullValueError extends Error {
  readonly row: number;

  constructor(row: number) {
    super(`row ${row} is null`);
    this.row = row;
  }
}

interface Column {
  readonly meta: ColumnMetaData;
  readonly nullable: boolean;
  dictionary: ColumnValues | undefined;
}

/**
 * Decodes one flat numeric column chunk of `rows` values, and hands each page's values over with
 * the row of the first.
 *
 * @throws NullValueError at the first null, Error at the first false claim
 */
export function readColumnChunk(
  chunk: ArrayBuffer,
  meta: ColumnMetaData,
  element: SchemaElement,
  rows: number,
  onValues: (values: ColumnValues, row: number) => void,
): void {
  const view = new DataView(chunk);
  const nullable = element.repetition_type !== 'REQUIRED';
  const column: Column = { meta, nullable, dictionary: undefined };
  let offset = 0;
  for (let row = 0; row < rows;) {
    const start = checkThrift(view, offset);
    const header = parquetHeader({ view, offset });
    checkPageSizes(header, chunk.byteLength - start);
    const body = new Uint8Array(chunk, start, header.compressed_page_size);
    offset = start + body.length;
    if (header.type === 'DICTIONARY_PAGE') {
      column.dictionary = readDictionary(header, body, column);
    } else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
      const values = readDataPage(header, body, column, row, rows - row);
      onValues(values, row);
      row += values.length;
    }
  }
}

function checkPageSizes(header: PageHeader, available: number): void {
  const { compressed_page_size: packed, uncompressed_page_size: size } = header;
  if (!(packed >= 0 && packed <= available)) {
    throw new Error(`a page of ${packed} bytes is claimed where ${available} are left`);
  }
  if (!(size >= 0 && size <= MAX_PAGE_BYTES)) {
    throw new Error(
      `a page of ${size} bytes unpacked is claimed; at most ${MAX_PAGE_BYTES} are read`,
    );
  }
}

function readDictionary(header: PageHeader, body: Uint8Array, { meta }: Column): ColumnValues {
  const count = header.dictionary_page_header?.num_values ?? -1;
  const page = decompress(body, header.uncompressed_page_size, meta);
  checkCount(count, Math.floor(page.length / VALUE_BYTES[meta.type]));
  return readPlain(readerOf(page), meta.type, count, undefined) as ColumnValues;
}

function readDataPage(
  header: PageHeader,
  body: Uint8Array,
  column: Column,
  row: number,
  rowsLeft: number,
): ColumnValues {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  if (v1) {
    checkCount(v1.num_values, rowsLeft);
    const page = decompress(body, header.uncompressed_page_size, column.meta);
    if (!column.nullable) return readValues(page, v1.encoding, v1.num_values, column);
    const view = readerOf(page).view;
    const levels = page.subarray(4, 4 + view.getUint32(0, true));
    checkNoNulls(levels, v1.num_values, row);
    const values = page.subarray(4 + levels.length);
    return readValues(values, v1.encoding, v1.num_values, column);
  }
  if (v2) {
    checkCount(v2.num_values, rowsLeft);
    const length = v2.definition_levels_byte_length;
    checkCount(length, Math.min(body.length, header.uncompressed_page_size));
    if (v2.repetition_levels_byte_length !== 0) throw new Error('a flat column claims repetition');
    if (column.nullable) checkNoNulls(body.subarray(0, length), v2.num_values, row);
    const packed = body.subarray(length);
    const values =
      v2.is_compressed === false
        ? packed
        : decompress(packed, header.uncompressed_page_size - length, column.meta);
    return readValues(values, v2.encoding, v2.num_values, column);
  }
  throw new Error('a data page has no header');
}

function checkCount(count: number, most: number): void {
  if (!(count >= 0 && count <= most)) {
    throw new Error(`${count} values or bytes are claimed where ${most} are left`);
  }
}

function decompress(body: Uint8Array, size: number, { codec }: ColumnMetaData): Uint8Array {
  return decompressPage(body, size, codec, DECOMPRESSORS);
}

function readerOf(bytes: Uint8Array): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

/** Definition levels of a flat column: one bit a row, 0 for null. */
function checkNoNulls(bytes: Uint8Array, count: number, row: number): void {
  const reader = readerOf(bytes);
  checkRuns(reader.view, 0, bytes.length, 1, count);
  const levels = new Uint8Array(count);
  readRleBitPackedHybrid(reader, 1, levels, bytes.length);
  const first = levels.indexOf(0);
  if (first >= 0) throw new NullValueError(row + first);
}

function readValues(
  page: Uint8Array,
  encoding: Encoding,
  count: number,
  { meta, dictionary }: Column,
): ColumnValues {
  if (count === 0) return new Float64Array(0);
  const reader = readerOf(page);
  switch (encoding) {
    case 'PLAIN':
      checkCount(count, Math.floor(page.length / VALUE_BYTES[meta.type]));
      return readPlain(reader, meta.type, count, undefined) as ColumnValues;
    case 'BYTE_STREAM_SPLIT':
      checkCount(count, Math.floor(page.length / VALUE_BYTES[meta.type]));
      return byteStreamSplit(reader, count, meta.type, undefined) as ColumnValues;
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (!dictionary) throw new Error('a page refers to a dictionary that is not there');
      return lookUp(dictionary, readIndices(page, count));
    case 'DELTA_BINARY_PACKED': {
      checkDeltas(reader.view, 0, count);
      const values = meta.type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, values);
      return values;
    }
    default:
      throw new Error(`numbers encoded as ${encoding} are not read`);
  }
}

/** The first byte gives the bits of an index; none means that all are zero. */
function readIndices(page: Uint8Array, count: number): Uint32Array {
  const indices = new Uint32Array(count);
  const reader = { view: readerOf(page).view, offset: 1 };
  const bitWidth = reader.view.getUint8(0);
  if (bitWidth === 0) return indices;
  checkRuns(reader.view, 1, page.length, bitWidth, count);
  readRleBitPackedHybrid(reader, bitWidth, indices, page.length - 1);
  return indices;
}

function lookUp(dictionary: ColumnValues, indices: Uint32Array): ColumnValues {
  const largest = indices.reduce((most, index) => Math.max(most, index), 0);
  if (largest >= dictionary.length) {
    throw new Error(`entry ${largest} of a dictionary of ${dictionary.length} is claimed`);
  }
  if (dictionary instanceof BigInt64Array) {
    return BigInt64Array.from(indices, (index) => dictionary[index]);
  }
  const values = new (dictionary.constructor as Float64ArrayConstructor)(indices.length);
  for (let i = 0; i < indices.length; i++) values[i] = dictionary[indices[i]];
  return values;
}
