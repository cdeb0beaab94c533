/** Rows in float32 that a method makes ready step by step, wherever they stay. */
import { ceilDiv, splitRows } from '../../host/plan.js';
import type { Workspace } from '../../host/workspace.js';
import scaleColumnsKernel from '../../shaders/rows/scale_columns.wgsl';
import widenKernel from '../../shaders/rows/widen.wgsl';
import { wholeShift } from './bytes.js';
import {
  centring,
  CHUNK_ALIGNMENT,
  columnSums,
  groups,
  inPlace,
  meansOfColumns,
  measureLargest,
  packedBytes,
  packRows,
  paced,
  padColumns,
} from './device_points.js';
import { Rows, type Preparation } from './rows.js';
import { StreamedRows, streamedRows } from './device_stream.js';
import type { PointSource } from './load_options.js';
import type { CheckedMatrix } from './matrix.js';
import { packedInBytes } from './narrowed.js';
import { bringAll } from './passing.js';
import { CheckedStream } from './point_stream.js';
import { QUAD_BYTES } from './storage.js';

/** Rows as the caller gave them, and what is done to them before a method sees them. */
export interface OpenRows {
  readonly rows: Rows;
  /** Subtracts so much from columns, [d], from now on: at once where rows are kept, else whenever they come by. */
  readonly subtract: (by: Float64Array) => Promise<void>;
  /** Multiplies columns by powers of two, [d], likewise. */
  readonly multiply: (by: Float64Array) => Promise<void>;
  /** The largest magnitude of what was given; takes a pass where nobody has seen all of it. */
  readonly largest: () => Promise<number>;
}

/**
 * Streams stay where they are, and bytes that take more than one block are kept as bytes and widened block
 * by block; all else is kept in float32. What visitors find has the same bits in each case.
 *
 * @param align where rows are kept, chunks start at multiples of so many rows if a buffer holds that many
 * @throws NonFiniteError, InvalidArgumentError, OutOfMemoryError, DeviceLimitError
 */
export async function openRows(
  workspace: Workspace,
  source: PointSource,
  align?: number,
): Promise<OpenRows> {
  if (source instanceof CheckedStream) return passingRows(workspace, source);
  if ('data' in source && source.isBytes) {
    const [n, d] = source.shape;
    const block = streamedRows(ceilDiv(d, 4), workspace.runtime.limits);
    const shift = n > block ? wholeShift(source) : undefined;
    if (shift) return widenedRows(workspace, source, shift, block);
  }
  const rows = await packRows(workspace, source, 1, align);
  return {
    rows,
    subtract: async (by) => {
      inPlace(workspace, rows, 'centre', await centring(workspace, rows, by));
      await workspace.settle();
    },
    multiply: async (by) => {
      inPlace(workspace, rows, 'scale', await scaling(workspace, rows, by));
      await workspace.settle();
    },
    largest: async () => {
      if ('data' in source && source.largest !== undefined) return source.largest;
      const { measure, read } = await measureLargest(workspace, rows);
      inPlace(workspace, rows, 'measure', measure);
      return read();
    },
  };
}

async function passingRows(workspace: Workspace, source: CheckedStream): Promise<OpenRows> {
  const passing = await StreamedRows.create(workspace, source);
  const { rows } = passing;
  const steps: Preparation[] = [];
  const add = (step: Preparation) => {
    steps.push(step);
    passing.prepareWith((recording, chunk) => {
      for (const each of steps) each(recording, chunk);
    });
  };
  return {
    rows,
    subtract: async (by) => {
      add(await centring(workspace, rows, by));
    },
    multiply: async (by) => {
      add(await scaling(workspace, rows, by));
    },
    largest: async () => {
      if (!source.isSeen) await bringAll(rows);
      return source.largest;
    },
  };
}

/** Rows in bytes less `shift`, of which a block at a time is in float32. */
async function widenedRows(
  workspace: Workspace,
  source: CheckedMatrix & { readonly largest?: number },
  shift: Float64Array,
  block: number,
): Promise<OpenRows> {
  const { shape } = source;
  const [, d] = shape;
  const quads = ceilDiv(d, 4);
  const bytes = await packedInBytes(workspace, source, shift, block);
  const kernel = await bytes.kernel(widenKernel);
  const { points, columns } = await workspace.allocate({
    points: packedBytes(block, quads),
    columns: 48 * quads,
  });
  let less = new Float64Array(d);
  let scale = new Float64Array(d).fill(1);
  const set = () => {
    workspace.upload(columns, padColumns([...shift, ...less, ...scale], 3, d));
    return Promise.resolve();
  };
  await set();
  const chunks = bytes.kept!.flatMap((held) =>
    splitRows(held.rows, block, CHUNK_ALIGNMENT).map(({ start, rows }) => {
      return {
        ...{ start: held.start + start, rows, points },
        place: (recording: Parameters<Preparation>[0]) => {
          const count = packedBytes(rows, quads) / QUAD_BYTES.float32;
          recording.dispatch(
            kernel,
            {
              shape: { count, start: start * quads, quads },
              ...{ points: held.points, columns, wide: points },
            },
            groups(kernel, count),
          );
        },
      };
    }),
  );
  return {
    rows: new Rows({
      ...{ workspace, shape, quads, storage: 'float32', chunks },
      owned: bytes.kept!.map((held) => held.points),
    }),
    // Powers of two come off exactly: bytes are far from where float32 ends.
    subtract: (by) => {
      less = less.map((value, j) => value + by[j] / scale[j]);
      return set();
    },
    multiply: (by) => {
      scale = scale.map((value, j) => value * by[j]);
      return set();
    },
    largest: () => Promise.resolve(source.largest ?? 0),
  };
}

/** Multiplies columns by powers of two, [d]. */
async function scaling(
  workspace: Workspace,
  { quads }: Rows,
  by: Float64Array,
): Promise<Preparation> {
  const { runtime } = workspace;
  const kernel = await runtime.kernel(scaleColumnsKernel);
  const { scale } = await workspace.allocate({ scale: 16 * quads });
  workspace.upload(scale, padColumns(by, 1, by.length));
  return (recording, { points, rows: all }) => {
    for (const part of paced(runtime, { start: 0, rows: all }, 4 * by.length, 1)) {
      const shape = { first: part.start, rows: part.rows, quads };
      recording.dispatch(kernel, { shape, scale, points }, groups(kernel, part.rows));
    }
  };
}

/**
 * Multiplies rows by a power of two that `scaleOf` gives for their largest magnitude, and centres them.
 *
 * @param by what to subtract from them, [d]; their means, rounded to float32, when absent
 * @returns what was subtracted, and that power
 */
export async function centreInRange(
  workspace: Workspace,
  { rows, subtract, multiply, largest }: OpenRows,
  by: Float64Array | undefined,
  scaleOf: (largest: number) => number,
): Promise<{ readonly shift: Float64Array; readonly scale: number }> {
  const [n, d] = rows.shape;
  // First, as the pass for them tells the magnitude of a stream's rows, too.
  let sums = by ? undefined : await columnSums(workspace, rows);
  const scale = scaleOf(await largest());
  if (scale !== 1) {
    await multiply(new Float64Array(d).fill(scale));
    // Those of rows out of range may be out of it, too.
    if (sums) sums = await columnSums(workspace, rows);
  }
  const shift = by ?? meansOfColumns(sums!, n, scale);
  // Rows as they are need no pass.
  if (shift.some((value) => value !== 0)) await subtract(shift.map((value) => value * scale));
  return { shift, scale };
}
