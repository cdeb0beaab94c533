/** Pure arithmetic of dispatches and chunks: no GPU is needed to call or to test it. */
import { DeviceLimitError } from './errors.js';

/** Workgroup counts of a dispatch. */
export type Grid = readonly [x: number, y: number, z: number];

/** ceil(a / b) for whole numbers. */
export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}

/** `value` rounded up to a multiple of `step`. */
export function roundUp(value: number, step: number): number {
  return ceilDiv(value, step) * step;
}

/**
 * A 1-D run of `workgroups` folded into two dimensions where one would exceed the device's limit.
 * A kernel finds its place as `workgroup_id.x + workgroup_id.y * num_workgroups.x`, and returns
 * where that lies past the end: the last row of the fold may be partly idle.
 */
export function foldGrid(workgroups: number, maxPerDimension: number): Grid {
  if (workgroups <= maxPerDimension) return [workgroups, 1, 1];
  const y = ceilDiv(workgroups, maxPerDimension);
  if (y > maxPerDimension) {
    throw new DeviceLimitError(
      `${workgroups} workgroups exceed the device's ${maxPerDimension} x ${maxPerDimension}; split the work into several dispatches.`,
    );
  }
  return [ceilDiv(workgroups, y), y, 1];
}

/** Rows [start, start + rows) of a larger matrix. */
export interface RowRange {
  readonly start: number;
  readonly rows: number;
}

/**
 * Splits `rows` into ranges of at most `maxRows` rows, each start a multiple of `align`.
 * Throws DeviceLimitError when not even `align` rows fit.
 */
export function splitRows(rows: number, maxRows: number, align: number): RowRange[] {
  const step = rows <= maxRows ? rows : Math.floor(maxRows / align) * align;
  if (step < 1) {
    throw new DeviceLimitError(
      `${align} rows are the least that can be worked on at once, but the device holds only ${Math.floor(maxRows)}; ` +
        `use fewer columns or a device with larger buffers.`,
    );
  }
  const ranges: RowRange[] = [];
  for (let start = 0; start < rows; start += step) {
    ranges.push({ start, rows: Math.min(step, rows - start) });
  }
  return ranges;
}
