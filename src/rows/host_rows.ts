/** The caller's rows as the CPU engine holds them. */
import { InvalidArgumentError } from '../errors.js';
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import { centre } from './column_means.twin.js';
import { createPause, type Pause, rowBlocks } from '../math/event_loop.js';

/**
 * float32(row - shift) for each row, n x d. Column means are rounded to float32, so that a device
 * that subtracts them in float32 gets the same rows bit for bit.
 *
 * @throws InvalidArgumentError where the rows lie on a GPU
 */
export async function loadHostRows(
  points: CheckedMatrix | GpuMatrix,
  wanted?: Float64Array,
): Promise<{ readonly x: Float32Array; readonly shift: Float64Array }> {
  if ('buffer' in points) {
    throw new InvalidArgumentError(
      'points',
      `points is a GPU matrix of shape [${points.shape.join(', ')}], but this fit runs on the CPU. ` +
        `Pass the WebGPU runtime that owns the buffer, or give { data, shape } on the host.`,
    );
  }
  const {
    data,
    shape: [n, d],
    shift: subtracted,
  } = points;
  const pause = createPause();
  const shift = wanted ?? subtracted ?? (await meansOf(data, n, d, pause)).map(Math.fround);
  const remaining = subtracted ? shift.map((value, j) => value - subtracted[j]) : shift;
  const x = new Float32Array(n * d);
  for (const [start, end] of rowBlocks(n, d)) {
    x.set(centre(data.subarray(start * d, end * d), end - start, d, remaining), start * d);
    await pause();
  }
  return { x, shift };
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
