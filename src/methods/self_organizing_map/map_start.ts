/** Where a map begins. */
import type { RuntimeChoice } from '../../fit/backend.js';
import type { UnitGrid } from '../../math/unit_grid.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import type { HostMatrix } from '../../rows/matrix.js';
import type { Session } from '../../ops/op.js';
import { pca, principalComponents } from '../pca/pca.js';
import type { PcaModel } from '../pca/pca_model.js';

/** Of a PCA, what a start is made of. */
type Components = Pick<PcaModel, 'mean' | 'components' | 'explainedVariance'>;

/** Rows of a stream from which the components are taken. */
const STREAM_ROWS = 16_384;

/** The first two principal components of a session's rows, of a stream those of its first rows. */
export async function startComponents(
  session: Session,
  points: PointSource,
  engine: string,
  where: { readonly runtime?: RuntimeChoice; readonly signal?: AbortSignal },
): Promise<Components> {
  const [n, d] = session.shape;
  const options = { ...where, nComponents: Math.min(2, n, d) };
  if (!isStreamed(points)) return principalComponents(session, engine, options);
  const rows = Math.min(n, STREAM_ROWS);
  const data = new Float32Array(rows * d);
  for await (const block of points.blocks(rows)) {
    data.set(block);
    break;
  }
  const { components, explainedVariance, mean } = await pca({ data, shape: [rows, d] }, options);
  const { shift } = points;
  return { components, explainedVariance, mean: mean.map((value, j) => value + (shift?.[j] ?? 0)) };
}

/**
 * Units spread over the plane of the first two principal components, one standard deviation to each side of
 * the mean; the longer side of the map lies along the first (as SOM Toolbox's `som_lininit`). Sample weights
 * have no say.
 */
export function principalStart(
  grid: UnitGrid,
  { mean, components, explainedVariance }: Components,
): HostMatrix {
  const d = mean.length;
  const { rows: height, columns: width } = grid.shape;
  /** From -1 at the first to 1 at the last. */
  const along = (at: number, size: number) => (size === 1 ? 0 : (2 * at) / (size - 1) - 1);
  const data = new Float64Array(grid.units * d);
  for (let unit = 0; unit < grid.units; unit++) {
    const across = along(unit % width, width);
    const down = along(grid.row(unit), height);
    const place = width >= height ? [across, down] : [down, across];
    for (let j = 0; j < d; j++) {
      let value = mean[j];
      for (let t = 0; t < explainedVariance.length; t++) {
        value += place[t] * Math.sqrt(explainedVariance[t]) * components.data[t * d + j];
      }
      data[unit * d + j] = value;
    }
  }
  return { data, shape: [grid.units, d] };
}
