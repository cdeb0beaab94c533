/** Rows that come by in float32, chunk after chunk: what is found out on the way, and made of them. */
import { ceilDiv } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import columnRangesKernel from '../../shaders/column_ranges.wgsl';
import largestKernel from '../../shaders/largest.wgsl';
import narrowKernel from '../../shaders/narrow.wgsl';
import narrowBytesKernel from '../../shaders/narrow_bytes.wgsl';
import { byteShift, type WholeColumns } from '../reference/bytes.js';
import { float16Scale, float16Shift, largestOf } from '../reference/float16.js';
import {
  type Chunk,
  centring,
  columnSums,
  groups,
  meansOfColumns,
  normalizing,
  packedBytes,
  type PackedRows,
  type PointsOptions,
  type Preparation,
} from './points.js';
import { QUAD_BYTES } from './storage.js';

/** Rows of which each chunk is on the device only once it is brought. */
export interface PassingRows extends PackedRows {
  readonly storage: 'float32';
  readonly chunks: readonly (Chunk & { readonly bring: () => Promise<void> })[];
  /** Sets what is done to every chunk from now on, once its rows are packed. */
  readonly prepareWith: (preparation: Preparation) => void;
}

/** What rows are less of, and the power of two that they are to be multiplied by. */
export interface Preparations {
  readonly shift: Float64Array;
  readonly scale: number;
  /** Whether such rows were found to be what bytes hold. */
  readonly inBytes: boolean;
}

/**
 * Has rows centred ('cosine': normalised) whenever they come by: whole numbers so that bytes hold them,
 * where no shift is known and bytes can; others by their means. Finds a scale for float16.
 *
 * @param subtracted what the caller's rows are less of already, where they are
 */
export async function prepare(
  workspace: Workspace,
  rows: PassingRows,
  subtracted: Float64Array | undefined,
  options: PointsOptions,
): Promise<Preparations> {
  const [n, d] = rows.shape;
  const { metric, storage } = options;
  if (metric === 'cosine') {
    const { normalize, refuseZeros } = await normalizing(workspace, rows);
    rows.prepareWith(normalize);
    await bringAll(rows);
    await refuseZeros();
    // Of length 1, they fit as they are; centroids have length 1, too.
    return { shift: new Float64Array(d), scale: 1, inBytes: false };
  }
  const known = subtracted ?? options.shift;
  let shift: Float64Array;
  let scale = 1;
  let whole: Float64Array | undefined;
  if (storage === 'float16') {
    const measuring = await measureLargest(workspace, rows);
    rows.prepareWith(measuring.measure);
    shift = known ?? meansOfColumns(await columnSums(workspace, rows), n);
    if (known) await bringAll(rows);
    const largest = (await measuring.read()) + (subtracted ? 0 : largestOf(shift));
    scale = Math.min(options.scale ?? Number.POSITIVE_INFINITY, float16Scale(largest));
    if (!known) shift = float16Shift(shift, scale);
  } else if (known) shift = known;
  else {
    const measuring = await measureRanges(workspace, rows);
    rows.prepareWith(measuring.measure);
    const sums = await columnSums(workspace, rows);
    whole = byteShift({ ...(await measuring.read()), sums }, n);
    shift = whole ?? meansOfColumns(sums, n);
  }
  if (!subtracted) rows.prepareWith(await centring(workspace, rows, shift));
  return { shift, scale, inBytes: whole !== undefined };
}

async function bringAll({ chunks }: PassingRows): Promise<void> {
  for (const { bring } of chunks) await bring();
}

/** Finds the largest magnitude of what comes by. */
async function measureLargest(
  workspace: Workspace,
  { quads }: PackedRows,
): Promise<{ readonly measure: Preparation; readonly read: () => Promise<number> }> {
  const kernel = await workspace.runtime.kernel(largestKernel);
  const { largest } = await workspace.allocate({ largest: 4 });
  workspace.upload(largest, new Uint32Array(1));
  return {
    measure: (recording, { points, rows }) => {
      recording.dispatch(kernel, { shape: { rows, quads }, points, largest }, groups(kernel, rows));
    },
    read: async () => {
      const [value] = new Float32Array(await workspace.read(largest, 0, 4));
      workspace.release(largest);
      return value;
    },
  };
}

/** Finds the ranges of whole columns in what comes by. */
async function measureRanges(
  workspace: Workspace,
  { quads, shape: [, d] }: PackedRows,
): Promise<{
  readonly measure: Preparation;
  readonly read: () => Promise<Pick<WholeColumns, 'lows' | 'highs'>>;
}> {
  const kernel = await workspace.runtime.kernel(columnRangesKernel);
  const run = Number(columnRangesKernel.constants.RUN);
  const width = 4 * quads;
  const { ranges } = await workspace.allocate({ ranges: 8 * width });
  const none = new Int32Array(2 * width);
  none.fill(2 ** 31 - 1, 0, width);
  none.fill(-(2 ** 31), width);
  workspace.upload(ranges, new Uint32Array(none.buffer));
  return {
    measure: (recording, { points, rows }) => {
      recording.dispatch(
        kernel,
        { shape: { rows, quads }, points, ranges },
        groups(kernel, ceilDiv(rows, run) * quads),
      );
    },
    read: async () => {
      const found = new Int32Array(await workspace.read(ranges, 0, 8 * width));
      workspace.release(ranges);
      return { lows: found.subarray(0, d), highs: found.subarray(width, width + d) };
    },
  };
}

/** Narrows a chunk's rows into `narrow` from row `to` on: a whole block of the layout. */
export type Narrowing = (recording: Recording, chunk: Chunk, narrow: GPUBuffer, to: number) => void;

/** Rounds rows to float16 times `scale`, or packs them into bytes. */
export async function narrowing(
  workspace: Workspace,
  quads: number,
  storage: 'float16' | 'bytes',
  scale: number,
): Promise<Narrowing> {
  const inBytes = storage === 'bytes';
  const kernel = await workspace.runtime.kernel(inBytes ? narrowBytesKernel : narrowKernel);
  return (recording, { points: wide, rows }, narrow, to) => {
    const count = packedBytes(rows, quads) / QUAD_BYTES.float32;
    const range = { count, start: to * quads };
    recording.dispatch(
      kernel,
      inBytes
        ? { shape: range, wide, bytes: narrow }
        : { shape: { ...range, scale }, wide, halves: narrow },
      groups(kernel, count),
    );
  };
}
