/** The caller's rows on the device, in less than float32. */
import { ceilDiv, splitRows } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import packKernel from '../../shaders/rows/pack.wgsl';
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import { packRowsInBytes, wholeShift } from './bytes.js';
import { createPause } from '../math/event_loop.js';
import { narrowing, type PassingRows, prepare, type Preparations } from './passing.js';
import {
  bringing,
  CHUNK_ALIGNMENT,
  groups,
  packedBytes,
  type PointsOptions,
  sampleRows,
  UPLOADS_IN_FLIGHT,
} from './device_points.js';
import { type Chunk, type DevicePoints, Rows, type Preparation } from './rows.js';
import type { Held } from './storage.js';
import { streamedRows } from './block_size.js';
import { shiftOfDirections } from './device_directions.js';

/** Rows pass in float32 in blocks of about this many bytes. */
export const BLOCK_BYTES = 2 * 1024 * 1024;

/**
 * As `loadPoints`, rounded to float16 and held in half the memory: the rows pass in full a block at a
 * time, twice, as their means and their largest magnitude come before they are centred and rounded.
 */
export async function loadHalves(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  options: PointsOptions,
): Promise<DevicePoints> {
  const storage = 'float16';
  const passing = await passBlocks(workspace, source);
  const subtracted = 'data' in source ? source.shift : undefined;
  const prepared = await prepare(workspace, passing, subtracted, { ...options, storage });
  await passing.refuseNonFinite();
  return narrowed(workspace, passing, storage, prepared);
}

/**
 * As `loadPoints`, in a byte a number and a quarter of the memory, where bytes hold the rows exactly:
 * whole numbers of which no column spans more than 255, such as pixels. Nothing where they do not.
 */
export async function loadBytes(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  options: PointsOptions,
): Promise<DevicePoints | undefined> {
  if ('data' in source) {
    const shift = source.shift ? undefined : wholeShift(source, options.shift);
    return shift && packedInBytes(workspace, source, shift);
  }
  // With a shift the bits are the same, however rows are held: there is nothing to find out.
  if (options.shift || !(await sampleRows(workspace, source, [0])).every(Number.isInteger)) {
    return undefined;
  }
  const passing = await passBlocks(workspace, source);
  const prepared = await prepare(workspace, passing, undefined, options);
  if (prepared.inBytes) return narrowed(workspace, passing, 'bytes', prepared);
  passing.rows.release();
  return undefined;
}

/** Chunks for all rows, of so many each: whole blocks of `block` rows, of which none straddles two. */
async function allocate(
  workspace: Workspace,
  { shape, quads }: Pick<DevicePoints, 'shape' | 'quads'>,
  block: number,
  storage: Held,
): Promise<{ readonly chunks: readonly Chunk[]; readonly fitting: number }> {
  const { maxBufferSize, maxStorageBufferBindingSize } = workspace.runtime.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const fitting = Math.floor(most / packedBytes(block, quads, storage)) * block;
  const chunks: Chunk[] = [];
  for (const range of splitRows(shape[0], fitting, CHUNK_ALIGNMENT)) {
    const bytes = packedBytes(range.rows, quads, storage);
    chunks.push({ ...range, ...(await workspace.allocate({ points: bytes })) });
  }
  return { chunks, fitting };
}

/**
 * Rows of whole numbers, packed into bytes before they go to the device: a quarter of the upload.
 *
 * @param block chunks start at multiples of so many rows, a multiple of CHUNK_ALIGNMENT
 */
export async function packedInBytes(
  workspace: Workspace,
  { data, shape }: CheckedMatrix,
  shift: Float64Array,
  block = CHUNK_ALIGNMENT,
): Promise<DevicePoints> {
  const storage = 'bytes';
  const [, d] = shape;
  const quads = ceilDiv(d, 4);
  const { chunks } = await allocate(workspace, { shape, quads }, block, storage);
  const slab = Math.max(1, Math.floor(BLOCK_BYTES / packedBytes(CHUNK_ALIGNMENT, quads, storage)));
  const pause = createPause();
  let inFlight = 0;
  for (const { start, rows, points } of chunks) {
    for (const part of splitRows(rows, slab * CHUNK_ALIGNMENT, CHUNK_ALIGNMENT)) {
      const first = start + part.start;
      const words = packRowsInBytes(data, d, shift, first, first + part.rows);
      workspace.upload(points, words, packedBytes(part.start, quads, storage));
      await pause();
      inFlight += words.byteLength;
      if (inFlight < UPLOADS_IN_FLIGHT) continue;
      await workspace.idle();
      inFlight = 0;
    }
    await workspace.settle();
  }
  return new Rows({ workspace, shape, quads, storage, chunks }).about(shift);
}

/** Keeps the rows of all blocks, narrowed. */
async function narrowed(
  workspace: Workspace,
  { rows }: Passing,
  storage: 'float16' | 'bytes',
  { shift, scale, narrowing: factor }: Preparations,
): Promise<DevicePoints> {
  const { shape, quads } = rows;
  const narrow = await narrowing(workspace, quads, storage, factor);
  const { chunks, fitting } = await allocate(workspace, rows, rows.ranges[0].rows, storage);
  for await (const { chunk } of rows.visit()) {
    const { points, start } = chunks[Math.floor(chunk.start / fitting)];
    workspace.run('narrow', (recording) => {
      narrow(recording, chunk, points, chunk.start - start);
    });
  }
  await workspace.settle();
  rows.release();
  return new Rows({ workspace, shape, quads, chunks, storage }).about(shift, scale);
}

interface Passing extends PassingRows {
  /** To be called once all have come by. */
  readonly refuseNonFinite: () => Promise<void>;
}

/** Rows that lie in memory or on the device, as they come by: one block at a time is held. */
async function passBlocks(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
): Promise<Passing> {
  const { runtime } = workspace;
  const [n, d] = source.shape;
  const quads = ceilDiv(d, 4);
  const ranges = splitRows(n, streamedRows(quads, runtime.limits, BLOCK_BYTES), CHUNK_ALIGNMENT);
  const kernel = await runtime.kernel(packKernel);
  const { rows, points } = await workspace.allocate({
    rows: 4 * d * ranges[0].rows,
    points: packedBytes(ranges[0].rows, quads),
  });
  const { bring, refuseNonFinite } = await bringing(workspace, source, rows);
  let preparation: Preparation | undefined;
  let scale = 1;
  const chunks = ranges.map((range) => {
    const chunk = { ...range, points };
    const work = (recording: Recording) => {
      const shape = { count: range.rows, columns: d, first: 0, scale };
      recording.dispatch(kernel, { shape, rows, points }, groups(kernel, range.rows));
      preparation?.(recording, chunk);
    };
    return { ...chunk, bring: () => bring('pack', range, work) };
  });
  return {
    rows: new Rows({
      ...{ workspace, shape: [n, d] as const, quads },
      ...{ storage: 'float32' as const, chunks, owned: [rows] },
    }),
    prepareWith: (next) => {
      preparation = next;
    },
    scaleBy: (power) => {
      scale = power;
    },
    largest: 'data' in source ? source.largest : undefined,
    directionShift: () => shiftOfDirections(workspace, source),
    refuseNonFinite,
  };
}
