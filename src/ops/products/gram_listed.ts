/** X^T X of columns that are zero in many rows, on drivers of few lanes (see `Runtime.lanes`). */
import { ceilDiv, splitRows } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import activeRowsKernel from '../../../shaders/products/active_rows.wgsl';
import gramKernel from '../../../shaders/products/gram_listed.wgsl';
import { DISPATCH_WORK, PARTIAL_BYTES } from './gram_subgroups.js';
import { CHUNK_ALIGNMENT, groups, packedBytes } from '../../rows/device_points.js';
import type { Rows } from '../../rows/rows.js';
import { batchesOf, partsOf } from './row_parts.js';
import {
  addListed,
  addTransposed,
  BLOCK_QUADS,
  listRows,
  type RowLists,
  TILE_QUADS,
} from './row_lists.js';

/** Bytes of one batch's lists, were all rows in all of them. */
const LIST_BYTES = 4 * 1024 * 1024;
/** Bytes that an item leaves. */
const ITEM_BYTES = 16 * 4 * TILE_QUADS * BLOCK_QUADS;
/** Multiply-adds of an item for each row it lists. */
const ROW_WORK = 4 * TILE_QUADS * 4 * BLOCK_QUADS;

/** Rows [first, first + rows) of a chunk. */
interface Batch {
  readonly points: GPUBuffer;
  readonly first: number;
  readonly rows: number;
}

/** X^T X as it adds up. */
interface Job {
  readonly workspace: Workspace;
  readonly quads: number;
  readonly d: number;
  readonly sums: Float64Array;
}

/** Starts looking for the rows that hold anything in each quad: see active_rows.wgsl. */
async function findActive(
  { workspace, quads }: Job,
  { points, first, rows }: Batch,
): Promise<Uint32Array> {
  const kernel = await workspace.runtime.kernel(activeRowsKernel);
  const words = quads * ceilDiv(rows, 32);
  const { found } = await workspace.allocate({ found: 4 * words });
  workspace.run('active rows', (recording) => {
    recording.dispatch(
      kernel,
      { shape: { first, rows, quads }, points, found },
      groups(kernel, words),
    );
  });
  const bits = new Uint32Array(await workspace.read(found, 0, 4 * words));
  workspace.release(found);
  return bits;
}

/** Multiplies the columns over the listed rows of a batch, and adds the products to the job's. */
async function multiply(
  { workspace, sums, d }: Job,
  { points }: Batch,
  lists: RowLists,
): Promise<void> {
  const { runtime } = workspace;
  const count = lists.items.length / 4;
  if (count === 0) return;
  const kernel = await runtime.kernel(gramKernel, { LANES: runtime.lanes });
  const atOnce = Math.min(count, Math.floor(PARTIAL_BYTES / ITEM_BYTES));
  const { order, rows, items, partial } = await workspace.allocate({
    order: lists.order.byteLength,
    rows: lists.rows.byteLength,
    items: lists.items.byteLength,
    partial: ITEM_BYTES * atOnce,
  });
  workspace.upload(order, lists.order);
  workspace.upload(rows, lists.rows);
  workspace.upload(items, lists.items);
  const buffers = { points, order, rows, items, partial };
  for (const { start, rows: kept } of splitRows(count, atOnce, 1)) {
    workspace.run('gram of listed rows', (recording) => {
      for (const { first, end } of dispatches(lists.items, start, start + kept)) {
        const shape = {
          first_item: first,
          first_kept: start,
          items: end,
          positions: lists.order.length,
        };
        recording.dispatch(kernel, { shape, ...buffers }, end - first);
      }
    });
    const products = new Float32Array(await workspace.read(partial, 0, ITEM_BYTES * kept));
    addListed(sums, products, lists, start, d);
  }
  workspace.release(order, rows, items, partial);
}

/** Items [start, end) in dispatches of about DISPATCH_WORK multiply-adds. */
function* dispatches(items: Uint32Array, start: number, end: number) {
  let [first, work] = [start, 0];
  for (let item = start; item < end; item++) {
    work += (items[4 * item + 2] - items[4 * item + 1]) * ROW_WORK;
    if (work >= DISPATCH_WORK || item + 1 === end) {
      yield { first, end: item + 1 };
      [first, work] = [item + 1, 0];
    }
  }
}

/** Rows that are listed at once; chunks that are kept must begin at multiples of it. */
export function listedRows(quads: number): number {
  const most = LIST_BYTES / (4 * ceilDiv(quads, TILE_QUADS));
  return Math.max(1, Math.floor(most / CHUNK_ALIGNMENT)) * CHUNK_ALIGNMENT;
}

/**
 * X^T X of the loaded rows, d x d: float32 over runs of at most 512 rows and the 8 runs of an item,
 * float64 from there on. Needs `prefersSubgroups`; chunks that are kept are aligned to `listedRows`, of
 * others as many rows are brought together.
 */
export async function gramByLists(
  workspace: Workspace,
  points: Rows,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const {
    quads,
    kept,
    shape: [, d],
  } = points;
  const most = listedRows(quads);
  const job = { workspace, quads, d, sums: new Float64Array(d * d) };
  if (kept) {
    const batches = kept.flatMap(({ points: buffer, rows: all }) =>
      splitRows(all, most, most).map(({ start, rows }) => ({ points: buffer, first: start, rows })),
    );
    await addBatches(job, batches, signal);
  } else {
    for await (const batch of broughtTogether(workspace, points, most)) {
      await addBatches(job, [batch], signal);
    }
  }
  addTransposed(job.sums, d);
  return job.sums;
}

/** Rows that pass, so many of them at a time in one buffer. */
async function* broughtTogether(
  workspace: Workspace,
  points: Rows,
  most: number,
): AsyncGenerator<Batch> {
  const {
    quads,
    shape: [n],
  } = points;
  const { batch } = await workspace.allocate({ batch: packedBytes(Math.min(n, most), quads) });
  for (const range of batchesOf(n, most)) {
    for await (const part of partsOf(points, range, most)) {
      const from = packedBytes(part.first, quads);
      const to = packedBytes(part.start - range.start, quads);
      workspace.run('bring together', (recording) => {
        recording.copy(part.points, from, batch, to, packedBytes(part.rows, quads));
      });
    }
    yield { points: batch, first: 0, rows: range.rows };
  }
  workspace.release(batch);
}

/** Adds the products of batches to the job's. */
async function addBatches(
  job: Job,
  batches: readonly Batch[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const pending = new Set<Promise<unknown>>();
  const start = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    return work;
  };
  try {
    let active = start(findActive(job, batches[0]));
    let before = Promise.resolve();
    for (const [b, batch] of batches.entries()) {
      signal?.throwIfAborted();
      const bits = await active;
      // The device looks through the next batch while the host lists this one's rows.
      if (b + 1 < batches.length) active = start(findActive(job, batches[b + 1]));
      const lists = listRows({ bits, quads: job.quads, first: batch.first, rows: batch.rows });
      const products = start(multiply(job, batch, lists));
      await before;
      before = products;
    }
    await before;
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(pending);
  }
}
