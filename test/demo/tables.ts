/** Tables of numbers as files of every kind, for the page to read. */
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { encode as encodePng } from 'fast-png';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { gzipSync } from 'node:zlib';

export interface NumberTable {
  readonly names: readonly string[];
  readonly data: Float64Array;
  readonly shape: readonly [rows: number, columns: number];
}

function column({ data, shape: [n, d] }: NumberTable, j: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => data[i * d + j]);
}

function rowsOf({ data, shape: [n, d] }: NumberTable): number[][] {
  return Array.from({ length: n }, (_, i) => [...data.subarray(i * d, (i + 1) * d)]);
}

export function toCsv(table: NumberTable): string {
  return [table.names, ...rowsOf(table)].map((row) => `${row.join(',')}\n`).join('');
}

function toObjects(table: NumberTable): Record<string, number>[] {
  return rowsOf(table).map((row) =>
    Object.fromEntries(row.map((value, j) => [table.names[j], value])),
  );
}

export function toNpy({ data, shape }: NumberTable): Uint8Array {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = `${text.padEnd(117)}\n`;
  const start = Uint8Array.of(0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(data.buffer)]);
}

export function toParquet(table: NumberTable): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: table.names.map((name, j) => ({ name, data: column(table, j), type: 'DOUBLE' })),
    }),
  );
}

export function toArrow(table: NumberTable): Uint8Array {
  const columns = table.names.map((name, j) => [name, column(table, j)] as const);
  return tableToIPC(tableFromArrays(columns as [string, Float64Array][]), { format: 'file' })!;
}

/** The same table in every format that keeps float64 numbers, by file name. */
export function everyFormat(table: NumberTable): Readonly<Record<string, string | Uint8Array>> {
  return {
    'table.csv': toCsv(table),
    'table.json': JSON.stringify(toObjects(table)),
    'table.jsonl': toObjects(table)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
    'table.npy': toNpy(table),
    'zipped.npy.gz': gzipSync(toNpy(table)),
    'table.parquet': toParquet(table),
    'table.arrow': toArrow(table),
  };
}

/** A picture of two colours, the left half red and the right half blue. */
export function twoColours(width: number, height: number): Uint8Array {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const left = Math.floor(at / 3) % width < width / 2;
    return at % 3 === (left ? 0 : 2) ? 200 : 10;
  });
  return encodePng({ width, height, data, channels: 3 });
}

/** `rows` rows of random numbers from 0 to 1: no clusters, so that a fit takes long. */
export function noise(rows: number, columns: number): NumberTable {
  // The minimal standard generator of Park and Miller.
  let state = 1;
  const next = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
  return {
    names: Array.from({ length: columns }, (_, j) => `x${j}`),
    data: Float64Array.from({ length: rows * columns }, () => Math.round(next() * 1e4) / 1e4),
    shape: [rows, columns],
  };
}
