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
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { numberOfHalf } from './elements.js';
import { checkDeltas, checkRuns, checkThrift } from './parquet_checks.js';

/** Writers aim at 1 MiB a page. */
const MAX_PAGE_BYTES = 256 << 20;

/** Of a text the least: its length. */
const VALUE_BYTES: Readonly<Record<string, number>> = {
  ...{ INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 4, BOOLEAN: 1 / 8 },
};

/** Bytes of a value of the column. */
const bytesOf = ({ type, type_length: length }: SchemaElement): number =>
  type === 'FIXED_LEN_BYTE_ARRAY' ? Math.max(1, length ?? 1) : VALUE_BYTES[type!];

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

/** Numbers, or of a column of text or truths what its cells say. */
export type ColumnValues =
  Int32Array | BigInt64Array | Float32Array | Float64Array | readonly string[];

/** What of a schema the numbers of a chunk are read by. */
export interface Leaf {
  readonly element: SchemaElement;
  /** Levels on the way to a value that is there: 0 where every value is. */
  readonly maxDefinition: number;
  /** 1 for the elements of lists, 0 for a flat column. */
  readonly maxRepetition: 0 | 1;
}

/** A page's entries: for a flat column one a row, for lists one an element, or for a list without any. */
export interface Page {
  readonly count: number;
  /** Of the entries that are there. */
  readonly values: ColumnValues;
  /** Which are there, [count]: 1; absent where all are. */
  readonly present?: Uint8Array;
  /** Whether an entry goes on with the list of the one before, [count]: 1; of lists only. */
  readonly goesOn?: Uint8Array;
}

interface Column extends Leaf {
  readonly meta: ColumnMetaData;
  dictionary: ColumnValues | undefined;
}

/**
 * Decodes the chunk of one column, and hands over its pages.
 *
 * @throws Error at the first false claim
 */
