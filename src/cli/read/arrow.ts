/** Apache Arrow files and streams (Feather version 2). */
import { CompressionType, setCompressionCodec, tableFromIPC } from '@uwdata/flechette';
import { decompressZstd } from 'hyparquet-compressors';
import { FileError } from '../errors.js';
import type { ByteSource } from './byte_source.js';
import { decompressLz4Frame } from './lz4_frame.js';
import { type RecordOptions, RecordRows } from './records.js';
import { checkDistinct, type Table } from './table.js';

/** Unpacked bytes allowed for each packed one; real data stay far below. */
const MAX_EXPANSION = 1024;

/** Buffers of the file that is read that were compressed. */
const unpacked = { count: 0 };

function outputFor(packed: Uint8Array, length: number): Uint8Array {
  if (length > MAX_EXPANSION * packed.length) {
    throw new Error(`a buffer of ${packed.length} bytes claims ${length} unpacked ones`);
  }
  unpacked.count++;
  return new Uint8Array(length);
}

const encode = () => {
  throw new Error('Nothing is packed here.');
};
setCompressionCodec(CompressionType.ZSTD, {
  encode,
  decode: (packed, length) => decompressZstd(packed, outputFor(packed, length)),
});
setCompressionCodec(CompressionType.LZ4_FRAME, {
  encode,
  decode: (packed, length) => decompressLz4Frame(packed, outputFor(packed, length)),
});

export interface ArrowOptions extends RecordOptions {
  /** Told how the file was written, once it is read. */
  readonly onRead?: (writing: { readonly isCompressed: boolean }) => void;
}

/**
 * Columns of numbers; one of lists of numbers is as many columns. Others are kept as text where they are asked for.
 *
 * @throws FileError on a file that is damaged or no Arrow file, or whose rows differ in form
 */
export async function readArrow(
  source: ByteSource,
  { onRead, ...options }: ArrowOptions,
): Promise<Table> {
  const { path } = source;
  const bytes = await source.takeAll();
  unpacked.count = 0;
  let names: readonly string[];
  let columns: ArrayLike<unknown>[];
  let rows: number;
  try {
    const table = tableFromIPC(bytes, { useBigInt: true, useDate: true });
    rows = table.numRows;
    names = table.names;
    columns = table.children.map((column) => column.toArray() as ArrayLike<unknown>);
  } catch (error) {
    throw new FileError(
      path,
      `it is damaged or no Arrow file (${(error as Error).message})`,
      'Write it again as an Arrow file, or as Parquet.',
      { cause: error },
    );
  }
  checkDistinct(path, names);
  const records = new RecordRows(path, 'row', options);
  for (let row = 0; row < rows; row++) {
    const cells = columns.map((column, j) => [names[j], plain(column[row])] as const);
    records.add(Object.fromEntries(cells), row);
  }
  onRead?.({ isCompressed: unpacked.count > 0 });
  const read = records.finish();
  // What was float32 is written again with as many digits.
  const isSingle = read.data.every((value) => Math.fround(value) === value || Number.isNaN(value));
  return isSingle ? { ...read, data: Float32Array.from(read.data) } : read;
}

/** A cell as JSON would have it. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  if (Array.isArray(value)) return value.map(plain);
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array, plain) : value;
}
