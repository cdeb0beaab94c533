/** Where a map begins. */
import type { RuntimeChoice } from '../../fit/backend.js';
import type { UnitGrid } from '../../math/unit_grid.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import type { HostMatrix, Points } from '../../rows/matrix.js';
import { pca } from '../pca/pca.js';

/** Rows of a stream from which the components are taken. */
const STREAM_ROWS = 16_384;

/**
 * Units spread over the plane of the first two principal components, one standard deviation to each side of
 * the mean; the longer side of the map lies along the first (as SOM Toolbox's `som_lininit`). Sample weights
 * have no say.
 *
 * @param points at least two rows
 */
export async function principalStart(
  grid: UnitGrid,
  points: PointSource,
  options: { readonly runtime?: RuntimeChoice; readonly signal?: AbortSignal },
): Promise<HostMatrix> {
  const shift = 'shift' in points ? points.shift : undefined;
  const rows = await lookedAt(points);
  const [n, d] = rows.shape;
  const { mean, components, explainedVariance, nComponents } = await pca(rows, {
    ...options,
    nComponents: Math.min(2, n, d),
  });
  const { rows: height, columns: width } = grid.shape;
  /** From -1 at the first to 1 at the last. */
  const along = (at: number, size: number) => (size === 1 ? 0 : (2 * at) / (size - 1) - 1);
  const data = new Float64Array(grid.units * d);
  for (let unit = 0; unit < grid.units; unit++) {
    const across = along(unit % width, width);
    const down = along(grid.row(unit), height);
    const place = width >= height ? [across, down] : [down, across];
    for (let j = 0; j < d; j++) {
      let value = mean[j] + (shift?.[j] ?? 0);
      for (let t = 0; t < nComponents; t++) {
        value += place[t] * Math.sqrt(explainedVariance[t]) * components.data[t * d + j];
      }
      data[unit * d + j] = value;
    }
  }
  return { data, shape: [grid.units, d] };
}

/** The rows, less their shift; of a stream the first. */
async function lookedAt(
  points: PointSource,
): Promise<Points & { readonly shape: readonly number[] }> {
  if (!isStreamed(points)) {
    return 'data' in points ? { data: points.data, shape: points.shape } : points;
  }
  const [n, d] = points.shape;
  const rows = Math.min(n, STREAM_ROWS);
  const data = new Float32Array(rows * d);
  for await (const block of points.blocks(rows)) {
    data.set(block);
    break;
  }
  return { data, shape: [rows, d] };
}
