/** The typed numbers of binary formats (NPY, IDX): bytes to a float matrix, block by block. */
import { endianness } from 'node:os';
import { FileError } from '../errors.js';
import type { ByteSource } from './byte_source.js';

/** Element types by NumPy's names: kind (boolean, unsigned, signed, float) and bytes. */
export type ElementType =
  'b1' | 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'u8' | 'i8' | 'f2' | 'f4' | 'f8';

const TYPED_ARRAYS = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

const BLOCK_BYTES = 1 << 20;

export interface ElementFormat {
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** Columns one after the other instead of rows (Fortran order). */
  readonly columnMajor: boolean;
}

export function elementBytes(type: ElementType): number {
  return TYPED_ARRAYS[type].BYTES_PER_ELEMENT;
}

/** rows * columns * bytes per element, or Infinity where that is not a safe integer. */
export function matrixBytes(shape: readonly number[], type: ElementType): number {
  const bytes = shape.reduce((product, side) => product * side, elementBytes(type));
  return Number.isSafeInteger(bytes) ? bytes : Infinity;
}

/**
 * Reads n x d elements, the rest of the source, as row-major numbers: float32 where that holds
 * every value of the type exactly, else float64. Nothing is allocated before the source is known
 * to be long enough.
 *
 * @throws FileError when the source is too short or too long, or holds an integer beyond 2^53
 */
export async function readElements(
  source: ByteSource,
  [n, d]: readonly [rows: number, columns: number],
  format: ElementFormat,
): Promise<Float32Array | Float64Array> {
  const { type, littleEndian, columnMajor } = format;
  const size = elementBytes(type);
  const total = matrixBytes([n, d], type);
  if (total > source.remaining || (!source.gzipped && total < source.remaining)) {
    throw new FileError(
      source.path,
      `its header promises ${n} x ${d} elements of ${size} bytes, ` +
        `but ${source.gzipped ? 'at most ' : ''}${source.remaining} bytes follow`,
      'It is cut off or damaged; copy or write it again.',
    );
  }
  const exact = type === 'f4' || (size < 4 && type !== 'f8');
  const out = exact ? new Float32Array(n * d) : new Float64Array(n * d);
  const swap = size > 1 && littleEndian !== (endianness() === 'LE');
  const count = n * d;
  const block = new ArrayBuffer(Math.min(BLOCK_BYTES, total));
  for (let at = 0; at < count;) {
    const length = Math.min(block.byteLength / size, count - at);
    const bytes = Buffer.from(block, 0, length * size);
    await source.fill(bytes);
    if (swap) swapBytes(bytes, size);
    const elements = new TYPED_ARRAYS[type](block, 0, length);
    const values =
      elements instanceof BigInt64Array || elements instanceof BigUint64Array
        ? safeNumbers(source.path, elements, at, d)
        : type === 'f2'
          ? Float32Array.from(elements, numberOfHalf)
          : elements;
    if (columnMajor) scatterColumns(values, at, out, n, d);
    else out.set(values, at);
    at += length;
  }
  await source.expectEnd();
  return out;
}

/** The number that 16 bits are as IEEE float16. */
export function numberOfHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function swapBytes(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}

function safeNumbers(
  path: string,
  elements: BigInt64Array | BigUint64Array,
  start: number,
  d: number,
): Float64Array {
  const values = new Float64Array(elements.length);
  for (let i = 0; i < elements.length; i++) {
    values[i] = Number(elements[i]);
    if (!Number.isSafeInteger(values[i])) {
      const at = start + i;
      throw new FileError(
        path,
        `the value at row ${Math.floor(at / d)}, column ${at % d} is ${elements[i]}; ` +
          'whole numbers must be below 2^53',
        'Save the data as float64 (numpy: astype("float64")).',
      );
    }
  }
  return values;
}

function scatterColumns(
  values: ArrayLike<number>,
  start: number,
  out: Float32Array | Float64Array,
  n: number,
  d: number,
): void {
  let row = start % n;
  let column = Math.floor(start / n);
  for (let i = 0; i < values.length; i++) {
    out[row * d + column] = values[i];
    if (++row === n) {
      row = 0;
      column++;
    }
  }
}
