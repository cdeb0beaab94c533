/** How rough images are, and in which direction they become smoother. */
import { ceilDiv } from '../../../host/plan.js';
import totalVariationKernel from '../../../shaders/images/total_variation.wgsl';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

export interface TotalVariation {
  /** images down across x channels. */
  readonly pixels: Matrix;
  readonly down: number;
  readonly across: number;
  readonly weight: number;
  /** The exponent of the length of a step, above 0. */
  readonly beta: number;
  /** As pixels; the sum of all is the weighted total variation. */
  readonly terms: Matrix;
  /** As pixels; is added to. */
  readonly gradient: Matrix;
}

/** See shaders/images/total_variation.wgsl. */
export const totalVariation: MatrixOp<TotalVariation> = {
  async device(desk, { pixels, down, across, weight, beta, terms, gradient }) {
    const quads = ceilDiv(pixels.columns, 4);
    await runOver(
      ...([desk, totalVariationKernel, {}] as const),
      { images: pixels.rows / (down * across), down, across, quads, weight, beta },
      { pixels: bufferOf(pixels), terms: bufferOf(terms), gradient: bufferOf(gradient) },
      pixels.rows * quads,
      128,
    );
  },
  twin: async () => (await import('./total_variation.twin.js')).totalVariation,
};
