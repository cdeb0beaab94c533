/** Noise on the rows of a batch, another each step. */
import { ceilDiv } from '../../../host/plan.js';
import corruptKernel from '../../../shaders/networks/corrupt.wgsl';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

export interface Corrupt {
  readonly x: Matrix;
  readonly into: Matrix;
  readonly control: Matrix;
  /** 'bernoulli': x are the probabilities of 1, and there is no rate. */
  readonly kind: 'masking' | 'gaussian' | 'bernoulli';
  /** 'masking': the share of numbers that become 0; 'gaussian': the standard deviation. Default 0. */
  readonly rate?: number;
  /** What numbers that masking keeps are multiplied by. Default 1. */
  readonly kept?: number;
  readonly seed: number;
  /** Another sequence of the same seed. */
  readonly stream: number;
}

/** See shaders/networks/corrupt.wgsl. */
export const corrupt: MatrixOp<Corrupt> = {
  async device(desk, { x, into, control, kind, rate = 0, kept = 1, seed, stream }) {
    const { rows, columns } = x;
    await runOver(
      ...([
        desk,
        corruptKernel,
        { GAUSSIAN: kind === 'gaussian', BERNOULLI: kind === 'bernoulli' },
      ] as const),
      { rows, columns, seed, stream, rate, kept },
      { x: bufferOf(x), control: bufferOf(control), y: bufferOf(into) },
      rows * ceilDiv(columns, 4),
    );
  },
  twin: async () => (await import('./corrupt.twin.js')).corrupt,
};
