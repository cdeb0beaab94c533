/** The rows with the largest products with each of many others, on a device. */
import excludeProductsKernel from '../../../shaders/algebra/exclude_products.wgsl';
import largestProductKernel from '../../../shaders/algebra/largest_product.wgsl';
import largestProductsKernel from '../../../shaders/algebra/largest_products.wgsl';
import mergeNearestKernel from '../../../shaders/neighbours/merge_nearest.wgsl';
import { ceilDiv, roundUp } from '../../../host/plan.js';
import { groups, paced } from '../../rows/device_points.js';
import {
  allocateLists,
  growing,
  NO_ROW as NO_ENTRY,
  slicesOf,
} from '../neighbours/nearest_lists.js';
import { bytesAtOnce } from '../pace_keeper.js';
import { type Matrix, NO_ROW, type TopProducts } from './algebra.js';
import type { checkTop } from './checks.js';
import type { Desk } from './desk.js';
import { runOver } from './device_elementwise.js';
import { viewOf } from './device_matrix.js';
import { multiply } from './device_product.js';

const TILE = Number(largestProductsKernel.constants.TILE);
const WORKGROUP = Number(largestProductsKernel.constants.WORKGROUP);
/** Rows of R at a time, and bytes of their products with rows of X. */
const MOST_QUERIES = 4096;
const PRODUCT_BYTES = 64 * 1024 * 1024;
/** Multiply-adds that a product is worth to look at. */
const LOOK_WORK = 8;

/** Products of rows of X, from `offset` on, with rows of R. */
interface Products {
  readonly products: GPUBuffer;
  readonly offset: number;
  readonly rows: number;
}

/** What keeps the largest products of so many rows of R. */
interface Keeper {
  /** Products stand by rows of X, those of all rows of R side by side; else the other way round. */
  readonly byRows: boolean;
  look(products: Products): void;
  /** Number p of query i: bits of its magnitude and its row. */
  read(): Promise<(i: number, p: number) => readonly [bits: number, row: number]>;
}

/** Products are made block by block, 64 MiB of them at a time. */
export async function topProducts(
  desk: Desk,
  x: Matrix,
  r: Matrix,
  { k, exclude, excluded: excludes }: ReturnType<typeof checkTop>,
  signal: AbortSignal | undefined,
): Promise<TopProducts> {
  const { workspace } = desk;
  const indices = new Uint32Array(r.rows * k);
  const magnitudes = new Float32Array(r.rows * k);
  const bits = new Uint32Array(magnitudes.buffer);
  for (let start = 0; start < r.rows; start += MOST_QUERIES) {
    signal?.throwIfAborted();
    const count = Math.min(MOST_QUERIES, r.rows - start);
    const fitting = bytesAtOnce(workspace.runtime, PRODUCT_BYTES) / (4 * roundUp(count, 4));
    const most = Math.min(roundUp(x.rows, 4), Math.floor(fitting / 4) * 4);
    const made = await workspace.allocate({
      products: 4 * most * roundUp(count, 4),
      excluded: 4 * excludes * count,
    });
    const { products, excluded } = made;
    workspace.upload(excluded, exclude.subarray(excludes * start, excludes * (start + count)));
    const keeper = await (k === 1 ? keepOne(desk, count) : keepLists(desk, count, k));
    for (let offset = 0; offset < x.rows; offset += most) {
      const rows = Math.min(most, x.rows - offset);
      const [some, others] = [viewOf(x, offset), viewOf(r, start)];
      const [a, b] = keeper.byRows ? [some, others] : [others, some];
      const [down, across] = keeper.byRows ? [rows, count] : [count, rows];
      const width = roundUp(across, 4);
      const into = { buffer: products, first: 0, stride: width / 4, step: 0 };
      const sizes = { rows: down, columns: across, inner: x.columns };
      await multiply(desk, { a, b, transposeB: true, into, ...sizes });
      const steps = { query_step: keeper.byRows ? 1 : width, row_step: keeper.byRows ? width : 1 };
      const shape = { count, excludes, rows, offset, ...steps };
      const bindings = { excluded, products };
      if (excludes > 0) {
        await runOver(desk, excludeProductsKernel, {}, shape, bindings, count * excludes);
      }
      keeper.look({ products, offset, rows });
    }
    const entryOf = await keeper.read();
    for (let i = 0, at = start * k; i < count; i++) {
      for (let p = 0; p < k; p++, at++) [bits[at], indices[at]] = entryOf(i, p);
    }
    workspace.release(products, excluded);
  }
  return { indices, magnitudes };
}

async function keepOne({ workspace }: Desk, count: number): Promise<Keeper> {
  const { runtime } = workspace;
  const kernel = await runtime.kernel(largestProductKernel);
  const { best } = await workspace.allocate({ best: 8 * count });
  const none = new Uint32Array(2 * count);
  for (let at = 1; at < none.length; at += 2) none[at] = NO_ROW;
  workspace.upload(best, none);
  return {
    byRows: false,
    look({ products, offset, rows }) {
      const quads = ceilDiv(rows, 4);
      workspace.run('largest product', (recording) => {
        const all = { start: 0, rows: count };
        for (const part of paced(runtime, all, LOOK_WORK * rows, 1)) {
          const shape = { first: part.start, count: part.rows, quads, offset };
          recording.dispatch(kernel, { shape, products, best }, part.rows);
        }
      });
    },
    async read() {
      const entries = new Uint32Array(await workspace.read(best, 0, 8 * count));
      workspace.release(best);
      return (i) => [entries[2 * i], entries[2 * i + 1]];
    },
  };
}

async function keepLists({ workspace }: Desk, count: number, k: number): Promise<Keeper> {
  const { runtime } = workspace;
  const largest = await runtime.kernel(largestProductsKernel);
  const merge = await runtime.kernel(mergeNearestKernel);
  const { known, found, stride, slices } = await allocateLists(workspace, count, k);
  const mostRows = runtime.pace.rows(LOOK_WORK * WORKGROUP, TILE);
  return {
    byRows: true,
    look({ products, offset, rows }) {
      workspace.run('largest products', (recording) => {
        for (const { start, rows: some } of growing({ start: offset, rows }, mostRows)) {
          const all = { start: 0, rows: count };
          for (const part of paced(runtime, all, LOOK_WORK * some, WORKGROUP)) {
            const tiles = ceilDiv(part.rows, WORKGROUP);
            const { slice, used } = slicesOf(some, tiles, slices, TILE);
            const columns = { first: part.start, count: part.rows, k, stride };
            const range = { start, end: start + some, slice, offset };
            const shape = { ...columns, ...range, width: roundUp(count, 4) };
            recording.dispatch(largest, { shape, products, known, found }, tiles * used);
            const merged = { shape: { ...columns, slices: used }, found, known };
            recording.dispatch(merge, merged, groups(merge, part.rows));
          }
        }
      });
    },
    async read() {
      const entries = new Uint32Array(await workspace.read(known, 0, 8 * k * stride));
      workspace.release(known, found);
      return (i, p) => {
        const at = 2 * (p * stride + i);
        // See `nearness` in shaders/algebra/largest_products.wgsl.
        return [NO_ENTRY[0] - entries[at], entries[at + 1]];
      };
    },
  };
}
