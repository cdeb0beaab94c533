/** Rows that come by in float32, chunk after chunk: what is found out on the way, and made of them. */
import { ceilDiv } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import columnRangesKernel from '../../shaders/rows/column_ranges.wgsl';
import narrowKernel from '../../shaders/rows/narrow.wgsl';
import narrowBytesKernel from '../../shaders/rows/narrow_bytes.wgsl';
import { byteShift, type WholeColumns } from './bytes.js';
import { rangeScale } from './range.js';
import { float16Scale, float16Shift, largestOf } from './float16.js';
import {
  centring,
  columnSums,
  groups,
  meansOfColumns,
  packedBytes,
  type PointsOptions,
} from './device_points.js';
import { measureLargest } from './measure_largest.js';
import type { Chunk, Rows, Preparation } from './rows.js';
import { QUAD_BYTES } from './storage.js';
import { normalizing } from './device_directions.js';

/** Rows that come by, and what is to be done to each chunk of them whenever it does. */
export interface PassingRows {
  /** In float32. */
  readonly rows: Rows;
  /** Sets what is done to every chunk from now on, once its rows are packed. */
  readonly prepareWith: (preparation: Preparation) => void;
  /** Has them multiplied by a power of two when they are packed, from now on. */
  readonly scaleBy: (scale: number) => void;
  /** The largest magnitude of what the host has seen of them: all, or what has come by. */
  readonly largest: number | undefined;
  /** What they are less of as directions. */
  readonly directionShift: () => Promise<Float64Array>;
}

/** What rows are less of, and the power of two that they are then multiplied by. */
export interface Preparations {
  readonly shift: Float64Array;
  readonly scale: number;
  /** What of it is left to be done where they are narrowed. */
  readonly narrowing: number;
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
  passing: PassingRows,
  subtracted: Float64Array | undefined,
  options: PointsOptions,
): Promise<Preparations> {
  if (options.metric === 'cosine')
    return prepareDirections(workspace, passing, subtracted, options);
  const { extent = 0 } = options;
  const inRange = (largest: number) => rangeScale('points', Math.max(extent, largest));
  // Centroids alone say nothing of rows that nobody has seen yet: that of small rows may be nearly 0.
  let packed = passing.largest ? inRange(passing.largest) : 1;
  passing.scaleBy(packed);
  let found = await findOut(workspace, passing, subtracted, options, packed);
  const needed = inRange(found.largest);
  if (needed !== packed) {
    // What was out of range has sums that are out of it, too.
    packed = needed;
    passing.scaleBy(packed);
    found = await findOut(workspace, passing, subtracted, options, packed);
  }
  const { shift, scale, inBytes } = found;
  if (!subtracted) passing.prepareWith(await centring(workspace, passing.rows, shift, packed));
  return { shift, scale, narrowing: scale / packed, inBytes };
}

/** See `prepare`; and the largest magnitude, where it is known by then. */
async function findOut(
  workspace: Workspace,
  passing: PassingRows,
  subtracted: Float64Array | undefined,
  options: PointsOptions,
  packed: number,
): Promise<Omit<Preparations, 'narrowing'> & { readonly largest: number }> {
  const { rows } = passing;
  const [n] = rows.shape;
  const known = subtracted ?? options.shift;
  if (options.storage === 'float16') {
    const measuring = await measureLargest(workspace, rows);
    passing.prepareWith(measuring.measure);
    let shift = known ?? meansOfColumns(await columnSums(workspace, rows), n, packed);
    if (known) await bringAll(rows);
    const largest = (await measuring.read()) / packed;
    const fitting = float16Scale(largest + (subtracted ? 0 : largestOf(shift)));
    const scale = Math.min(options.scale ?? Number.POSITIVE_INFINITY, fitting);
    if (!known) shift = float16Shift(shift, scale);
    return { shift, scale, inBytes: false, largest };
  }
  if (known) {
    // Only now is the magnitude known of rows that come by for the first time.
    await bringAll(rows);
    return { shift: known, scale: packed, inBytes: false, largest: passing.largest ?? 0 };
  }
  const measuring = await measureRanges(workspace, rows);
  passing.prepareWith(measuring.measure);
  const sums = await columnSums(workspace, rows);
  const ranges = await measuring.read();
  const whole = packed === 1 ? byteShift({ ...ranges, sums }, n) : undefined;
  return {
    shift: whole ?? meansOfColumns(sums, n, packed),
    scale: packed,
    inBytes: whole !== undefined,
    largest: passing.largest ?? 0,
  };
}

/** As `prepare`, for rows as directions. */
async function prepareDirections(
  workspace: Workspace,
  passing: PassingRows,
  subtracted: Float64Array | undefined,
  options: PointsOptions,
): Promise<Preparations> {
  const { rows } = passing;
  const shift = subtracted ?? options.shift ?? (await passing.directionShift());
  const preparations: Preparation[] = [];
  const { normalize, refuseZeros } = await normalizing(workspace, rows, shift);
  if (!subtracted) preparations.push(normalize);
  passing.prepareWith((recording, chunk) => {
    for (const preparation of preparations) preparation(recording, chunk);
  });
  if (options.storage !== 'float16') {
    if (!subtracted) await bringAll(rows);
    await refuseZeros();
    return { shift, scale: 1, narrowing: 1, inBytes: false };
  }
  const measuring = await measureLargest(workspace, rows);
  preparations.push(measuring.measure);
  await bringAll(rows);
  await refuseZeros();
  const fitting = float16Scale(await measuring.read());
  const scale = Math.min(options.scale ?? Number.POSITIVE_INFINITY, fitting);
  preparations.pop();
  return { shift, scale, narrowing: scale, inBytes: false };
}

/** Has all rows come by, for what is done to them on the way. */
export async function bringAll(rows: Rows): Promise<void> {
  for (let c = 0; c < rows.ranges.length; c++) await rows.at(c);
}

/** Finds the ranges of whole columns in what comes by. */
async function measureRanges(
  workspace: Workspace,
  { quads, shape: [, d] }: Rows,
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
