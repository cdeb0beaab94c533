/** The caller's rows on the device: centred, packed and split into chunks that fit its limits. */
import type { Recording } from '../../host/recording.js';
import type { Kernel, Runtime } from '../../host/runtime.js';
import { ceilDiv, roundUp, type RowRange, splitRows } from '../../host/plan.js';
import type { Workspace } from '../../host/workspace.js';
import changeColumnsKernel from '../../shaders/rows/change_columns.wgsl';
import columnSumsKernel from '../../shaders/rows/column_sums.wgsl';
import packKernel from '../../shaders/rows/pack.wgsl';
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import { rangeScale } from './range.js';
import { largestOf } from './float16.js';
import { isStreamed, type Metric, type PointSource, type Storage } from './load_options.js';
import { type DevicePoints, Rows, type PlacedChunk, type Preparation } from './rows.js';
import { type Held, QUAD_BYTES } from './storage.js';

/** Rows cross to the device in blocks of about this many bytes. */
export const UPLOAD_BLOCK = 8 * 1024 * 1024;
/** Bytes uploaded before the device is waited for: bounds what the browser queues up. */
export const UPLOADS_IN_FLIGHT = 64 * 1024 * 1024;
/** Chunks start at multiples of this, so that runs and segments of rows never straddle two. */
export const CHUNK_ALIGNMENT = 1024;
/** Rows that the packed layout keeps together. */
export const BLOCK_ROWS = Number(packKernel.constants.BLOCK_ROWS);
/** What a kernel that looks for a place leaves where there is none. */
export const NONE_FOUND = 0xffffffff;

/** See LoadOptions. */
export interface PointsOptions {
  readonly metric: Metric;
  readonly shift?: Float64Array;
  readonly storage?: Storage | undefined;
  readonly scale?: number | undefined;
  readonly extent?: number | undefined;
}

/** Bytes of packed rows: whole blocks of them. */
export function packedBytes(rows: number, quads: number, storage: Held = 'float32'): number {
  return QUAD_BYTES[storage] * quads * roundUp(rows, BLOCK_ROWS);
}

/** `values` as rows of whole vec4s, zeros past the last column. */
export function padColumns(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const width = ceilDiv(columns, 4) * 4;
  const padded = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) padded[i * width + j] = values[i * columns + j];
  }
  return padded;
}

/** The first `columns` of rows of whole vec4s. */
export function unpadColumns(padded: Float32Array, rows: number, columns: number): Float32Array {
  const width = ceilDiv(columns, 4) * 4;
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    values.set(padded.subarray(i * width, i * width + columns), i * columns);
  }
  return values;
}

/** The parts of a chunk to dispatch one after the other, each short enough for the device. */
export function paced(
  runtime: Runtime,
  chunk: RowRange,
  workPerRow: number,
  align: number,
): readonly RowRange[] {
  return splitRows(chunk.rows, runtime.pace.rows(workPerRow, align), align);
}

/** Workgroups that give every one of `invocations` a place. */
export function groups(kernel: Kernel, invocations: number): number {
  return ceilDiv(invocations, kernel.workgroup);
}

/** Copies, checks, scales, centres ('cosine': normalises) and packs the rows, in float32. */
export async function loadPoints(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  options: PointsOptions,
): Promise<DevicePoints> {
  const subtracted = 'data' in source ? source.shift : undefined;
  const { packed, scale } = await packInRange(workspace, source, options);
  const [n] = packed.shape;
  if (subtracted) return packed.about(subtracted, scale);
  if (options.metric === 'cosine') {
    const { normalizing, shiftOfDirections } = await import('./device_directions.js');
    const shift = options.shift ?? (await shiftOfDirections(workspace, source));
    const { normalize, refuseZeros } = await normalizing(workspace, packed, shift);
    inPlace(workspace, packed, 'normalize', normalize);
    if (!('finite' in source)) await refuseZeros();
    return packed.about(shift, scale);
  }
  const shift = options.shift ?? meansOfColumns(await columnSums(workspace, packed), n, scale);
  // Rows as they are need no pass.
  if (shift.some((value) => value !== 0))
    inPlace(workspace, packed, 'centre', await centring(workspace, packed, shift, scale));
  await workspace.settle();
  return packed.about(shift, scale);
}

/** Does something to all rows, once: where they are kept on the device. */
export function inPlace(
  workspace: Workspace,
  rows: Rows,
  label: string,
  preparation: Preparation,
): void {
  workspace.run(label, (recording) => {
    rows.pass(recording, (chunk) => {
      preparation(recording, chunk);
    });
  });
}

