/** Matrices on a device, and parts of them, as its kernels take them. */
import type { BufferBinding } from '../../../host/kernel.js';
import { ceilDiv } from '../../../host/plan.js';
import { ClusteringError } from '../../errors.js';
import type { Matrix, Shape } from './algebra.js';

/** Row-major, rows of whole vec4s with zeros past the last column. */
export class DeviceMatrix implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  /** vec4s of a row. */
  readonly quads: number;
  /** Absent once it was freed. */
  buffer: GPUBuffer | undefined;
  /** Where it begins in the buffer of another matrix, in bytes; of one by itself undefined. */
  readonly offset: number | undefined;

  constructor({ rows, columns, count }: Shape, buffer: GPUBuffer, offset?: number) {
    this.rows = rows;
    this.columns = columns;
    this.count = count;
    this.quads = ceilDiv(columns, 4);
    this.buffer = buffer;
    this.offset = offset;
  }
}

export const matrixBytes = ({ rows, columns, count }: Shape): number =>
  16 * rows * ceilDiv(columns, 4) * count;

/** Part of a buffer: rows of vec4s. */
export interface View {
  readonly buffer: BufferBinding;
  /** Where it begins, and from row to row and item to item of a stack, in vec4s. */
  readonly first: number;
  readonly stride: number;
  readonly step: number;
}

/** Where the numbers of a matrix lie, in bytes. */
interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** @throws ClusteringError where it was freed, or is another engine's */
export function placeOf(matrix: Matrix): Place {
  if (matrix instanceof DeviceMatrix && matrix.buffer) {
    const { buffer, offset = 0 } = matrix;
    return { buffer, offset, size: matrixBytes(matrix) };
  }
  throw new ClusteringError('disposed', 'This matrix was freed, or lies on another engine.');
}

/** As kernels bind it. */
export function bufferOf(matrix: Matrix): BufferBinding {
  const place = placeOf(matrix);
  const isPart = matrix instanceof DeviceMatrix && matrix.offset !== undefined;
  return isPart ? place : place.buffer;
}

/** From `row` and `column` on, a multiple of 4. A single matrix stands for all of a stack. */
export function viewOf(matrix: Matrix, row = 0, column = 0): View {
  const buffer = bufferOf(matrix);
  const stride = ceilDiv(matrix.columns, 4);
  const step = matrix.count === 1 ? 0 : matrix.rows * stride;
  return { buffer, first: row * stride + column / 4, stride, step };
}