export function readColumnChunk(
  chunk: ArrayBuffer,
  meta: ColumnMetaData,
  leaf: Leaf,
  onPage: (page: Page) => void,
): void {
  const view = new DataView(chunk);
  const column: Column = { ...leaf, meta, dictionary: undefined };
  const total = Number(meta.num_values);
  let offset = 0;
  for (let entry = 0; entry < total;) {
    const start = checkThrift(view, offset);
    const header = parquetHeader({ view, offset });
    checkPageSizes(header, chunk.byteLength - start);
    const body = new Uint8Array(chunk, start, header.compressed_page_size);
    offset = start + body.length;
    if (header.type === 'DICTIONARY_PAGE') {
      column.dictionary = readDictionary(header, body, column);
    } else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
      const page = readDataPage(header, body, column, total - entry);
      onPage(page);
      entry += page.count;
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

function readDictionary(header: PageHeader, body: Uint8Array, column: Column): ColumnValues {
  const count = header.dictionary_page_header?.num_values ?? -1;
  const page = decompress(body, header.uncompressed_page_size, column.meta);
  return readPlainValues(page, count, column.element);
}

function readDataPage(
  header: PageHeader,
  body: Uint8Array,
  column: Column,
  entriesLeft: number,
): Page {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  const { maxRepetition, maxDefinition } = column;
  if (v1) {
    const count = v1.num_values;
    checkCount(count, entriesLeft);
    let page = decompress(body, header.uncompressed_page_size, column.meta);
    /** Levels with their length before them. */
    const next = (most: number): Uint8Array | undefined => {
      if (most === 0) return undefined;
      const length = readerOf(page).view.getUint32(0, true);
      checkCount(length, page.length - 4);
      const levels = readLevels(page.subarray(4, 4 + length), count, most);
      page = page.subarray(4 + length);
      return levels;
    };
    const repetition = next(maxRepetition);
    return pageOf(count, repetition, next(maxDefinition), column, (there) =>
      readValues(page, v1.encoding, there, column),
    );
  }
  if (v2) {
    const count = v2.num_values;
    checkCount(count, entriesLeft);
    const [first, second] = [v2.repetition_levels_byte_length, v2.definition_levels_byte_length];
    checkCount(first, Math.min(body.length, header.uncompressed_page_size));
    checkCount(second, Math.min(body.length, header.uncompressed_page_size) - first);
    if (maxRepetition === 0 && first !== 0) throw new Error('a flat column claims repetition');
    const levels = (start: number, length: number, most: number) =>
      most === 0 ? undefined : readLevels(body.subarray(start, start + length), count, most);
    const packed = body.subarray(first + second);
    const values =
      v2.is_compressed === false
        ? packed
        : decompress(packed, header.uncompressed_page_size - first - second, column.meta);
    return pageOf(
      count,
      levels(0, first, maxRepetition),
      levels(first, second, maxDefinition),
      column,
      (there) => readValues(values, v2.encoding, there, column),
    );
  }
  throw new Error('a data page has no header');
}

function pageOf(
  count: number,
  goesOn: Uint8Array | undefined,
  definition: Uint8Array | undefined,
  { maxDefinition }: Leaf,
  read: (there: number) => ColumnValues,
): Page {
  let there = count;
  let present: Uint8Array | undefined;
  if (definition) {
    present = definition.map((level) => (level === maxDefinition ? 1 : 0));
    there = present.reduce((sum, one) => sum + one, 0);
  }
  return {
    count,
    values: read(there),
    ...(present && there < count && { present }),
    ...(goesOn && { goesOn }),
  };
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

/** Levels from 0 to `most`, as runs. */
function readLevels(bytes: Uint8Array, count: number, most: number): Uint8Array {
  const reader = readerOf(bytes);
  const width = 32 - Math.clz32(most);
  checkRuns(reader.view, 0, bytes.length, width, count);
  const levels = new Uint8Array(count);
  readRleBitPackedHybrid(reader, width, levels, bytes.length);
  return levels;
}

/** Values as they lie one after the other; numbers of bytes (decimals, float16) as what they stand for. */
function readPlainValues(page: Uint8Array, count: number, element: SchemaElement): ColumnValues {
  checkCount(count, Math.floor(page.length / bytesOf(element)));
  const { type, type_length: length } = element;
  return asValues(readPlain(readerOf(page), type!, count, length) as RawValues, element);
}

/** What hyparquet makes of values. */
type RawValues = Exclude<ColumnValues, readonly string[]> | readonly (Uint8Array | boolean)[];

const asValues = (values: RawValues, element: SchemaElement): ColumnValues =>
  ArrayBuffer.isView(values) ? values : ofBytes(values, element);

function ofBytes(
  values: readonly (Uint8Array | boolean)[],
  { type, logical_type: logical }: SchemaElement,
): ColumnValues {
  if (type === 'BOOLEAN') return values.map(String);
  const numbers = values as readonly Uint8Array[];
  if (type === 'BYTE_ARRAY') {
    const decoder = new TextDecoder();
    return numbers.map((bytes) => decoder.decode(bytes));
  }
  if (logical?.type === 'FLOAT16') {
    return Float64Array.from(numbers, (bytes) => numberOfHalf(bytes[0] | (bytes[1] << 8)));
  }
  // A big-endian whole number, which `placeColumn` divides; whatever float64 holds of it.
  return Float64Array.from(numbers, (bytes) => {
    let whole = 0n;
    for (const byte of bytes) whole = (whole << 8n) | BigInt(byte);
    return Number(BigInt.asIntN(8 * bytes.length, whole));
  });
}

function readValues(
  page: Uint8Array,
  encoding: Encoding,
  count: number,
  { element, dictionary }: Column,
): ColumnValues {
  if (count === 0) return new Float64Array(0);
  const reader = readerOf(page);
  const { type, type_length: length } = element;
  switch (encoding) {
    case 'PLAIN':
      return readPlainValues(page, count, element);
    case 'BYTE_STREAM_SPLIT': {
      checkCount(count, Math.floor(page.length / bytesOf(element)));
      return asValues(byteStreamSplit(reader, count, type!, length) as RawValues, element);
    }
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (!dictionary) throw new Error('a page refers to a dictionary that is not there');
      return lookUp(dictionary, readIndices(page, count));
    case 'RLE': {
      if (type !== 'BOOLEAN') break;
      const bits = readLevels(page.subarray(4), count, 1);
      return Array.from(bits, (bit) => String(bit === 1));
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      if (type !== 'BYTE_ARRAY') break;
      checkDeltas(reader.view, 0, count);
      const texts: Uint8Array[] = [];
      deltaLengthByteArray(reader, count, texts);
      return asValues(texts, element);
    }
    case 'DELTA_BYTE_ARRAY': {
      if (type !== 'BYTE_ARRAY') break;
      checkFrontCoded(page, count);
      const texts: Uint8Array[] = [];
      deltaByteArray(reader, count, texts);
      return asValues(texts, element);
    }
    case 'DELTA_BINARY_PACKED': {
      if (type !== 'INT32' && type !== 'INT64') break;
      checkDeltas(reader.view, 0, count);
      const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, values);
      return values;
    }
    default:
  }
  throw new Error(`values of ${type} encoded as ${encoding} are not read`);
}

/** Of each text how much it has of the one before, then how much is its own: all that is claimed is there. */
function checkFrontCoded(page: Uint8Array, count: number): void {
  const reader = readerOf(page);
  const [shared, own] = [new Int32Array(count), new Int32Array(count)];
  for (const lengths of [shared, own]) {
    checkDeltas(reader.view, reader.offset, count);
    deltaBinaryUnpack(reader, count, lengths);
  }
  let [left, unpacked, before] = [page.length - reader.offset, 0, 0];
  for (let i = 0; i < count; i++) {
    checkCount(shared[i], before);
    checkCount(own[i], left);
    left -= own[i];
    before = shared[i] + own[i];
    unpacked += before;
  }
  checkCount(unpacked, MAX_PAGE_BYTES);
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
  if (!ArrayBuffer.isView(dictionary)) return Array.from(indices, (index) => dictionary[index]);
  const values = new (dictionary.constructor as Float64ArrayConstructor)(indices.length);
  for (let i = 0; i < indices.length; i++) values[i] = dictionary[indices[i]];
  return values;
}
