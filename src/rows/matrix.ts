/**
 * Every form of matrix a caller may bring, and the one form the library works on.
 */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError, NonFiniteError, OutOfMemoryError, ShapeError } from '../errors.js';
import { directionShift, directionsOf, spreadRows } from './directions.js';
import { largestOf } from './float16.js';

/** The typed arrays accepted as numbers (64-bit integer arrays hold no numbers and are refused). */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/**
 * A row-major matrix on the host: `data[row * shape[1] + column]`. `shape` is [rows, columns]; its
 * type takes what TypeScript makes of a literal, whose length is checked when it is used.
 */
export interface HostMatrix {
  readonly data: NumericArray | readonly number[];
  readonly shape: readonly number[];
}

/** Types of numbers on a device: 'uint8' are whole numbers from 0 to 255. */
export type GpuNumber = 'float32' | 'float16' | 'uint8';

/**
 * A row-major matrix that already lies on the runtime's device; `shape` as in HostMatrix. The buffer stays its
 * owner's: it is copied from (GPUBufferUsage.COPY_SRC), never written to, and may be destroyed once the promise
 * of the call that takes it has settled. It may hold more than the matrix.
 */
export interface GpuMatrix {
  readonly buffer: GPUBuffer;
  readonly shape: readonly number[];
  /** Bytes before the first number, a multiple of a number's. Default 0. */
  readonly offset?: number;
  /** Bytes from one row to the next, a multiple of a number's. Default: rows without gaps. */
  readonly stride?: number;
  /** Default 'float32'. */
  readonly type?: GpuNumber;
  /** The buffer's device: where no `runtime` is given, one is made around it, and kept as long as the device. */
  readonly device?: GPUDevice;
  /**
   * True: all numbers are known to be finite, and their squares to be within float32. Then nothing is read back to
   * check them.
   */
  readonly finite?: boolean;
}

/**
 * Numbers of a result that stayed on a device, one a row. The buffer is the caller's to destroy; its device must
 * live as long.
 */
export interface GpuVector {
  readonly buffer: GPUBuffer;
  readonly shape: readonly [rows: number];
  readonly type: 'uint32' | 'float32';
  readonly device: GPUDevice;
}

/** A matrix of results that stayed on a device, float32 and row-major; owned as a GpuVector is. */
export interface GpuResult extends GpuMatrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly device: GPUDevice;
}

/**
 * What every method takes as `points`, one row a point. Nothing passed in is ever changed, and nothing is
 * copied first: rows of any kind, streams, `sampleWeight` and `init` are read while the work runs, so leave
 * them as they are until the promise settles. What is changed meanwhile may or may not count; what is
 * transferred, resized or destroyed is refused.
 */
export type Points =
  HostMatrix | GpuMatrix | readonly (readonly number[])[] | readonly NumericArray[];

/** A dense float32 result, row-major. */
export interface Matrix {
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
}

/** Centroids, row-major: in float64 where float32 would round them by more than the rows call for. */
export interface Centroids {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [k: number, columns: number];
}

/**
 * Host data, checked: n x d row-major float32 numbers, all finite. `shift` (length d) is what was
 * already subtracted from every row, in float64, before rounding to float32; absent where float32
 * holds the numbers exactly and nothing was subtracted yet.
 */
export interface CheckedMatrix {
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
  readonly shift?: Float64Array;
  /** The largest magnitude in `data`, where it is known. */
  readonly largest?: number;
  /** The caller gave a byte a number. */
  readonly isBytes?: boolean;
}

/** A matrix whose numbers were all looked at. */
export interface SeenMatrix extends CheckedMatrix {
  readonly largest: number;
}

/** What {@link checkMatrix} is to hold the data to. */
export interface MatrixRules {
  /** The width required (predict, transform, given centroids). */
  readonly columns?: number;
  /**
   * What will be subtracted from every row, [d]; 'none' where rows are to stay as they are; the
   * column means when absent.
   */
  readonly shift?: Float64Array | 'none';
  /** Rows are directions: scaled to length 1 before anything is subtracted. */
  readonly directions?: boolean;
  /** Where row 0 stands in the whole, for messages. */
  readonly firstRow?: number;
}

/** Rows as they were given, checked for all but infinities. */
export interface RawRows {
  readonly source: NumericArray | readonly number[];
  readonly shape: readonly [rows: number, columns: number];
  /** Float32 holds the numbers exactly. */
  readonly exact: boolean;
}

/** True for a matrix that lies on the device. */
export function isGpuMatrix(points: Points): points is GpuMatrix {
  return (
    typeof points === 'object' && 'buffer' in points && 'shape' in points && !('data' in points)
  );
}

/** Whether it is to be made dense float32 rows first. */
export function isLaidOut(source: object): source is GpuMatrix {
  return 'stride' in source;
}

