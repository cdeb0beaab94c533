/** Gradients of what a network gives, and of what its layers do to their sums. */
import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import { ceilDiv } from '../../../host/plan.js';
import crossEntropyKernel from '../../../shaders/networks/cross_entropy.wgsl';
import outputGradientKernel from '../../../shaders/networks/output_gradient.wgsl';
import squaredErrorKernel from '../../../shaders/networks/squared_error.wgsl';
import { type Activation, activationNumber } from '../algebra/activation.js';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import type { Desk } from '../algebra/desk.js';
import { bufferOf } from '../algebra/device_matrix.js';

/** Of either loss. */
export interface SquaredError {
  /** What the network gave, and should have given. */
  readonly y: Matrix;
  readonly x: Matrix;
  readonly weight: number;
  /** Becomes the loss's by y: of `squaredError` 2 weight (y - x). */
  readonly gradient: Matrix;
  /** 1 x columns: becomes the loss by columns. */
  readonly loss: Matrix;
}

/** weight |y - x|^2 over all of a batch. */
export const squaredError: MatrixOp<SquaredError> = {
  device: (desk, { y, x, weight, gradient, loss }) =>
    downColumns(desk, squaredErrorKernel, {}, wholeOf(y), { weight }, { y, x, gradient, loss }),
  twin: async () => (await import('./gradients.twin.js')).squaredError,
};

/** -weight (x log y + (1 - x) log(1 - y)) over all of a batch, with its gradient: see cross_entropy.wgsl. */
export const crossEntropy: MatrixOp<SquaredError> = {
  device: (desk, { y, x, weight, gradient, loss }) =>
    downColumns(
      ...([desk, crossEntropyKernel, {}, wholeOf(y)] as const),
      ...([
        { columns: y.columns, weight },
        { y, x, gradient, loss },
      ] as const),
    ),
  twin: async () => (await import('./gradients.twin.js')).crossEntropy,
};

export interface OutputGradient {
  /** What the layer gave. */
  readonly y: Matrix;
  /** Of y; becomes that of what the activation was given. */
  readonly gradient: Matrix;
  /**
   * 1 x columns: becomes that of the bias. Of more rows: row r becomes the share of rows r, r + its rows, ... of y, so
   * that many rows of few columns are summed side by side.
   */
  readonly bias: Matrix;
  readonly activation: Activation;
}

/** Back through an activation, whose slope the output tells, and a bias. */
export const outputGradient: MatrixOp<OutputGradient> = {
  device: (desk, { y, gradient, bias, activation }) =>
    downColumns(
      ...([desk, outputGradientKernel, { ACTIVATION: activationNumber(activation) }] as const),
      { rows: y.rows / bias.rows, quads: bias.rows * ceilDiv(y.columns, 4) },
      ...([{}, { y, gradient, bias }] as const),
    ),
  twin: async () => (await import('./gradients.twin.js')).outputGradient,
};

/** What a workgroup goes down. */
interface Sides {
  readonly rows: number;
  readonly quads: number;
}

const wholeOf = ({ rows, columns }: Matrix): Sides => ({ rows, quads: ceilDiv(columns, 4) });

/** A kernel whose workgroups own quads of columns: see shaders/lib/down_columns.wgsl. */
async function downColumns(
  { workspace }: Desk,
  source: KernelSource,
  constants: KernelConstants,
  { rows, quads }: Sides,
  values: Readonly<Record<string, number>>,
  matrices: Readonly<Record<string, Matrix>>,
): Promise<void> {
  const kernel = await workspace.runtime.kernel(source, constants);
  const buffers = Object.fromEntries(
    Object.entries(matrices).map(([name, one]) => [name, bufferOf(one)]),
  );
  workspace.run(source.name, (recording) => {
    const shape = { rows, quads, ...values };
    recording.dispatch(
      kernel,
      { shape, ...buffers },
      ceilDiv(quads, Number(source.constants.WIDE)),
    );
  });
}
