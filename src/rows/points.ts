/** The checks every method makes of the rows it is given. */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../errors.js';
import { isPointStream, type PointSource } from './load_options.js';
import {
  BYTES_OF,
  checkMatrix,
  checkShape,
  type CheckedMatrix,
  type GpuMatrix,
  isGpuMatrix,
  type MatrixRules,
  type Points,
} from './matrix.js';
import type { PointStream } from './point_stream.js';

/** GPUBufferUsage.COPY_SRC. */
const COPY_SOURCE = 0x0004;
/** A sum of weights below this loses digits when it is divided by their number. */
const TINY = 2 ** -900;
/** Weights of a larger mean would take squared distances, of which a sum is below 2^320, out of float64. */
const MOST_MEAN = 2 ** 700;

/**
 * The caller's rows, checked. The numbers of a GPU matrix are checked on the device.
 *
 * @throws ShapeError, NonFiniteError, InvalidArgumentError
 */
export function checkPoints(
  what: string,
  points: Points,
  rules: MatrixRules = {},
): CheckedMatrix | GpuMatrix {
  if (typeof points !== 'object' || (points as unknown) === null || !isGpuMatrix(points)) {
    return checkMatrix(what, points, rules);
  }
  const { buffer } = points;
  const [n, d] = checkShape(what, points.shape);
  if (rules.columns !== undefined && d !== rules.columns) {
    throw new ShapeError(
      `${what} has ${d} ${plural(d, 'column')}, but ${rules.columns} ${plural(rules.columns, 'is', 'are')} needed.`,
    );
  }
  if (!isGpuBuffer(buffer)) {
    throw new InvalidArgumentError(
      what,
      `${what}.buffer is ${show(buffer)}; give a GPUBuffer of float32 numbers, or { data, shape } for those on the host.`,
    );
  }
  const { offset = 0, type = 'float32', device, finite } = points;
  const bytes = (BYTES_OF as Partial<typeof BYTES_OF>)[type];
  if (!bytes) {
    throw new InvalidArgumentError(
      what,
      `${what}.type is ${show(type)}; it must be 'float32', 'float16' or 'uint8'.`,
    );
  }
  const { stride = bytes * d } = points;
  for (const [name, value, least] of [
    ['offset', offset, 0],
    ['stride', stride, bytes * d],
  ] as const) {
    if (Number.isSafeInteger(value / bytes) && value >= least) continue;
    throw new InvalidArgumentError(
      what,
      `${what}.${name} is ${show(value)}; it must be a multiple of ${bytes} bytes (${type}), ${least} at least.`,
    );
  }
  const isPlain = offset === 0 && stride === 4 * d && type === 'float32';
  // Copies are of whole words.
  const needed = Math.ceil((offset + stride * (n - 1) + bytes * d) / 4) * 4;
  if (buffer.size < needed) {
    throw new InvalidArgumentError(
      what,
      `${what}.buffer has ${buffer.size} bytes, but shape [${n}, ${d}] needs ${needed} (${type}${isPlain ? '' : `, offset ${offset}, stride ${stride}`}).`,
    );
  }
  if ((buffer.usage & COPY_SOURCE) === 0) {
    throw new InvalidArgumentError(
      what,
      `${what}.buffer cannot be copied from; create it with GPUBufferUsage.COPY_SRC.`,
    );
  }
  return {
    ...{ buffer, shape: [n, d] },
    ...(isPlain ? {} : { offset, stride, type }),
    ...(device ? { device } : {}),
    ...(finite === true ? { finite } : {}),
  };
}

function isGpuBuffer(buffer: unknown): buffer is GPUBuffer {
  const { size, usage } = (buffer ?? {}) as Partial<GPUBuffer>;
  return typeof size === 'number' && typeof usage === 'number';
}

/**
 * The caller's rows, or a stream of them, checked.
 *
 * @throws ShapeError, NonFiniteError, InvalidArgumentError; the signal's reason when aborted
 */
export async function checkSource(
  what: string,
  points: Points | PointStream,
  rules: MatrixRules = {},
  signal?: AbortSignal,
): Promise<PointSource> {
  if (!isPointStream(points)) return checkPoints(what, points, rules);
  const { CheckedStream } = await import('./checked_stream.js');
  return CheckedStream.open(what, points, rules, signal);
}

/**
 * Sample weights scaled to mean 1, which changes no result but keeps float32 in range, and the mean
 * they had; undefined where none were given.
 *
 * @throws InvalidArgumentError on a wrong length, a negative or non-finite weight, or all zeros
 */
export function checkWeights(
  weights: ArrayLike<number> | undefined,
  n: number,
): { readonly scaled: Float32Array; readonly mean: number } | undefined {
  if (!weights) return undefined;
  const remedy = 'give one finite weight >= 0 a row, not all zero';
  if (weights.length !== n) {
    throw new InvalidArgumentError(
      'sampleWeight',
      `sampleWeight has ${show(weights.length)} ${plural(weights.length, 'entry', 'entries')} for ${n} ${plural(n, 'row')}; ${remedy}.`,
    );
  }
  const given = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const weight: unknown = weights[i];
    if (!(typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new InvalidArgumentError(
        'sampleWeight',
        `sampleWeight[${i}] is ${show(weight)}; ${remedy}.`,
      );
    }
    given[i] = weight;
    sum += weight;
  }
  if (sum === 0) {
    throw new InvalidArgumentError(
      'sampleWeight',
      `sampleWeight is zero for every row; ${remedy}.`,
    );
  }
  if (sum / n > MOST_MEAN) {
    throw new InvalidArgumentError(
      'sampleWeight',
      `sampleWeight has a mean above ${MOST_MEAN.toPrecision(2)}; scale all weights down.`,
    );
  }
  // The smallest numbers there are would have a mean that is rounded to nothing.
  const unit = sum < TINY ? 1 / TINY : 1;
  const mean = (sum * unit) / n;
  return {
    scaled: Float32Array.from(given, (weight) => (weight * unit) / mean),
    mean: mean / unit,
  };
}