/**
 * Packs the rows, scaled by a power of two where the caller says how far what they will be compared with
 * reaches (`extent`) and their squares would leave float32's range.
 */
async function packInRange(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  { metric, extent }: PointsOptions,
): Promise<{ readonly packed: Rows; readonly scale: number }> {
  // Directions are scaled one by one.
  if (metric === 'cosine' || extent === undefined) {
    return { packed: await packRows(workspace, source, 1), scale: 1 };
  }
  if ('data' in source) {
    const scale = rangeScale('points', Math.max(extent, source.largest ?? largestOf(source.data)));
    return { packed: await packRows(workspace, source, scale), scale };
  }
  if (source.finite) {
    const scale = rangeScale('points', extent);
    return { packed: await packRows(workspace, source, scale), scale };
  }
  const packed = await packRows(workspace, source, 1);
  const { measureLargest } = await import('./measure_largest.js');
  const measuring = await measureLargest(workspace, packed);
  inPlace(workspace, packed, 'measure', measuring.measure);
  const scale = rangeScale('points', Math.max(extent, await measuring.read()));
  if (scale === 1) return { packed, scale };
  packed.release();
  return { packed: await packRows(workspace, source, scale), scale };
}

/** Rows of the source as they are, one after the other. */
export async function sampleRows(
  workspace: Workspace,
  source: PointSource,
  rows: readonly number[],
): Promise<Float32Array> {
  if (isStreamed(source)) return source.rowsAt(rows);
  const [, d] = source.shape;
  if ('data' in source) {
    const sample = new Float32Array(rows.length * d);
    rows.forEach((row, i) => {
      sample.set(source.data.subarray(row * d, (row + 1) * d), i * d);
    });
    return sample;
  }
  const bytes = 4 * d;
  const { sample } = await workspace.allocate({ sample: bytes * rows.length });
  workspace.run('sample', (recording) => {
    rows.forEach((row, i) => recording.copy(source.buffer, bytes * row, sample, bytes * i, bytes));
  });
  const copied = new Float32Array(await workspace.read(sample, 0, bytes * rows.length));
  workspace.release(sample);
  return copied;
}

/** Column means as they are subtracted: in float32. */
export function meansOfColumns(sums: Float64Array, n: number, scale = 1): Float64Array {
  return sums.map((sum) => Math.fround(sum / n) / scale);
}

/** Rows of `quads` vec4s that one buffer of the device holds. */
export function mostRows({ limits }: Runtime, quads: number): number {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  return Math.floor(most / packedBytes(1, quads)) * BLOCK_ROWS;
}

/**
 * Copies, checks and packs the rows, times a power of two.
 *
 * @param align chunks start at multiples of so many rows where a buffer holds that many
 */
export async function packRows(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  scale: number,
  align = CHUNK_ALIGNMENT,
): Promise<Rows> {
  const { runtime } = workspace;
  const { limits } = runtime;
  const [n, d] = source.shape;
  const quads = ceilDiv(d, 4);
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const held = mostRows(runtime, quads);
  const ranges = splitRows(n, held, held < align ? CHUNK_ALIGNMENT : align);
  const kernel = await runtime.kernel(packKernel);
  const blockRows = Math.max(1, Math.min(n, Math.floor(Math.min(UPLOAD_BLOCK, most) / (4 * d))));
  const { rows } = await workspace.allocate({ rows: 4 * d * blockRows });
  const { bring, refuseNonFinite } = await bringing(workspace, source, rows);
  const chunks: PlacedChunk[] = [];
  for (const range of ranges) {
    const { points } = await workspace.allocate({ points: packedBytes(range.rows, quads) });
    chunks.push({ ...range, points });
    for (const block of splitRows(range.rows, blockRows, 1)) {
      const shape = { count: block.rows, columns: d, first: block.start, scale };
      const there = { start: range.start + block.start, rows: block.rows };
      await bring('pack', there, (recording) => {
        recording.dispatch(kernel, { shape, rows, points }, groups(kernel, block.rows));
      });
    }
  }
  await refuseNonFinite();
  await workspace.settle();
  workspace.release(rows);
  return new Rows({ workspace, shape: [n, d], quads, chunks, storage: 'float32' });
}

/**
 * Brings the caller's rows into `rows`, a block at a time, and does `work` with each there. The
 * numbers of a matrix on the device are checked on the way, and refused once all have come by.
 */