/** Checks a shape and returns a copy of it. Throws ShapeError. */
export function checkShape(what: string, shape: unknown): readonly [number, number] {
  if (
    !Array.isArray(shape) ||
    shape.length !== 2 ||
    !shape.every((side: unknown) => Number.isSafeInteger(side) && (side as number) >= 1)
  ) {
    const given =
      Array.isArray(shape) && shape.length <= 4 ? `[${shape.map(show).join()}]` : show(shape);
    throw new ShapeError(
      `${what}: shape is ${given}; it must be [rows, columns], both whole numbers >= 1.`,
    );
  }
  const [rows, columns] = shape as [number, number];
  return [rows, columns];
}

function isNumericArray(value: unknown): value is NumericArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBigIntArray(value);
}

/** What to give for 64-bit integers, of which float32 would lose the digits that float64 holds. */
const NO_BIGINTS = 'Float64Array.from(data, Number)';

function isBigIntArray(value: unknown): boolean {
  return value instanceof BigInt64Array || value instanceof BigUint64Array;
}

/**
 * The caller's host matrix as checked float32 rows. Float32Array data is used as it is (never
 * written to). Numbers that float32 may not hold exactly (float64, 32-bit integers) have `shift`
 * subtracted in float64 first, so that a large common offset costs no digits.
 *
 * @param what the argument's name, for messages
 * @throws ShapeError on ragged, empty or misshapen input; NonFiniteError on NaN or infinity, also
 *   where a float64 number is too large for float32; InvalidArgumentError on anything else
 */
export function checkMatrix(what: string, points: Points, rules: MatrixRules = {}): SeenMatrix {
  return toFloat32(what, readRows(what, points, rules), rules);
}

/** The first half of {@link checkMatrix}: the shape, and that the entries are numbers. */
export function readRows(what: string, points: Points, rules: MatrixRules = {}): RawRows {
  if (typeof points !== 'object' || (points as unknown) === null || ArrayBuffer.isView(points)) {
    throw new InvalidArgumentError(
      what,
      `${what} is ${show(points)}; give { data, shape: [rows, columns] }, an array of rows, or { buffer, shape }.`,
    );
  }
  const { source, shape } = Array.isArray(points)
    ? flattenRows(what, points as readonly (readonly number[] | NumericArray)[], rules.firstRow)
    : hostRows(what, points as HostMatrix, rules.firstRow);
  const [, d] = shape;
  const { columns } = rules;
  if (columns !== undefined && d !== columns) {
    throw new ShapeError(
      `${what} has ${d} ${plural(d, 'column')}, but ${columns} ${plural(columns, 'is', 'are')} needed: ` +
        `give rows of ${columns} ${plural(columns, 'number')}.`,
    );
  }
  const exact =
    source instanceof Float32Array || (isNumericArray(source) && source.BYTES_PER_ELEMENT < 4);
  return { source, shape, exact };
}

/** The second half of {@link checkMatrix}. */
export function toFloat32(
  what: string,
  { source, shape: [n, d], exact }: RawRows,
  rules: MatrixRules = {},
): SeenMatrix {
  const { firstRow = 0 } = rules;
  // A shift that float32 cannot hold must be subtracted here, or fit and predict would differ.
  const asIs =
    (rules.shift === 'none' && !rules.directions) ||
    (exact &&
      (rules.shift === 'none' ||
        (rules.shift?.every((value) => Math.fround(value) === value) ?? true)));
  if (asIs) {
    const data = source instanceof Float32Array ? source : Float32Array.from(source);
    const isBytes = isNumericArray(source) && source.BYTES_PER_ELEMENT === 1;
    const largest = checkFinite(what, data, d, firstRow);
    return { data, shape: [n, d], largest, ...(isBytes ? { isBytes } : {}) };
  }
  if (rules.directions) return toDirections(what, source, [n, d], rules);
  const shift =
    rules.shift instanceof Float64Array
      ? rules.shift
      : meansOf(addRows(source, new Float64Array(d)), n);
  const data = new Float32Array(n * d);
  let largest = 0;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) {
      const value = source[at];
      const centred = value - shift[j];
      data[at] = centred;
      // Of the numbers themselves: what float32 rounds to zero is to be refused, not taken for it.
      largest = Math.max(largest, Math.abs(centred));
      // A value beyond float32 is refused as it stands, not after centring.
      if (!Number.isFinite(Math.fround(value)) || !Number.isFinite(data[at])) {
        throw new NonFiniteError(what, firstRow + i, j, value);
      }
    }
  }
  return { data, shape: [n, d], shift, largest };
}

/** Directions in float64, less a shift, and then rounded. */
function toDirections(
  what: string,
  source: NumericArray | readonly number[],
  [n, d]: readonly [number, number],
  { shift: given, firstRow = 0 }: MatrixRules,
): SeenMatrix {
  for (let at = 0; at < n * d; at++) {
    if (Number.isFinite(Math.fround(source[at]))) continue;
    throw new NonFiniteError(what, firstRow + Math.floor(at / d), at % d, source[at]);
  }
  const shift = given instanceof Float64Array ? given : shiftOfDirections(source, [n, d]);
  const data = Float32Array.from(directionsOf(source, n, d, shift, what, firstRow));
  return { data, shape: [n, d], shift, largest: largestOf(data) };
}

