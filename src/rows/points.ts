/** The checks every method makes of the rows it is given. */
import { isPointStream, type PointSource } from './load_options.js';
import {
  checkMatrix,
  type CheckedMatrix,
  type GpuMatrix,
  isGpuMatrix,
  type MatrixRules,
  type Points,
} from './matrix.js';
import type { PointStream } from './point_stream.js';
import type { ScaledWeights } from './sample_weights.js';

/**
 * The caller's rows, checked. The numbers of a GPU matrix are checked on the device.
 *
 * @throws ShapeError, NonFiniteError, InvalidArgumentError
 */
export async function checkPoints(
  what: string,
  points: Points,
  rules: MatrixRules = {},
): Promise<CheckedMatrix | GpuMatrix> {
  if (typeof points !== 'object' || (points as unknown) === null || !isGpuMatrix(points)) {
    return checkMatrix(what, points, rules);
  }
  return (await import('./gpu_matrix.js')).checkGpuMatrix(what, points, rules);
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
export async function checkWeights(
  weights: ArrayLike<number> | undefined,
  n: number,
): Promise<ScaledWeights | undefined> {
  return weights && (await import('./sample_weights.js')).scaledWeights(weights, n);
}