export async function bringing(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  rows: GPUBuffer,
): Promise<{
  readonly bring: (
    label: string,
    block: RowRange,
    work: (recording: Recording) => void,
  ) => Promise<void>;
  readonly refuseNonFinite: () => Promise<void>;
}> {
  const [, d] = source.shape;
  const lying =
    'data' in source
      ? undefined
      : await (await import('./gpu_rows.js')).lyingRows(workspace, source, rows);
  let inFlight = 0;
  return {
    bring: async (label, block, work) => {
      const first = block.start * d;
      const count = block.rows * d;
      if ('data' in source) workspace.upload(rows, source.data.subarray(first, first + count));
      workspace.run(label, (recording) => {
        lying?.copy(recording, first, count);
        work(recording);
      });
      inFlight += 4 * count;
      if (inFlight < UPLOADS_IN_FLIGHT) return;
      await workspace.idle();
      inFlight = 0;
    },
    refuseNonFinite: async () => {
      await lying?.refuseNonFinite();
    },
  };
}

/** Sums over the rows of each column, or of its square, in float64 over runs of float32. */
export async function columnSums(
  workspace: Workspace,
  points: Rows,
  squared = false,
): Promise<Float64Array> {
  const [sums] = await columnPowerSums(workspace, points, [squared]);
  return sums;
}

/** As `columnSums`, for both sums in one pass over the rows. */
export async function columnPowerSums(
  workspace: Workspace,
  points: Rows,
  powers: readonly boolean[],
): Promise<readonly Float64Array[]> {
  const { runtime } = workspace;
  const {
    quads,
    shape: [, d],
  } = points;
  const run = Number(columnSumsKernel.constants.RUN);
  const kernels: Kernel[] = [];
  for (const SQUARED of powers) kernels.push(await points.kernel(columnSumsKernel, { SQUARED }));
  const totals = powers.map(() => new Float64Array(d));
  for await (const { chunk } of points.visit()) {
    const { rows } = chunk;
    const runs = ceilDiv(rows, run);
    const made: GPUBuffer[] = [];
    for (const kernel of kernels) {
      const { sums } = await workspace.allocate({ sums: 16 * quads * runs });
      made.push(sums);
      workspace.run('column sums', (recording) => {
        for (const part of paced(runtime, { start: 0, rows }, 4 * d, run)) {
          const shape = {
            first: part.start,
            rows: part.rows,
            quads,
            first_run: part.start / run,
          };
          recording.dispatch(
            kernel,
            { shape, points: chunk.points, sums },
            groups(kernel, ceilDiv(part.rows, run) * quads),
          );
        }
      });
    }
    const read = await Promise.all(made.map((sums) => workspace.read(sums, 0, 16 * quads * runs)));
    read.forEach((bytes, power) => {
      const partial = new Float32Array(bytes);
      for (let r = 0; r < runs; r++) {
        for (let j = 0; j < d; j++) totals[power][j] += partial[r * 4 * quads + j];
      }
    });
    workspace.release(...made);
  }
  return totals;
}

/** Subtracts `by`, [d], from every row, or SCALED multiplies columns by it. */
async function changing(
  workspace: Workspace,
  { quads }: Pick<Rows, 'quads'>,
  values: Float64Array,
  SCALED: boolean,
): Promise<Preparation> {
  const { runtime } = workspace;
  const d = values.length;
  const kernel = await runtime.kernel(changeColumnsKernel, { SCALED });
  const { by } = await workspace.allocate({ by: 16 * quads });
  workspace.upload(by, padColumns(values, 1, d));
  return (recording, { points, rows: all }) => {
    for (const part of paced(runtime, { start: 0, rows: all }, 4 * d, 1)) {
      const shape = { first: part.start, rows: part.rows, quads };
      recording.dispatch(kernel, { shape, by, points }, groups(kernel, part.rows));
    }
  };
}

/** Subtracts `by` from every row, which is held times `scale`. */
export const centring = (
  workspace: Workspace,
  rows: Pick<Rows, 'quads'>,
  by: Float64Array,
  scale = 1,
): Promise<Preparation> =>
  changing(
    workspace,
    rows,
    by.map((value) => value * scale),
    false,
  );

/** Multiplies columns by powers of two, [d]. */
export const scaling = (
  workspace: Workspace,
  rows: Pick<Rows, 'quads'>,
  by: Float64Array,
): Promise<Preparation> => changing(workspace, rows, by, true);
