/** Rows loaded for mixtures on a device. */
import type { Runtime } from '../../../../host/runtime.js';
import { Workspace } from '../../../../host/workspace.js';
import { columnSums } from '../../../rows/device_points.js';
import type { PointSource } from '../../../rows/load_options.js';
import { centreInRange, openRows, type OpenRows } from '../../../rows/open_rows.js';
import { rangeScale } from '../../../rows/range.js';
import type { DevicePoints } from '../../../rows/rows.js';
import { loadRowWeights, type RowWeights } from '../../../rows/weights.js';
import type { MixtureLoadOptions } from '../gaussian_mixture_backend.js';

/** Mean squares within these bounds are known in float32; others after a step of scaling. */
const [LEAST_SQUARE, LARGEST_SQUARE] = [2 ** -60, 2 ** 100];
const RANGE_STEP = 2 ** 64;
/** Steps from the end of float32's range to its middle. */
const RANGE_STEPS = 2;
/** Powers of two that float32 holds, and their inverses. */
const LARGEST_SCALE = 2 ** 126;

export interface MixtureRows {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  /** What columns were multiplied by, [d]. */
  readonly scale: Float64Array;
  readonly weights: RowWeights;
  /** The state words of a fit that has not halted. */
  readonly state: GPUBuffer;
}

/** The rows of `source`, whose workspace is theirs alone. */
export async function loadMixtureRows(
  runtime: Runtime,
  source: PointSource,
  options: MixtureLoadOptions,
): Promise<MixtureRows> {
  const workspace = new Workspace(runtime, 'Gaussian mixture', options.signal);
  let open: OpenRows | undefined;
  try {
    open = await openRows(workspace, source);
    const { rows } = open;
    const subtracted = 'buffer' in source ? undefined : source.shift;
    // Of a model's rows, whatever these are.
    const extent = options.scale?.reduce((most, factor) => Math.max(most, 1 / factor), 0) ?? 0;
    const centred = await centreInRange(
      workspace,
      open,
      subtracted ? new Float64Array(rows.shape[1]) : options.shift,
      (largest) => rangeScale('points', Math.max(extent, largest)),
    );
    const points = rows.about(subtracted ?? centred.shift, centred.scale);
    const {
      scale = await scaleToDeviations(workspace, open, points.scale, options.leastVariance ?? 0),
    } = options;
    if (options.scale) {
      await open.multiply(scale.map((factor) => factor / points.scale));
    }
    const weights = await loadRowWeights(workspace, points, options.weights);
    const { state } = await workspace.allocate({ state: 8 });
    workspace.run('reset', (recording) => recording.clear(state));
    return { workspace, points, scale, weights, state };
  } catch (error) {
    open?.rows.close();
    workspace.dispose();
    throw error;
  }
}

/**
 * Scales columns by powers of two that bring their deviations into [1, 2), so that float32 covers columns
 * of any scale and multiplying by them rounds nothing; no further than where `leastVariance` is about 1.
 *
 * @param by what all are multiplied by already
 * @returns what the caller's columns are multiplied by in all
 */
async function scaleToDeviations(
  workspace: Workspace,
  { rows, multiply }: OpenRows,
  by: number,
  leastVariance: number,
): Promise<Float64Array> {
  const [n, d] = rows.shape;
  const scale = new Float64Array(d).fill(by);
  const scaleMore = async (factors: Float64Array) => {
    factors.forEach((factor, j) => {
      scale[j] *= factor;
    });
    await multiply(factors);
  };
  const meanSquares = async () => {
    const sums = await columnSums(workspace, rows, true);
    return sums.map((sum) => sum / n);
  };
  let squares = await meanSquares();
  for (let step = 0; step < RANGE_STEPS; step++) {
    const steps = squares.map((square) => {
      if (!(square <= LARGEST_SQUARE)) return 1 / RANGE_STEP;
      return square < LEAST_SQUARE && leastVariance < LEAST_SQUARE ? RANGE_STEP : 1;
    });
    if (steps.every((factor) => factor === 1)) break;
    await scaleMore(steps);
    squares = await meanSquares();
  }
  const last = squares.map((square, j) => {
    const variance = Math.max(square, leastVariance * scale[j] ** 2);
    if (!(variance > 0)) return 1;
    const factor = 2 ** -Math.floor(Math.log2(variance) / 2);
    return Math.min(Math.max(factor, 1 / LARGEST_SCALE / scale[j]), LARGEST_SCALE / scale[j]);
  });
  await scaleMore(last);
  return scale;
}
