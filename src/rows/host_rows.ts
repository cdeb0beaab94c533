/** The caller's rows as the CPU engine holds them. */
import { InvalidArgumentError } from '../errors.js';
import { createPause, type Pause, rowBlocks } from '../math/event_loop.js';
import { wholeShift } from './bytes.js';
import { centre, columnMeans } from './column_means.twin.js';
import { directionsOf } from './directions.js';
import { float16Scale, float16Shift, largestOf, roundToFloat16 } from './float16.js';
import { isStreamed, type LoadOptions, type Metric, type PointSource } from './load_options.js';
import { type CheckedMatrix, type GpuMatrix, shiftOfDirections } from './matrix.js';
import { rangeScale } from './range.js';

/**
 * float32(row - shift) for each row. Column means are rounded to float32, so that a device
 * that subtracts them in float32 gets the same rows bit for bit.
 *
 * @param refuse throws where their largest magnitude is out of range
 * @throws InvalidArgumentError where the rows lie on a GPU
 */
export async function loadHostRows(
  points: PointSource,
  wanted?: Float64Array,
  refuse?: (largest: number) => void,
): Promise<HeldRows> {
  const { data, shape, shift: subtracted, largest } = await matrixOf(points);
  refuse?.(largest ?? largestOf(data));
  const [n, d] = shape;
  const pause = createPause();
  const shift = wanted ?? subtracted ?? (await meansOf(data, n, d, pause)).map(Math.fround);
  const remaining = subtracted ? shift.map((value, j) => value - subtracted[j]) : shift;
  const x = new Float32Array(n * d);
  for (const [start, end] of rowBlocks(n, d)) {
    x.set(centre(data.subarray(start * d, end * d), end - start, d, remaining), start * d);
    await pause();
  }
  return { x, shape, shift, scale: 1 };
}

async function meansOf(
  data: ArrayLike<number>,
  n: number,
  d: number,
  pause: Pause,
): Promise<Float64Array> {
  const sums = new Float64Array(d);
  for (const [start, end] of rowBlocks(n, d)) {
    for (let i = start, at = start * d; i < end; i++) {
      for (let j = 0; j < d; j++, at++) sums[j] += data[at];
    }
    await pause();
  }
  return sums.map((sum) => sum / n);
}

/** Rows as a device would hold them for the same options, n x d. */
export interface HeldRows {
  readonly x: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
  /** What was subtracted from every row, [d]. */
  readonly shift: Float64Array;
  /** A power of two that rows in float16 were rounded at. */
  readonly scale: number;
}

/**
 * Any rows on the CPU, less what a device would hold them less of, rounded as it would round them.
 *
 * @throws InvalidArgumentError where the rows lie on a GPU, or reach where float32 does not
 */
export async function holdRows(points: PointSource, options: LoadOptions): Promise<HeldRows> {
  const matrix = await matrixOf(points);
  const { metric, storage, extent = 0 } = options;
  // In float64 there is nothing to scale, but what a device refuses is refused.
  if (metric === 'euclidean') {
    rangeScale('points', Math.max(extent, matrix.largest ?? largestOf(matrix.data)));
  }
  let shift = sessionShift(matrix, options);
  const isHalf = storage === 'float16';
  let scale = isHalf && metric === 'euclidean' ? halvesScale(matrix, shift, options) : 1;
  if (scale !== 1 && !options.shift && !matrix.shift) shift = float16Shift(shift, scale);
  const x = await sessionRows(matrix, shift, metric);
  if (isHalf && metric === 'cosine') {
    scale = Math.min(options.scale ?? Number.POSITIVE_INFINITY, float16Scale(largestOf(x)));
  }
  if (isHalf) roundToFloat16(x, scale);
  return { x, shape: matrix.shape, shift, scale };
}

/** Rows in memory, those of a stream, too: the CPU engine has no other place to put them. */
async function matrixOf(points: PointSource): Promise<CheckedMatrix> {
  if (isStreamed(points)) {
    const { shape, shift } = points;
    const data = await points.collect();
    return { data, shape, largest: points.largest, ...(shift ? { shift } : {}) };
  }
  if (!('buffer' in points)) return points;
  throw onCpu(points);
}

/** Rows that lie on a GPU, where the work runs on the CPU. */
export function onCpu({ shape }: GpuMatrix): InvalidArgumentError {
  return new InvalidArgumentError(
    'points',
    `points is a GPU matrix of shape [${shape.join(', ')}], but this fit runs on the CPU. ` +
      `Pass the WebGPU runtime that owns the buffer, or give { data, shape } on the host.`,
  );
}

/**
 * What the rows are held less of. Column means are rounded to float32, so that a device that
 * subtracts them in float32 gets the same rows bit for bit; what a device holds in bytes, it has less
 * whole numbers.
 */
function sessionShift(matrix: CheckedMatrix, options: LoadOptions): Float64Array {
  const {
    data,
    shape: [n, d],
    shift,
  } = matrix;
  const known = options.shift ?? shift;
  if (known) return known;
  if (options.metric === 'cosine') return shiftOfDirections(data, [n, d]);
  const means = () => columnMeans(data, n, d).map(Math.fround);
  return options.storage === 'float16' ? means() : (wholeShift(matrix) ?? means());
}

/** float32(x - shift) for each of the caller's rows x, which 'cosine' scales to length 1 first. */
async function sessionRows(
  { data, shape: [n, d], shift: subtracted }: CheckedMatrix,
  shift: Float64Array,
  metric: Metric,
): Promise<Float32Array> {
  const pause = createPause();
  const remaining = subtracted ? shift.map((value, j) => value - subtracted[j]) : shift;
  const x = new Float32Array(n * d);
  for (const [start, end] of rowBlocks(n, d)) {
    const rows = end - start;
    const block = data.subarray(start * d, end * d);
    const held =
      metric === 'cosine' && !subtracted
        ? directionsOf(block, rows, d, shift, 'points', start)
        : centre(block, rows, d, remaining);
    x.set(held, start * d);
    await pause();
  }
  return x;
}

/** The scale at which a device rounds such rows: see LoadOptions. */
function halvesScale(
  { data, shift: subtracted }: CheckedMatrix,
  shift: Float64Array,
  { scale = Number.POSITIVE_INFINITY }: LoadOptions,
): number {
  const largest = largestOf(data) + (subtracted ? 0 : largestOf(shift));
  return Math.min(scale, float16Scale(largest));
}
