/** The rows with the largest products with each of many others, on a device. */
import mergeNearestKernel from '../../../shaders/neighbours/merge_nearest.wgsl';
import nearestRowsKernel from '../../../shaders/neighbours/nearest_rows.wgsl';
import packKernel from '../../../shaders/rows/pack.wgsl';
import { ceilDiv } from '../../../host/plan.js';
import { BLOCK_ROWS, groups, paced, packedBytes } from '../../rows/device_points.js';
import {
  allocateLists,
  MOST_SHARED,
  NO_ROW as NO_ENTRY,
  queriesAtOnce,
  recordLists,
} from '../neighbours/nearest_lists.js';
import { type Matrix, NO_ROW, type TopProducts } from './algebra.js';
import type { checkTop } from './checks.js';
import type { Desk } from './desk.js';
import { placeOf } from './device_matrix.js';

/** Multiply-adds that a vec4 is worth to pack. */
const PACK_WORK = 16;

/** Rows [first, first + count) of a matrix as kernels over rows take them; `first` is a multiple of BLOCK_ROWS. */
async function packed(
  { workspace }: Desk,
  matrix: Matrix,
  first: number,
  count: number,
): Promise<GPUBuffer> {
  const { runtime } = workspace;
  const quads = ceilDiv(matrix.columns, 4);
  const kernel = await runtime.kernel(packKernel);
  const { points } = await workspace.allocate({ points: packedBytes(count, quads) });
  const { buffer, offset } = placeOf(matrix);
  workspace.run('pack', (recording) => {
    const all = { start: 0, rows: count };
    for (const { start, rows } of paced(runtime, all, PACK_WORK * quads, BLOCK_ROWS)) {
      const shape = { count: rows, columns: 4 * quads, first: start, scale: 1 };
      const from = {
        buffer,
        offset: offset + 16 * quads * (first + start),
        size: 16 * quads * rows,
      };
      recording.dispatch(kernel, { shape, rows: from, points }, groups(kernel, rows));
    }
  });
  return points;
}

export async function topProducts(
  desk: Desk,
  x: Matrix,
  r: Matrix,
  { k, exclude, excluded }: ReturnType<typeof checkTop>,
  signal: AbortSignal | undefined,
): Promise<TopProducts> {
  const { workspace } = desk;
  const { runtime } = workspace;
  const quads = ceilDiv(x.columns, 4);
  const constants = { SHARED: k <= MOST_SHARED, PRODUCTS: true };
  const kernels = {
    nearest: await runtime.kernel(nearestRowsKernel, constants),
    merge: await runtime.kernel(mergeNearestKernel),
  };
  const indices = new Uint32Array(r.rows * k);
  const magnitudes = new Float32Array(r.rows * k);
  const bits = new Uint32Array(magnitudes.buffer);
  const points = await packed(desk, x, 0, x.rows);
  const chunk = { start: 0, rows: x.rows, points };
  const most = queriesAtOnce(runtime, quads, k);
  for (let start = 0; start < r.rows; start += most) {
    signal?.throwIfAborted();
    const count = Math.min(most, r.rows - start);
    const queries = await packed(desk, r, start, count);
    const skips = await workspace.allocate({ rows: 4 * excluded * count });
    workspace.upload(skips.rows, exclude.subarray(excluded * start, excluded * (start + count)));
    const lists = await allocateLists(workspace, count, k);
    const skipped = { ...skips, skips: excluded };
    workspace.run('top products', (recording) => {
      recordLists(recording, runtime, kernels, chunk, lists, {
        ...{ queries, count, quads, k, skipped },
      });
    });
    const found = new Uint32Array(await workspace.read(lists.known, 0, 8 * k * lists.stride));
    for (let i = 0, at = start * k; i < count; i++) {
      for (let p = 0; p < k; p++, at++) {
        const entry = 2 * (p * lists.stride + i);
        indices[at] = found[entry + 1];
        // See `nearness` in shaders/neighbours/nearest_rows.wgsl.
        bits[at] = indices[at] === NO_ROW ? 0 : NO_ENTRY[0] - 1 - found[entry];
      }
    }
    workspace.release(queries, skips.rows, lists.known, lists.found);
  }
  workspace.release(points);
  return { indices, magnitudes };
}
