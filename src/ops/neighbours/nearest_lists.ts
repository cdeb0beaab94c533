/** Running lists of the nearest rows to each of many queries, on a device. */
import { ceilDiv, roundUp, type RowRange } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import nearestRowsKernel from '../../../shaders/neighbours/nearest_rows.wgsl';
import { groups, paced } from '../../rows/device_points.js';
import type { Chunk } from '../../rows/rows.js';
import { bytesAtOnce } from '../pace_keeper.js';

const { constants } = nearestRowsKernel;
const TILE = Number(constants.TILE);
/** Queries of a workgroup. */
export const TILE_QUERIES = Number(constants.ROWS) * Number(constants.WORKGROUP);
/** The longest lists that fit workgroup memory. */
export const MOST_SHARED = Number(constants.MOST);
/** Workgroups that keep a large GPU busy: where queries are few, each goes through fewer of the rows. */
export const WORKGROUPS = 512;
/** Rows below which a slice costs more to merge than it saves. */
export const LEAST_SLICE = 512;
/** Queries at a time, and bytes that they, their lists and those of the slices may take. */
const MOST_QUERIES = 16384;
const QUERY_BYTES = 64 * 1024 * 1024;
const LIST_BYTES = 32 * 1024 * 1024;
/** Multiply-adds a column of a pair is worth. */
export const PAIR_WORK = 2;
/** See shaders/lib/nearest_list.wgsl. */
export const NO_ROW = [0x7f7fc99e, 0xffffffff] as const;

/** `nearest_rows` and `merge_nearest`. */
export interface ListKernels {
  readonly nearest: Kernel;
  readonly merge: Kernel;
}

/** What each query has found so far, and room for what it finds in slices of the rows: see the kernels. */
export interface Lists {
  readonly known: GPUBuffer;
  readonly found: GPUBuffer;
  readonly stride: number;
  /** Slices that `found` has room for. */
  readonly slices: number;
}

/** Queries of `quads` vec4s with lists of k. */
export interface Queries {
  /** Packed, in float32. */
  readonly queries: GPUBuffer;
  readonly count: number;
  readonly quads: number;
  readonly k: number;
  /** The row that the first query is itself, which is not to be found. */
  readonly own?: number | undefined;
}

/** Queries to take at a time: a multiple of TILE_QUERIES. */
export function queriesAtOnce(runtime: Runtime, quads: number, k: number): number {
  const fitting = Math.min(
    bytesAtOnce(runtime, QUERY_BYTES) / (16 * quads),
    bytesAtOnce(runtime, LIST_BYTES) / (8 * k),
    MOST_QUERIES,
  );
  return Math.max(1, Math.floor(fitting / TILE_QUERIES)) * TILE_QUERIES;
}

/** Empty lists of k. */
export async function allocateLists(
  workspace: Pick<Workspace, 'allocate' | 'runtime' | 'upload'>,
  count: number,
  k: number,
): Promise<Lists> {
  const stride = roundUp(count, TILE_QUERIES);
  const bytes = 8 * k * stride;
  const slices = Math.max(1, Math.floor(bytesAtOnce(workspace.runtime, LIST_BYTES) / bytes));
  const made = await workspace.allocate({ known: bytes, found: bytes * slices });
  const none = new Uint32Array(2 * k * stride);
  for (let at = 0; at < none.length; at += 2) none.set(NO_ROW, at);
  workspace.upload(made.known, none);
  return { ...made, stride, slices };
}

/** Puts a chunk's rows into the lists of all queries. */
export function recordLists(
  recording: Recording,
  runtime: Runtime,
  { nearest, merge }: ListKernels,
  chunk: Chunk,
  { known, found, stride, slices }: Lists,
  { queries, count, quads, k, own }: Queries,
): void {
  const rowWork = PAIR_WORK * 4 * quads;
  const most = runtime.pace.rows(rowWork * TILE_QUERIES, TILE);
  for (const rows of growing(chunk, most)) {
    const whole: RowRange = { start: 0, rows: count };
    for (const part of paced(runtime, whole, rowWork * rows.rows, TILE_QUERIES)) {
      const tiles = ceilDiv(part.rows, TILE_QUERIES);
      const { slice, used } = slicesOf(rows.rows, tiles, slices, TILE);
      const columns = { first: part.start, count: part.rows, k, stride };
      const shape = {
        ...columns,
        ...{ quads, slice, start: rows.start, end: rows.start + rows.rows, offset: chunk.start },
        ...{ own: own ?? 0, excludes: own === undefined ? 0 : 1 },
      };
      const bindings = { shape, queries, points: chunk.points, known, found };
      recording.dispatch(nearest, bindings, tiles * used);
      const merged = { shape: { ...columns, slices: used }, found, known };
      recording.dispatch(merge, merged, groups(merge, part.rows));
    }
  }
}

/** How many rows a slice has, a multiple of `tile`, and how many slices there are, `most` at most. */
export function slicesOf(rows: number, tiles: number, most: number, tile: number) {
  const wanted = Math.min(most, ceilDiv(WORKGROUPS, tiles));
  const slice = roundUp(Math.max(LEAST_SLICE, ceilDiv(rows, wanted)), tile);
  return { slice, used: ceilDiv(rows, slice) };
}

/**
 * A chunk's rows in parts of at most `most`, none more than the rows before it: the lists of so many leave but
 * k of a part's rows that are nearer, however many slices it is cut into.
 */
export function* growing({ start: before, rows }: RowRange, most: number): Generator<RowRange> {
  for (let start = 0; start < rows;) {
    const step = roundUp(Math.max(LEAST_SLICE, before + start), TILE);
    const part = { start, rows: Math.min(step, most, rows - start) };
    yield part;
    start += part.rows;
  }
}
