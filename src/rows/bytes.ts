/** Rows of whole numbers, which a device can hold in a byte each. */
import type { CheckedMatrix } from './matrix.js';
import { BLOCK_ROWS, packedLength } from './pack.twin.js';

/** Sums of so many rows of such numbers are exact in float32: 1,024 x 16,384 = 2^24. */
const LARGEST = 16384;
/** What a signed byte holds. */
const LEAST = -128;
const MOST = 127;

/** What is known of columns of whole numbers, [d] each. */
export interface WholeColumns {
  readonly lows: ArrayLike<number>;
  readonly highs: ArrayLike<number>;
  readonly sums: Float64Array;
}

/** The columns of `x` (n x d), unless one of its numbers is not whole, or larger than 16,384. */
export function wholeColumns(x: ArrayLike<number>, n: number, d: number): WholeColumns | undefined {
  const lows = new Int32Array(d).fill(LARGEST);
  const highs = new Int32Array(d).fill(-LARGEST);
  const sums = new Float64Array(d);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) {
      const value = x[at] | 0;
      if (value !== x[at]) return undefined;
      if (value < lows[j]) lows[j] = value;
      if (value > highs[j]) highs[j] = value;
      sums[j] += value;
    }
  }
  if (lows.some((low) => low < -LARGEST) || highs.some((high) => high > LARGEST)) return undefined;
  return { lows, highs, sums };
}

/**
 * The whole numbers nearest to the columns' means less which the rows are held in a signed byte each;
 * none where a column spans more than that.
 */
export function byteShift(
  { lows, highs, sums }: WholeColumns,
  n: number,
): Float64Array | undefined {
  const shift = sums.map((sum, j) =>
    Math.max(highs[j] - MOST, Math.min(lows[j] - LEAST, Math.round(sum / n))),
  );
  return holdsLess({ lows, highs }, shift) ? shift : undefined;
}

/**
 * What the rows are less of in bytes, where bytes hold them: `known`, or else near their means.
 */
export function wholeShift(
  { data, shape: [n, d] }: CheckedMatrix,
  known?: Float64Array,
): Float64Array | undefined {
  if (known?.every(Number.isInteger) === false) return undefined;
  const columns = wholeColumns(data, n, d);
  if (!columns) return undefined;
  if (!known) return byteShift(columns, n);
  return holdsLess(columns, known) ? known : undefined;
}

/** Whether bytes hold such columns less a `shift` of whole numbers. */
function holdsLess(
  { lows, highs }: Pick<WholeColumns, 'lows' | 'highs'>,
  shift: Float64Array,
): boolean {
  return shift.every((value, j) => lows[j] - value >= LEAST && highs[j] - value <= MOST);
}

/** Whole numbers from -128 to 127, four a word, the first in its lowest byte. */
export function packBytes(x: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Int8Array.from(x).buffer);
}

/**
 * Rows [start, end) of `x` ([rows] x d) less `shift`, as kernels read them (see `pack`), in a byte a
 * number, four a word. `start` begins a block of the layout.
 */
export function packRowsInBytes(
  x: ArrayLike<number>,
  d: number,
  shift: Float64Array,
  start: number,
  end: number,
): Uint32Array<ArrayBuffer> {
  const quads = Math.ceil(d / 4);
  const words = new Uint32Array(packedLength(end - start, quads) / 4);
  const whole = d - (d % 4);
  const less = Int32Array.from(shift);
  const byte = (at: number, j: number) => (x[at] - less[j]) & 255;
  for (let i = 0, from = start * d; i < end - start; i++) {
    let to = Math.floor(i / BLOCK_ROWS) * quads * BLOCK_ROWS + (i % BLOCK_ROWS);
    for (let j = 0; j < whole; j += 4, from += 4, to += BLOCK_ROWS) {
      words[to] =
        byte(from, j) |
        (byte(from + 1, j + 1) << 8) |
        (byte(from + 2, j + 2) << 16) |
        (byte(from + 3, j + 3) << 24);
    }
    for (let j = whole; j < d; j++, from++) words[to] |= byte(from, j) << (8 * (j - whole));
  }
  return words;
}
