/** The checks of a matrix that lies on a device; its numbers are checked there. */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../errors.js';
import { checkShape, type GpuMatrix, type GpuNumber, type MatrixRules } from './matrix.js';

export const BYTES_OF: Readonly<Record<GpuNumber, number>> = { float32: 4, float16: 2, uint8: 1 };

/** GPUBufferUsage.COPY_SRC. */
const COPY_SOURCE = 0x0004;

/** @throws ShapeError, InvalidArgumentError */
export function checkGpuMatrix(what: string, points: GpuMatrix, rules: MatrixRules): GpuMatrix {
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
