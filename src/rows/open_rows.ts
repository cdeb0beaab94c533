/** Rows in float32 that a method makes ready step by step, wherever they stay. */
import { ceilDiv } from '../../host/plan.js';
import type { Workspace } from '../../host/workspace.js';
import { wholeShift } from './bytes.js';
import {
  centring,
  columnSums,
  inPlace,
  meansOfColumns,
  packRows,
  scaling,
} from './device_points.js';
import { measureLargest } from './measure_largest.js';
import { ColumnPoints } from './column_points.js';
import { type Preparation, Rows } from './rows.js';
import { streamedRows } from './block_size.js';
import { isStreamed, type PointSource } from './load_options.js';
import type { CheckedStream } from './checked_stream.js';

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
  if (isStreamed(source)) return passingRows(workspace, source);
  if ('data' in source && source.isBytes) {
    const [n, d] = source.shape;
    const block = streamedRows(ceilDiv(d, 4), workspace.runtime.limits);
    const shift = n > block ? wholeShift(source) : undefined;
    if (shift) {
      const { widenedRows } = await import('./widened.js');
      return widenedRows(workspace, source, shift, block);
    }
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
      if ('finite' in source) return 0;
      const { measure, read } = await measureLargest(workspace, rows);
      inPlace(workspace, rows, 'measure', measure);
      return read();
    },
  };
}

/** How opened rows are made ready. */
export interface Opening {
  /** What to subtract where nothing was subtracted from the caller's rows; their means when absent. */
  readonly shift?: Float64Array | undefined;
  /** What to subtract from the rows as they come, whatever was subtracted before. */
  readonly less?: Float64Array | undefined;
  /** See `openRows`. */
  readonly align?: number | undefined;
  /** The power of two that rows are multiplied by, for their largest magnitude. */
  readonly scaleOf: (largest: number) => number;
}

/** Opened rows, known to be less of `shift` and times `scale`. */
export function columnPoints(
  { rows, multiply }: OpenRows,
  shift: Float64Array,
  scale: number,
): ColumnPoints {
  return rows.as((parts) => new ColumnPoints(parts, shift, scale, multiply));
}

/** Opens rows, scales them all alike, and centres them. */
export async function openPoints(
  workspace: Workspace,
  source: PointSource,
  { shift: wanted, less, align, scaleOf }: Opening,
): Promise<ColumnPoints> {
  const open = await openRows(workspace, source, align);
  try {
    const { rows } = open;
    const subtracted = 'buffer' in source ? undefined : source.shift;
    // Rows that something was subtracted from are about their means already.
    const given = less ?? (subtracted ? new Float64Array(rows.shape[1]) : wanted);
    const { shift, scale } = await centreInRange(workspace, open, given, scaleOf);
    const whole = subtracted ? shift.map((value, j) => value + subtracted[j]) : shift;
    return columnPoints(open, whole, scale);
  } catch (error) {
    open.rows.close();
    throw error;
  }
}

async function passingRows(workspace: Workspace, source: CheckedStream): Promise<OpenRows> {
  const [{ StreamedRows }, { bringAll }] = await Promise.all([
    import('./device_stream.js'),
    import('./passing.js'),
  ]);
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
