/** Rows as mixtures want them: in float32, each column at a scale of its own. */
import { KernelError } from '../../../host/errors.js';
import { ColumnPoints, scaleToDeviations } from '../../rows/column_points.js';
import type { LoadOptions } from '../../rows/load_options.js';
import { openPoints } from '../../rows/open_rows.js';
import { rangeScale } from '../../rows/range.js';
import type { DevicePoints } from '../../rows/rows.js';
import type { Hold, Op } from '../op.js';

/** At first all columns have one scale, so that other ops take the rows, too: until `scaleColumns` is run. */
export const inColumns: Hold = {
  onDevice: (workspace, source, options) =>
    openPoints(workspace, source, { shift: options.shift, scaleOf: scaleOf(options) }),
  // In float64 there is nothing to scale, but what a device refuses is refused.
  refuse: scaleOf,
};

function scaleOf({ extent = 0 }: LoadOptions): (largest: number) => number {
  return (largest) => rangeScale('points', Math.max(extent, largest));
}

/** The points of rows that were loaded so. */
export function columnsOf(points: DevicePoints): ColumnPoints {
  if (points instanceof ColumnPoints) return points;
  throw new KernelError('mixtures read columns in float32; load the rows to be held inColumns.');
}

/**
 * Scales columns as given, [d], or to deviations of about 1: none further than where `leastVariance`, which
 * will be added to their variances, is. What ops of mixtures are given and return is in the caller's units.
 *
 * @returns what columns are multiplied by, [d]: to be given for the same arithmetic again
 */
export const scaleColumns: Op<
  [wanted: Float64Array | { readonly leastVariance: number }],
  Float64Array
> = {
  device: async ({ workspace, points }, wanted) => {
    const columns = columnsOf(points);
    if ('leastVariance' in wanted) {
      await scaleToDeviations(workspace, columns, wanted.leastVariance);
    } else {
      await columns.scaleColumns(wanted.map((factor, j) => factor / columns.columnScale[j]));
    }
    return columns.columnScale;
  },
  twin: () => Promise.resolve(({ d }) => Promise.resolve(new Float64Array(d).fill(1))),
};
