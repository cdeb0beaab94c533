/** Gradients of what a network gives, and of what its layers do to their sums. */
import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import { ceilDiv } from '../../../host/plan.js';
import outputGradientKernel from '../../../shaders/networks/output_gradient.wgsl';
import squaredErrorKernel from '../../../shaders/networks/squared_error.wgsl';
import { type Activation, activationNumber } from '../algebra/activation.js';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import type { Desk } from '../algebra/desk.js';
import { bufferOf } from '../algebra/device_matrix.js';

export interface SquaredError {
  /** What the network gave, and should have given. */
  readonly y: Matrix;
  readonly x: Matrix;
  readonly weight: number;
  /** Becomes 2 weight (y - x). */
  readonly gradient: Matrix;
  /** 1 x columns: becomes the loss by columns, weight times the squared distances. */
  readonly loss: Matrix;
}

/** weight |y - x|^2 over all of a batch. */
export const squaredError: MatrixOp<SquaredError> = {
  device: (desk, { y, x, weight, gradient, loss }) =>
    downColumns(desk, squaredErrorKernel, {}, y, { weight }, { y, x, gradient, loss }),
  twin: async () => (await import('./gradients.twin.js')).squaredError,
};

export interface OutputGradient {
  /** What the layer gave. */
  readonly y: Matrix;
  /** Of y; becomes that of what the activation was given. */
  readonly gradient: Matrix;
  /** 1 x columns: becomes that of the bias. */
  readonly bias: Matrix;
  readonly activation: Activation;
}

/** Back through an activation, whose slope the output tells, and a bias. */
export const outputGradient: MatrixOp<OutputGradient> = {
  device: (desk, { y, gradient, bias, activation }) =>
    downColumns(
      ...([desk, outputGradientKernel, { ACTIVATION: activationNumber(activation) }] as const),
      ...([y, {}, { y, gradient, bias }] as const),
    ),
  twin: async () => (await import('./gradients.twin.js')).outputGradient,
};

/** A kernel whose workgroups own quads of columns: see shaders/lib/down_columns.wgsl. */
async function downColumns(
  { workspace }: Desk,
  source: KernelSource,
  constants: KernelConstants,
  { rows, columns }: Matrix,
  values: Readonly<Record<string, number>>,
  matrices: Readonly<Record<string, Matrix>>,
): Promise<void> {
  const kernel = await workspace.runtime.kernel(source, constants);
  const quads = ceilDiv(columns, 4);
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