/** What {@link toFloat32} subtracts from directions that are given no shift. */
export function shiftOfDirections(
  source: NumericArray | readonly number[],
  [n, d]: readonly [number, number],
): Float64Array {
  const rows = spreadRows(n);
  const sample = rows.flatMap((row) => [...source.slice(row * d, (row + 1) * d)]);
  return directionShift(sample, rows.length, d);
}

function hostRows(what: string, points: HostMatrix, firstRow?: number) {
  const { data } = points;
  if ('blocks' in points) {
    throw new InvalidArgumentError(
      what,
      `${what} is a stream of blocks, which this method does not take; give { data, shape: [rows, columns] } or an array of rows.`,
    );
  }
  if (!isNumericArray(data) && !Array.isArray(data)) {
    throw new InvalidArgumentError(
      what,
      `${what}.data is ${show(data)}; give ${isBigIntArray(data) ? NO_BIGINTS : 'a typed array of numbers (Float32Array is fastest) or number[]'}.`,
    );
  }
  const [n, d] = checkShape(what, points.shape);
  if (data.length !== n * d) {
    throw new ShapeError(
      `${what}.data holds ${data.length} ${plural(data.length, 'number')}, but shape [${n}, ${d}] needs ${n * d}.` +
        (data.length === 0 ? ' (An array whose buffer was transferred holds none.)' : ''),
    );
  }
  checkNumbers(what, data, d, firstRow);
  return { source: data, shape: [n, d] as const };
}

function flattenRows(
  what: string,
  rows: readonly (readonly number[] | NumericArray)[],
  firstRow = 0,
) {
  const n = rows.length;
  if (n === 0) throw new ShapeError(`${what} is empty; at least one row is needed.`);
  // Not forEach, which skips holes.
  for (const [i, row] of rows.entries() as Iterable<[number, unknown]>) {
    if (!Array.isArray(row) && !isNumericArray(row)) {
      throw new InvalidArgumentError(
        what,
        `${what}[${firstRow + i}] is ${show(row)}; every row must be an array of numbers` +
          (typeof row === 'number'
            ? `: for numbers of many rows in one array give { data, shape: [rows, columns] }.`
            : isBigIntArray(row)
              ? `: give ${NO_BIGINTS}.`
              : '.'),
      );
    }
  }
  const d = rows[0].length;
  if (d === 0)
    throw new ShapeError(`${what} has rows of no columns; at least one column is needed.`);
  const single = rows.every((row) => row instanceof Float32Array);
  const source = single ? new Float32Array(n * d) : new Float64Array(n * d);
  rows.forEach((row, i) => {
    if (row.length !== d) {
      throw new ShapeError(
        `${what}: row ${firstRow + i} has ${row.length} ${plural(row.length, 'column')}, row ${firstRow} has ${d}; all rows must have the same length.`,
      );
    }
    checkNumbers(what, row, d, firstRow + i);
    source.set(row, i * d);
  });
  return { source, shape: [n, d] as const };
}

/** Throws NonFiniteError at the first entry of an array that is no number: text, null, a hole. */
function checkNumbers(
  what: string,
  values: ArrayLike<unknown>,
  d: number,
  firstRow = 0,
): asserts values is NumericArray | readonly number[] {
  if (!Array.isArray(values)) return;
  for (let at = 0; at < values.length; at++) {
    if (typeof values[at] === 'number') continue;
    throw new NonFiniteError(what, firstRow + Math.floor(at / d), at % d, values[at]);
  }
}

/**
 * Throws NonFiniteError at the first NaN or infinity (all exponent bits set).
 *
 * @returns the largest magnitude
 */
function checkFinite(what: string, data: Float32Array, d: number, firstRow: number): number {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  // The magnitudes' bits are in the numbers' order.
  let largest = 0;
  for (let at = 0; at < bits.length; at++) {
    const magnitude = bits[at] & 0x7fffffff;
    if (magnitude >= 0x7f800000) {
      throw new NonFiniteError(what, firstRow + Math.floor(at / d), at % d, data[at]);
    }
    if (magnitude > largest) largest = magnitude;
  }
  return new Float32Array(Uint32Array.of(largest).buffer)[0];
}

/** Zeros for a result. Throws OutOfMemoryError where there is no room for so many. */
export function newFloats(count: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(count);
  } catch (cause) {
    throw new OutOfMemoryError(
      `The result has ${count} numbers, too many for memory; use fewer rows at a time.`,
      { cause },
    );
  }
}

/** Adds rows to the `sums` of their columns, one after the other. */
export function addRows(rows: NumericArray | readonly number[], sums: Float64Array): Float64Array {
  for (let at = 0; at < rows.length;) {
    for (let j = 0; j < sums.length; j++, at++) sums[j] += rows[at];
  }
  return sums;
}

/** Column means in float64; one beyond float32 becomes 0 (the cell to blame is found later). */
export function meansOf(sums: Float64Array, n: number): Float64Array {
  return sums.map((sum) => (Number.isFinite(Math.fround(sum / n)) ? sum / n : 0));
}
