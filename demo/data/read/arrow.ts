/** Apache Arrow files and streams (Feather version 2). */
import {
  type Column as ArrowColumn,
  CompressionType,
  setCompressionCodec,
  tableFromIPC,
  Type,
} from '@uwdata/flechette';
import { decompressZstd } from 'hyparquet-compressors';
import { FileError } from '../../../src/cli/errors.js';
import { type Column, type DataTable, numberColumn } from '../table.js';
import { decompressLz4Frame } from './lz4_frame.js';
import type { ReadOptions } from './mounted_file.js';

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

const NUMERIC: readonly number[] = [Type.Int, Type.Float, Type.Decimal];

function toColumn(name: string, column: ArrowColumn<unknown>): Column {
  if (!NUMERIC.includes(column.type.typeId)) {
    return { name, problem: `row 0 holds ${String(column.at(0)).slice(0, 40)}` };
  }
  const values = column.toArray();
  if (column.nullCount > 0) {
    const at = Array.from(values).indexOf(null);
    return { name, problem: `row ${at} is empty` };
  }
  const numbers =
    values instanceof Float32Array ? values.slice() : Float64Array.from(values as number[]);
  return numberColumn(name, numbers);
}

/**
 * The columns of integers, floats and decimals; every other says why it is none.
 *
 * @throws FileError on a file that is damaged or no Arrow file; the signal's reason when cancelled
 */
export async function readArrow(
  file: File,
  { signal, onProgress }: ReadOptions,
): Promise<DataTable> {
  onProgress({ value: 0, max: 1, text: `Reading ${file.name}` });
  if (file.size === 0) {
    throw new FileError(file.name, 'the file is empty', 'Choose a file with at least one row.');
  }
  const bytes = await file.arrayBuffer();
  signal.throwIfAborted();
  let columns: Column[];
  let rows: number;
  unpacked.count = 0;
  try {
    const table = tableFromIPC(bytes, { useBigInt: false });
    rows = table.numRows;
    columns = table.children.map((column, j) => toColumn(table.names[j], column));
  } catch (error) {
    throw new FileError(
      file.name,
      `it is damaged or no Arrow file (${(error as Error).message})`,
      'Write it again as an Arrow file, or as Parquet.',
      { cause: error },
    );
  }
  if (rows === 0 || columns.length === 0) {
    throw new FileError(file.name, 'it holds no rows', 'Choose a file with at least one row.');
  }
  // Code would have to bring its own codec.
  return { rows, columns, notes: [], ...(unpacked.count === 0 && { format: { kind: 'arrow' } }) };
}
