/**
 * What a hostile Parquet file may claim, checked before hyparquet's decoders allocate or loop by
 * it. Each function walks one encoding without decoding it and throws an Error that says which
 * claim is false; the caller adds the path.
 */

/** Nesting of structs in a footer is about six; each level costs a call. */
const MAX_NESTING = 16;
/** Bytes of one minimum or maximum; writers cut longer ones off at 4 KiB. */
const MAX_STATISTIC_BYTES = 1 << 16;
/** hyparquet unpacks in 32-bit integers, which hold a value of 24 bits and the byte it starts in. */
const MAX_RUN_BITS = 24;
/** FileMetaData, RowGroup, ColumnChunk, ColumnMetaData, Statistics. */
const STATISTICS_NESTING = 5;

/** Wire types of Thrift's compact protocol. */
const Wire = { STOP: 0, TRUE: 1, FALSE: 2, BYTE: 3, I16: 4, I32: 5, I64: 6, DOUBLE: 7 } as const;
const WireSized = { BINARY: 8, LIST: 9, STRUCT: 12 } as const;

/** A position in bytes that refuses to run past their end. */
class Cursor {
  readonly #view: DataView;
  readonly end: number;
  offset: number;

  constructor(view: DataView, offset: number, end = view.byteLength) {
    this.#view = view;
    this.offset = offset;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  byte(): number {
    this.skip(1);
    return this.#view.getUint8(this.offset - 1);
  }

  skip(bytes: number): void {
    if (bytes > this.remaining) {
      throw new Error(`${bytes} bytes are claimed where ${this.remaining} are left`);
    }
    this.offset += bytes;
  }

  /** A variable-length number of at most `bits` bits. */
  varint(bits: 32 | 64): number {
    let value = 0;
    for (let shift = 0; shift < bits; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`a number has more than ${bits} bits`);
  }
}

/**
 * One struct of Thrift's compact protocol (a footer or a page header): every list and string lies
 * inside the bytes. Returns where it ends.
 */
export function checkThrift(view: DataView, offset: number): number {
  const cursor = new Cursor(view, offset);
  skipStruct(cursor, 1);
  return cursor.offset;
}

function skipStruct(cursor: Cursor, nesting: number): void {
  if (nesting > MAX_NESTING) throw new Error(`structs are nested more than ${MAX_NESTING} deep`);
  for (;;) {
    const field = cursor.byte();
    const type = field & 0x0f;
    if (type === Wire.STOP) return;
    if (field >> 4 === 0) cursor.varint(32);
    if (type !== Wire.TRUE && type !== Wire.FALSE) skipValue(cursor, type, nesting);
  }
}

function skipValue(cursor: Cursor, type: number, nesting: number): void {
  switch (type) {
    case Wire.TRUE:
    case Wire.FALSE:
    case Wire.BYTE:
      cursor.skip(1);
      return;
    case Wire.I16:
    case Wire.I32:
      cursor.varint(32);
      return;
    case Wire.I64:
      cursor.varint(64);
      return;
    case Wire.DOUBLE:
      cursor.skip(8);
      return;
    case WireSized.BINARY: {
      const length = cursor.varint(32);
      if (nesting >= STATISTICS_NESTING && length > MAX_STATISTIC_BYTES) {
        throw new Error(`a statistic has ${length} bytes`);
      }
      cursor.skip(length);
      return;
    }
    case WireSized.LIST: {
      const head = cursor.byte();
      const length = head >> 4 === 15 ? cursor.varint(32) : head >> 4;
      // Every element takes at least one byte.
      if (length > cursor.remaining) {
        throw new Error(`a list of ${length} is claimed where ${cursor.remaining} bytes are left`);
      }
      for (let i = 0; i < length; i++) skipValue(cursor, head & 0x0f, nesting);
      return;
    }
    case WireSized.STRUCT:
      skipStruct(cursor, nesting + 1);
      return;
    default:
      throw new Error(`a field has the unknown type ${type}`);
  }
}

/**
 * `count` numbers of `bitWidth` bits as runs of repeats and of packed bits (RLE hybrid), between
 * `offset` and `end`: no run longer than what is left, none beyond the end.
 */
export function checkRuns(
  view: DataView,
  offset: number,
  end: number,
  bitWidth: number,
  count: number,
): void {
  if (bitWidth < 1 || bitWidth > MAX_RUN_BITS)
    throw new Error(`numbers of ${bitWidth} bits are claimed`);
  const cursor = new Cursor(view, offset, end);
  for (let left = count; left > 0;) {
    const head = cursor.varint(32);
    const run = head % 2 === 1 ? Math.floor(head / 2) * 8 : Math.floor(head / 2);
    // Packed runs are whole groups of eight, the last one padded.
    if (run === 0 || run > left + (head % 2 === 1 ? 7 : 0)) {
      throw new Error(`a run of ${run} values is claimed where ${left} are left`);
    }
    cursor.skip(head % 2 === 1 ? (run / 8) * bitWidth : Math.ceil(bitWidth / 8));
    left -= run;
  }
}

/** `count` whole numbers as DELTA_BINARY_PACKED blocks: sane block sizes, all inside the bytes. */
export function checkDeltas(view: DataView, offset: number, count: number): void {
  const cursor = new Cursor(view, offset);
  const block = cursor.varint(32);
  const miniblocks = cursor.varint(32);
  const total = cursor.varint(32);
  const perMiniblock = block / miniblocks;
  if (block === 0 || block > 1 << 16 || block % 128 !== 0 || perMiniblock % 32 !== 0) {
    throw new Error(`delta blocks of ${block} values in ${miniblocks} parts are claimed`);
  }
  if (total !== count) throw new Error(`${total} deltas are claimed in a page of ${count} values`);
  cursor.varint(64);
  for (let seen = 1; seen < count;) {
    cursor.varint(64);
    const widths = Array.from({ length: miniblocks }, () => cursor.byte());
    for (const width of widths) {
      if (seen >= count) break;
      if (width > 64) throw new Error(`deltas of ${width} bits are claimed`);
      cursor.skip((perMiniblock * width) / 8);
      seen += perMiniblock;
    }
  }
}
