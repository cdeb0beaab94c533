/** Images as rows of a matrix, a pixel a row, and what windows on them see. */
import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import { ceilDiv } from '../../../host/plan.js';
import foldKernel from '../../../shaders/networks/fold.wgsl';
import poolKernel from '../../../shaders/networks/pool.wgsl';
import poolGradientKernel from '../../../shaders/networks/pool_gradient.wgsl';
import reshapeKernel from '../../../shaders/networks/reshape.wgsl';
import unfoldKernel from '../../../shaders/networks/unfold.wgsl';
import type { Epilogue, Matrix, MatrixOp } from '../algebra/algebra.js';
import type { Desk } from '../algebra/desk.js';
import { curveOf, epilogueOf, runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

/** Where windows lie on an image; lengths are in pixels. */
export interface Windows {
  /** The image's sides. */
  readonly down: number;
  readonly across: number;
  readonly channels: number;
  readonly windowsDown: number;
  readonly windowsAcross: number;
  readonly kernelDown: number;
  readonly kernelAcross: number;
  readonly stride: number;
  /** How far the first window begins above and left of the image; of `unfold` below 0 where it begins within. */
  readonly top: number;
  readonly left: number;
}

export interface Unfolding {
  /** images down across x channels. */
  readonly pixels: Matrix;
  /** images windowsDown windowsAcross x kernelDown kernelAcross channels. */
  readonly patches: Matrix;
  readonly windows: Windows;
}

export interface Folding extends Unfolding, Pick<Epilogue, 'bias' | 'activation'> {}

const placesOf = ({ pixels, windows }: Unfolding) => {
  const { down, across, channels } = windows;
  return {
    ...{ images: pixels.rows / (down * across), down, across, channels },
    ...{ windows_down: windows.windowsDown, windows_across: windows.windowsAcross },
    ...{ kernel_down: windows.kernelDown, kernel_across: windows.kernelAcross },
    // A kernel's numbers go round: what is added for it is taken away.
    ...{ stride: windows.stride, top: windows.top >>> 0, left: windows.left },
  };
};

/** See shaders/networks/unfold.wgsl. */
export const unfold: MatrixOp<Unfolding> = {
  async device(desk, given) {
    const { pixels, patches, windows } = given;
    await runOver(
      ...([desk, unfoldKernel, { ALIGNED: windows.channels % 4 === 0 }, placesOf(given)] as const),
      { pixels: bufferOf(pixels), patches: bufferOf(patches) },
      patches.rows * ceilDiv(patches.columns, 4),
    );
  },
  twin: async () => (await import('./windows.twin.js')).unfold,
};

/** See shaders/networks/fold.wgsl. */
export const fold: MatrixOp<Folding> = {
  async device(desk, given) {
    const { pixels, patches, windows } = given;
    const { values, bias } = epilogueOf(desk, given);
    const { kernelDown, kernelAcross, stride, channels } = windows;
    await runOver(
      ...([desk, foldKernel] as const),
      { ALIGNED: channels % 4 === 0, ACTIVATION: curveOf(given) },
      { ...placesOf(given), columns: channels, ...values },
      { patches: bufferOf(patches), bias, pixels: bufferOf(pixels) },
      pixels.rows * ceilDiv(pixels.columns, 4),
      32 * ceilDiv(kernelDown, stride) * ceilDiv(kernelAcross, stride),
    );
  },
  twin: async () => (await import('./windows.twin.js')).fold,
};

/** How images are pooled: windows of such sides lie side by side. */
export interface PoolPlan {
  readonly kind: 'max' | 'average';
  readonly down: number;
  readonly across: number;
  /** Divide `down` and `across`. */
  readonly kernelDown: number;
  readonly kernelAcross: number;
}

export interface Pooling extends PoolPlan {
  /** images down across x channels. */
  readonly pixels: Matrix;
  /** images (down / kernelDown) (across / kernelAcross) x channels. */
  readonly pooled: Matrix;
}

export interface PoolGradient extends Pooling {
  /** Of `pixels`; `pooled` is that of what was pooled. */
  readonly passed: Matrix;
}

async function runPool(
  desk: Desk,
  source: KernelSource,
  { kind, down, across, kernelDown, kernelAcross, pixels, pooled }: Pooling,
  others: Readonly<Record<string, Matrix>>,
): Promise<void> {
  const constants: KernelConstants = { AVERAGE: kind === 'average' };
  const quads = ceilDiv(pixels.columns, 4);
  const buffers = Object.entries({ pixels, pooled, ...others });
  await runOver(
    ...([desk, source, constants] as const),
    {
      ...{ images: pixels.rows / (down * across), down, across, quads },
      ...{ kernel_down: kernelDown, kernel_across: kernelAcross },
    },
    Object.fromEntries(buffers.map(([name, one]) => [name, bufferOf(one)])),
    pooled.rows * quads,
    32 * kernelDown * kernelAcross,
  );
}

/** See shaders/networks/pool.wgsl. */
export const pool: MatrixOp<Pooling> = {
  device: (desk, given) => runPool(desk, poolKernel, given, {}),
  twin: async () => (await import('./windows.twin.js')).pool,
};

/** See shaders/networks/pool_gradient.wgsl. */
export const poolGradient: MatrixOp<PoolGradient> = {
  device: (desk, given) => runPool(desk, poolGradientKernel, given, { passed: given.passed }),
  twin: async () => (await import('./windows.twin.js')).poolGradient,
};

/** Two matrices of as many numbers. */
export interface Reshaping {
  readonly given: Matrix;
  readonly made: Matrix;
}

/** See shaders/networks/reshape.wgsl. */
export const reshape: MatrixOp<Reshaping> = {
  async device(desk, { given, made }) {
    const { rows, columns } = made;
    await runOver(
      ...([desk, reshapeKernel, {}, { rows, columns, given_columns: given.columns }] as const),
      { given: bufferOf(given), made: bufferOf(made) },
      rows * ceilDiv(columns, 4),
    );
  },
  twin: async () => (await import('./windows.twin.js')).reshape,
};
