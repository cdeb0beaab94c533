/** Products of matrices, or of parts of them, on a device. */
import { ceilDiv, roundUp } from '../../../host/plan.js';
import type { Kernel } from '../../../host/runtime.js';
import productKernel from '../../../shaders/algebra/product.wgsl';
import subgroupsKernel from '../../../shaders/algebra/product_subgroups.wgsl';
import addRunsKernel from '../../../shaders/products/add_runs.wgsl';
import { groups, paced } from '../../rows/device_points.js';
import type { Desk } from './desk.js';
import { combine, curveOf, type DeviceEpilogue, epilogueOf } from './device_elementwise.js';
import type { View } from './device_matrix.js';

/** Terms that are summed in one go, in float32: longer sums are added up from those of so many. */
const RUN = 1024;
/** Workgroups that keep a device busy, and one that runs on a processor. */
const WORKGROUPS = { device: 256, processor: 16 };
/** Terms below which a slice costs more to add up than it saves. */
const LEAST_SLICE = 512;

export interface Product extends DeviceEpilogue {
  readonly a: View;
  readonly b: View;
  readonly into: View;
  readonly rows: number;
  readonly columns: number;
  /** The length of the sums. */
  readonly inner: number;
  /** Matrices of a stack. */
  readonly count?: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
  readonly beta?: number;
  /**
   * C is symmetric: only blocks of 4 x 4 on and below its diagonal are made ('lower'), or copied above it as
   * well ('mirrored').
   */
  readonly triangle?: 'lower' | 'mirrored';
}

interface Tiling {
  readonly kernel: Kernel;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

async function tilingOf({ workspace }: Desk, product: Product): Promise<Tiling> {
  const { transposeA = false, transposeB = false, triangle } = product;
  const { runtime } = workspace;
  const { lanes } = runtime;
  const source = lanes > 0 ? subgroupsKernel : productKernel;
  const kernel = await runtime.kernel(source, {
    ...{ TRANSPOSE_A: transposeA, TRANSPOSE_B: transposeB, TRIANGLE: triangle !== undefined },
    ACTIVATION: curveOf(product),
    ...(lanes > 0 && { LANES: lanes }),
  });
  const { TILE_ROWS, DEPTH } = source.constants;
  const columns = lanes > 0 ? 4 * kernel.workgroup : Number(source.constants.TILE_COLUMNS);
  return { kernel, rows: Number(TILE_ROWS), columns, depth: Number(DEPTH) };
}

/** Records alpha op(A) op(B) + beta C with its epilogue. How sums are cut hangs on the sizes only. */
export async function multiply(desk: Desk, product: Product): Promise<void> {
  const { workspace } = desk;
  const { rows, columns, inner, count = 1, alpha = 1, beta = 0 } = product;
  const tiling = await tilingOf(desk, product);
  const tiles = ceilDiv(rows, tiling.rows) * ceilDiv(columns, tiling.columns) * count;
  const wanted = WORKGROUPS[workspace.runtime.lanes > 0 ? 'processor' : 'device'];
  const slices = Math.min(Math.floor(wanted / tiles), Math.floor(inner / LEAST_SLICE));
  if (slices < 2) {
    record(desk, product, tiling, inner, tiles, alpha, beta);
    return;
  }
  const stride = ceilDiv(columns, 4);
  const step = rows * stride;
  const size = 16 * step * count;
  const { partial, totals } = await workspace.allocate({ partial: size * slices, totals: size });
  const slice = roundUp(ceilDiv(inner, slices), tiling.depth);
  const parts = { buffer: partial, first: 0, stride, step };
  const { a, b, triangle } = product;
  const plain = { a, b, into: parts, rows, columns, inner, count, ...(triangle && { triangle }) };
  record(desk, plain, tiling, slice, tiles * slices, 1, 0);
  const addRuns = await workspace.runtime.kernel(addRunsKernel, { CARRIED: false });
  const entries = step * count;
  workspace.run('add slices', (recording) => {
    const shape = { entries, lanes: slices, first_run: 0, last: 1 };
    const bindings = { shape, partial, state: desk.unread, totals };
    recording.dispatch(addRuns, bindings, groups(addRuns, entries));
  });
  const sum = { ...parts, buffer: totals };
  await combine(desk, { ...product, terms: [[alpha, sum]], own: beta, count });
  workspace.release(partial, totals);
}

/** The sums run by run, each added to what those before it gave. */
function record(
  desk: Desk,
  product: Product,
  { kernel, rows: tileRows, columns: tileColumns }: Tiling,
  slice: number,
  tiles: number,
  alpha: number,
  beta: number,
): void {
  const { a, b, into, rows, columns, inner, count = 1, triangle } = product;
  const { workspace } = desk;
  const whole = roundUp(slice, RUN);
  const last = epilogueOf(desk, product);
  const none = epilogueOf(desk, {});
  workspace.run('product', (recording) => {
    for (let term = 0; term < whole; term += RUN) {
      const run = Math.min(RUN, slice - term);
      const { values, bias } = term + run < slice ? none : last;
      const shape = {
        ...{ rows, columns, inner, slice, items: count },
        ...{ first_term: term, last_term: term + run },
        ...{ a_first: a.first, a_stride: a.stride, a_step: a.step },
        ...{ b_first: b.first, b_stride: b.stride, b_step: b.step },
        ...{ c_first: into.first, c_stride: into.stride, c_step: into.step },
        ...{ mirrored: triangle === 'mirrored' ? 1 : 0, alpha, beta: term > 0 ? 1 : beta },
        ...values,
      };
      const work = tileRows * tileColumns * run;
      for (const part of paced(workspace.runtime, { start: 0, rows: tiles }, work, 1)) {
        const range = { first_tile: part.start, last_tile: part.start + part.rows };
        recording.dispatch(
          kernel,
          { shape: { ...shape, ...range }, a: a.buffer, b: b.buffer, bias, c: into.buffer },
          part.rows,
        );
      }
    }
  });
}
