/** Cholesky factors and triangular solves on a device, block of columns by block of columns. */
import { ceilDiv } from '../../../host/plan.js';
import factorBlockKernel from '../../../shaders/algebra/factor_block.wgsl';
import { NotPositiveDefiniteError } from './not_positive_definite_error.js';
import { NONE_FOUND } from '../../rows/device_points.js';
import type { Factor, Matrix } from './algebra.js';
import type { Desk } from './desk.js';
import { combine } from './device_elementwise.js';
import { bufferOf, type DeviceMatrix, viewOf, type View } from './device_matrix.js';
import { multiply } from './device_product.js';

/** Rows and columns of a block. */
const SIDE = Number(factorBlockKernel.constants.SIDE);
const QUADS = SIDE / 4;

export interface DeviceFactor extends Factor {
  readonly lower: DeviceMatrix;
  /** Those of the blocks on its diagonal: see shaders/algebra/factor_block.wgsl. */
  readonly inverses: GPUBuffer;
}

const inverseOf = (inverses: GPUBuffer, block: number): View => ({
  buffer: inverses,
  first: block * SIDE * QUADS,
  stride: QUADS,
  step: 0,
});

/** Puts the factor of `of` into `lower`, and waits for the device to tell whether there is one. */
export async function factorize(
  desk: Desk,
  of: Matrix,
  lower: DeviceMatrix,
): Promise<DeviceFactor> {
  const { workspace } = desk;
  const n = of.rows;
  const { quads } = lower;
  const matrix = bufferOf(lower);
  const whole = viewOf(lower);
  await combine(desk, {
    ...{ terms: [[1, viewOf(of)]], into: whole, rows: n, columns: n, lower: true },
  });
  const kernel = await workspace.runtime.kernel(factorBlockKernel);
  const { inverses, panel, failed } = await workspace.allocate({
    inverses: 16 * QUADS * SIDE * ceilDiv(n, SIDE),
    panel: 16 * QUADS * n,
    failed: 4,
  });
  workspace.upload(failed, new Uint32Array([NONE_FOUND]));
  for (let first = 0, block = 0; first < n; first += SIDE, block++) {
    const size = Math.min(SIDE, n - first);
    workspace.run('factor block', (recording) => {
      const shape = { first, size, stride: quads, block };
      recording.dispatch(kernel, { shape, matrix, inverses, failed }, 1);
    });
    const below = first + SIDE;
    const rows = n - below;
    if (rows <= 0) continue;
    // A buffer that is written cannot be read as well: the panel is made beside its place.
    const a = viewOf(lower, below, first);
    const made = { buffer: panel, first: 0, stride: QUADS, step: 0 };
    const inverse = inverseOf(inverses, block);
    await multiply(desk, {
      ...{ a, b: inverse, into: made, rows, columns: SIDE, inner: SIDE, transposeB: true },
    });
    await combine(desk, { terms: [[1, made]], into: a, rows, columns: SIDE });
    await multiply(desk, {
      ...{ a: made, b: made, into: viewOf(lower, below, below), transposeB: true },
      ...{ rows, columns: rows, inner: SIDE, alpha: -1, beta: 1, triangle: 'lower' },
    });
  }
  const [pivot] = new Uint32Array(await workspace.read(failed, 0, 4));
  workspace.release(panel, failed);
  if (pivot === NONE_FOUND) return { lower, of, inverses };
  workspace.release(inverses);
  throw new NotPositiveDefiniteError(pivot, n);
}

/** Replaces X, n x columns, by L^-1 X, or by L^-T X with `transpose`. */
export async function solveInPlace(
  desk: Desk,
  { lower, inverses }: DeviceFactor,
  x: Matrix,
  transpose: boolean,
): Promise<void> {
  const { workspace } = desk;
  const { rows: n, columns } = x;
  const stride = ceilDiv(columns, 4);
  const { solved } = await workspace.allocate({ solved: 16 * stride * SIDE });
  const made = { buffer: solved, first: 0, stride, step: 0 };
  const blocks = ceilDiv(n, SIDE);
  for (let step = 0; step < blocks; step++) {
    const block = transpose ? blocks - 1 - step : step;
    const first = block * SIDE;
    const rows = Math.min(SIDE, n - first);
    const own = viewOf(x, first);
    await multiply(desk, {
      ...{ a: inverseOf(inverses, block), b: own, into: made, transposeA: transpose },
      ...{ rows, columns, inner: rows },
    });
    await combine(desk, { terms: [[1, made]], into: own, rows, columns });
    const others = transpose ? first : n - first - SIDE;
    if (others <= 0) continue;
    await multiply(desk, {
      a: transpose ? viewOf(lower, first) : viewOf(lower, first + SIDE, first),
      b: made,
      into: viewOf(x, transpose ? 0 : first + SIDE),
      ...{ rows: others, columns, inner: rows, transposeA: transpose, alpha: -1, beta: 1 },
    });
  }
  workspace.release(solved);
}
