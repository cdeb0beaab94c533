/** Parquet files of one column `x`, byte by byte, so that any of their claims can be false. */
import { ByteWriter } from 'hyparquet-writer';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';

/** Codes of the format's enumerations. */
export const Type = { INT32: 1, INT64: 2, DOUBLE: 5 } as const;
export const Encoding = { PLAIN: 0, RLE: 3, DELTA: 5, DICTIONARY: 8, SPLIT: 9 } as const;
export const Codec = { NONE: 0, SNAPPY: 1, GZIP: 2, BROTLI: 4, ZSTD: 6 } as const;

export interface Page {
  readonly body: Uint8Array;
  readonly values: number;
  readonly encoding?: number;
  readonly kind?: 'v1' | 'v2' | 'dictionary';
  /** Claimed sizes; the true one by default. */
  readonly packed?: number;
  readonly unpacked?: number;
  /** Bytes of definition levels in a v2 page. */
  readonly levels?: number;
}

export interface ColumnFile {
  readonly pages: readonly Page[];
  readonly rows: number;
  readonly type?: number;
  readonly nullable?: boolean;
  readonly codec?: number;
  /** What the footer claims instead of the truth. */
  readonly claims?: {
    readonly rows?: number;
    readonly values?: number;
    readonly start?: number;
    readonly bytes?: number;
    readonly converted?: number;
  };
}

function thrift(value: Record<`field_${number}`, unknown>): Uint8Array {
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, value);
  return writer.getBytes();
}

function pageBytes(page: Page): Buffer {
  const { body, values, encoding = Encoding.PLAIN, kind = 'v1' } = page;
  const sizes = {
    field_1: { v1: 0, dictionary: 2, v2: 3 }[kind],
    field_2: page.unpacked ?? body.length,
    field_3: page.packed ?? body.length,
  };
  const levels = { field_3: Encoding.RLE, field_4: Encoding.RLE };
  const header = {
    v1: { field_5: { field_1: values, field_2: encoding, ...levels } },
    dictionary: { field_7: { field_1: values, field_2: encoding } },
    v2: {
      field_8: {
        field_1: values,
        field_2: 0,
        field_3: values,
        field_4: encoding,
        field_5: page.levels ?? 0,
        field_6: 0,
      },
    },
  }[kind];
  return Buffer.concat([thrift({ ...sizes, ...header }), body]);
}

/** The file: magic, pages, footer, the footer's length, magic. */
export function parquetFile(file: ColumnFile): Buffer {
  const { rows, type = Type.DOUBLE, nullable = false, codec = Codec.NONE, claims = {} } = file;
  const pages = Buffer.concat(file.pages.map(pageBytes));
  const element = {
    field_1: type,
    field_3: nullable ? 1 : 0,
    field_4: 'x',
    ...(claims.converted === undefined ? {} : { field_6: claims.converted }),
  };
  const column = {
    field_1: type,
    field_2: [Encoding.PLAIN],
    field_3: ['x'],
    field_4: codec,
    field_5: BigInt(claims.values ?? rows),
    field_6: BigInt(pages.length),
    field_7: BigInt(claims.bytes ?? pages.length),
    field_9: BigInt(claims.start ?? 4),
  };
  const footer = thrift({
    field_1: 1,
    field_2: [{ field_4: 'root', field_5: 1 }, element],
    field_3: BigInt(claims.rows ?? rows),
    field_4: [
      {
        field_1: [{ field_2: 4n, field_3: column }],
        field_2: BigInt(pages.length),
        field_3: BigInt(rows),
      },
    ],
  });
  return closeFile(pages, footer);
}

/** Puts any footer under any pages. */
export function closeFile(pages: Uint8Array, footer: Uint8Array, claimed = footer.length): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(claimed);
  const magic = Buffer.from('PAR1');
  return Buffer.concat([magic, pages, footer, length, magic]);
}

/** An unsigned number of any size in Thrift's and Parquet's variable length. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** Definition levels of a v1 page: their length, then their runs. */
export function levels(...runs: readonly number[]): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(runs.length);
  return Buffer.concat([length, Buffer.from(runs)]);
}
