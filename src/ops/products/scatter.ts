/** What the rows' scatter is made of: X^T X whole, or only some of it. */
import { columnSums } from '../../rows/device_points.js';
import type { DeviceRows, Op } from '../op.js';
import { unscaled } from '../units.js';
import { type AffineMap, mapOfHeld } from './affine_map.js';
import { gram } from './gram.js';
import { gramByLists } from './gram_listed.js';
import { gramBySubgroups, prefersSubgroups } from './gram_subgroups.js';
import { gramTimes } from './gram_times.js';
import { isSparse } from './hold.js';
import { RowImages, type RowSource, rowsThemselves } from './row_parts.js';

/** The sum of each column, or of its squares, [d]. */
export const columnTotals: Op<[squared: boolean], Float64Array> = {
  device: async ({ workspace, points }, squared) =>
    unscaled(await columnSums(workspace, points, squared), points.scale ** (squared ? 2 : 1)),
  twin: async () => (await import('./scatter.twin.js')).columnTotals,
};

/** X^T X, d x d. */
export const gramOfRows: Op<[signal: AbortSignal | undefined], Float64Array> = {
  device: async (rows, signal) => {
    const { workspace, points } = rows;
    const products = isSparse(points)
      ? await gramByLists(workspace, points, signal)
      : await gramOf(rows, rowsThemselves(points), signal);
    return unscaled(products, points.scale ** 2);
  },
  twin: async () => (await import('./scatter.twin.js')).gramOfRows,
};

/**
 * Y^T Y of what a map makes of the rows, outputs x outputs: each entry errs relative to its columns.
 * `precise`, which takes longer, is for columns so small that what rounds off while they are made,
 * 2^-24 of the rows, would count.
 */
export const gramOfImages: Op<
  [map: AffineMap, precise: boolean, signal: AbortSignal | undefined],
  Float64Array
> = {
  device: async (rows, map, precise, signal) => {
    const { workspace, points } = rows;
    const { scale } = points;
    const images = await RowImages.of(workspace, points, mapOfHeld(map, scale), precise);
    try {
      return unscaled(await gramOf(rows, images, signal), scale ** 2);
    } finally {
      images.release();
    }
  },
  twin: async () => (await import('./scatter.twin.js')).gramOfImages,
};

/** X^T (X v) for each direction v, [d] each. */
export const gramProducts: Op<
  [directions: readonly Float64Array[], signal: AbortSignal | undefined],
  readonly Float64Array[]
> = {
  device: async ({ workspace, points }, directions, signal) => {
    const products = await gramTimes(workspace, points, directions, signal);
    return products.map((product) => unscaled(product, points.scale ** 2));
  },
  twin: async () => (await import('./scatter.twin.js')).gramProducts,
};

function gramOf(
  { workspace }: DeviceRows,
  source: RowSource,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const dense = prefersSubgroups(workspace.runtime, source.shape[1]) ? gramBySubgroups : gram;
  return dense(workspace, source, signal);
}
