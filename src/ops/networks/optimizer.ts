/** Updates of all parameters of a network at once. */
import { ceilDiv } from '../../../host/plan.js';
import clipKernel from '../../../shaders/networks/clip_gradients.wgsl';
import optimizeKernel from '../../../shaders/networks/optimize.wgsl';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

export type OptimizerName = 'sgd' | 'adam' | 'adamw';

/** How parameters follow their gradients; the rate is the schedule's. */
export interface Optimizer {
  readonly name: OptimizerName;
  /** Of 'sgd', with what is kept of each step for the next. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Times the parameters: added to the gradients, by 'adamw' subtracted of the parameters themselves. */
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

const kind = (name: string) => Number(optimizeKernel.constants[name]);

export interface Update extends Optimizer {
  /** Flat, of one length. */
  readonly parameters: Matrix;
  readonly gradients: Matrix;
  /** What it keeps from step to step. */
  readonly first: Matrix;
  readonly second: Matrix;
  readonly control: Matrix;
}

/** See shaders/networks/optimize.wgsl. */
export const optimize: MatrixOp<Update> = {
  async device(desk, { name, nesterov, weightDecay, momentum, beta1, beta2, epsilon, ...given }) {
    const { parameters, gradients, first, second, control } = given;
    const quads = (parameters.rows * parameters.columns) / 4;
    const KIND = kind(name === 'sgd' && nesterov ? 'NESTEROV' : name.toUpperCase());
    await runOver(
      ...([desk, optimizeKernel, { KIND }] as const),
      {
        ...{ quads, momentum, decay: weightDecay, beta1, beta2, epsilon },
        ...{ log_beta1: Math.log(beta1), log_beta2: Math.log(beta2) },
      },
      {
        ...{ parameters: bufferOf(parameters), gradients: bufferOf(gradients) },
        ...{ first: bufferOf(first), second: bufferOf(second), control: bufferOf(control) },
      },
      quads,
    );
  },
  twin: async () => (await import('./optimizer.twin.js')).optimize,
};

export interface Clip {
  /** Sums of squares of parts of the gradients, one matrix each. */
  readonly squares: Matrix;
  /** The length that all gradients together may have. */
  readonly most: number;
  readonly control: Matrix;
}

/** Sets the scale of the gradients. */
export const clipGradients: MatrixOp<Clip> = {
  async device({ workspace }, { squares, most, control }) {
    const kernel = await workspace.runtime.kernel(clipKernel);
    workspace.run('clip', (recording) => {
      const shape = { length: 4 * ceilDiv(squares.columns, 4), most };
      const buffers = { squares: bufferOf(squares), control: bufferOf(control) };
      recording.dispatch(kernel, { shape, ...buffers }, 1);
    });
  },
  twin: async () => (await import('./optimizer.twin.js')).clipGradients,
};
