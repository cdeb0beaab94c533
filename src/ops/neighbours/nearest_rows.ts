/** The nearest rows to each of many queries, which may be the rows themselves. */
import { ceilDiv, roundUp, type RowRange } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import mergeNearestKernel from '../../../shaders/neighbours/merge_nearest.wgsl';
import nearestRowsKernel from '../../../shaders/neighbours/nearest_rows.wgsl';
import { groups, paced } from '../../rows/device_points.js';
import { newFloats } from '../../rows/matrix.js';
import { packedCopy, packedUpload } from '../../rows/packed_copy.js';
import type { Chunk } from '../../rows/rows.js';
import type { DeviceRows, Op } from '../op.js';
import { bytesAtOnce, paceKeeper } from '../pace_keeper.js';

const { constants } = nearestRowsKernel;
const TILE = Number(constants.TILE);
/** Queries of a workgroup. */
const TILE_QUERIES = Number(constants.ROWS) * Number(constants.WORKGROUP);
/** The longest lists that fit workgroup memory. */
const MOST_SHARED = Number(constants.MOST);
/** Workgroups that keep a large GPU busy: where queries are few, each goes through fewer of the rows. */
const WORKGROUPS = 512;
/** Rows below which a slice costs more to merge than it saves. */
const LEAST_SLICE = 512;
/** Queries at a time, and bytes that they, their lists and those of the slices may take. */
const MOST_QUERIES = 16384;
const QUERY_BYTES = 64 * 1024 * 1024;
const LIST_BYTES = 32 * 1024 * 1024;
/** Multiply-adds a column of a pair is worth. */
const PAIR_WORK = 2;
/** See shaders/lib/nearest_list.wgsl. */
const NO_ROW = [0x7f7fc99e, 0xffffffff];

export interface NearestOptions {
  /** m x d, less the session's shift; the rows themselves when absent. */
  readonly queries?: Float32Array | undefined;
  /** Whether a row is among its own neighbours. */
  readonly includesSelf: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Of each query k rows, nearest first; [m][k]. */
export interface FoundRows {
  readonly indices: Uint32Array;
  readonly distances: Float32Array;
}

/** The k nearest rows by direct differences, ties to the lowest index. */
export const nearestRows: Op<[k: number, options: NearestOptions], FoundRows> = {
  device: onDevice,
  twin: async () => (await import('./nearest_rows.twin.js')).nearest,
};

interface Kernels {
  readonly nearest: Kernel;
  readonly merge: Kernel;
}

/** See the kernels. */
interface Lists {
  readonly queries: GPUBuffer;
  readonly known: GPUBuffer;
  readonly found: GPUBuffer;
  readonly stride: number;
  /** Slices that `found` has room for. */
  readonly slices: number;
}

async function onDevice(
  { workspace, points }: DeviceRows,
  k: number,
  { queries, includesSelf, signal }: NearestOptions,
): Promise<FoundRows> {
  const { runtime } = workspace;
  const { quads, scale, shape } = points;
  const [n, d] = shape;
  const m = queries ? queries.length / d : n;
  const kernels = {
    nearest: await points.kernel(nearestRowsKernel, { SHARED: k <= MOST_SHARED }),
    merge: await runtime.kernel(mergeNearestKernel),
  };
  const indices = new Uint32Array(newFloats(m * k).buffer);
  const distances = newFloats(m * k);
  const finish = paceKeeper(runtime);
  const fitting = Math.min(
    bytesAtOnce(runtime, QUERY_BYTES) / (16 * quads),
    bytesAtOnce(runtime, LIST_BYTES) / (8 * k),
    MOST_QUERIES,
  );
  const most = Math.max(1, Math.floor(fitting / TILE_QUERIES)) * TILE_QUERIES;
  for (let start = 0; start < m; start += most) {
    signal?.throwIfAborted();
    const count = Math.min(most, m - start);
    const lists = {
      queries: queries
        ? await packedUpload(workspace, queries.subarray(start * d, (start + count) * d), d, scale)
        : await packedCopy(
            workspace,
            points,
            Uint32Array.from({ length: count }, (_, i) => start + i),
          ),
      ...(await allocateLists(count, k)),
    };
    const excluded = queries === undefined && !includesSelf ? start : undefined;
    for await (const { chunk } of points.visit()) {
      workspace.run('nearest rows', (recording) => {
        record(recording, kernels, chunk, lists, count, excluded);
      });
    }
    const found = new Uint32Array(await workspace.read(lists.known, 0, 8 * k * lists.stride));
    finish(PAIR_WORK * d * n * count);
    const squared = new Float32Array(found.buffer);
    for (let i = 0, at = start * k; i < count; i++) {
      for (let p = 0; p < k; p++, at++) {
        const entry = 2 * (p * lists.stride + i);
        distances[at] = Math.sqrt(squared[entry]) / scale;
        indices[at] = found[entry + 1];
      }
    }
    workspace.release(lists.queries, lists.known, lists.found);
  }
  return { indices, distances };

  async function allocateLists(count: number, entries: number) {
    const stride = roundUp(count, TILE_QUERIES);
    const bytes = 8 * entries * stride;
    const slices = Math.max(1, Math.floor(bytesAtOnce(runtime, LIST_BYTES) / bytes));
    const made = await workspace.allocate({ known: bytes, found: bytes * slices });
    const none = new Uint32Array(2 * entries * stride);
    for (let at = 0; at < none.length; at += 2) none.set(NO_ROW, at);
    workspace.upload(made.known, none);
    return { ...made, stride, slices };
  }

  /** Puts a chunk's rows into the lists of all queries. */
  function record(
    recording: Recording,
    { nearest, merge }: Kernels,
    chunk: Chunk,
    { queries: x, known, found, stride, slices }: Lists,
    count: number,
    own: number | undefined,
  ): void {
    const tileWork = PAIR_WORK * d * TILE_QUERIES;
    const most = runtime.pace.rows(tileWork, TILE);
    for (const rows of growing(chunk, most)) {
      const whole: RowRange = { start: 0, rows: count };
      for (const part of paced(runtime, whole, PAIR_WORK * d * rows.rows, TILE_QUERIES)) {
        const tiles = ceilDiv(part.rows, TILE_QUERIES);
        const wanted = Math.min(slices, ceilDiv(WORKGROUPS, tiles));
        const slice = roundUp(Math.max(LEAST_SLICE, ceilDiv(rows.rows, wanted)), TILE);
        const used = ceilDiv(rows.rows, slice);
        const columns = { first: part.start, count: part.rows, k, stride };
        const shape = {
          ...columns,
          ...{ quads, slice, start: rows.start, end: rows.start + rows.rows, offset: chunk.start },
          ...{ own: own ?? 0, excludes: own === undefined ? 0 : 1 },
        };
        const bindings = { shape, queries: x, points: chunk.points, known, found };
        recording.dispatch(nearest, bindings, tiles * used);
        const merged = { shape: { ...columns, slices: used }, found, known };
        recording.dispatch(merge, merged, groups(merge, part.rows));
      }
    }
  }
}

/**
 * A chunk's rows in parts of at most `most`, none more than the rows before it: the lists of so many leave but
 * k of a part's rows that are nearer, however many slices it is cut into.
 */
function* growing({ start: before, rows }: RowRange, most: number): Generator<RowRange> {
  for (let start = 0; start < rows;) {
    const step = roundUp(Math.max(LEAST_SLICE, before + start), TILE);
    const part = { start, rows: Math.min(step, most, rows - start) };
    yield part;
    start += part.rows;
  }
}
