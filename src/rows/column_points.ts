/** Rows in float32 whose columns may each be held at a scale of its own. */
import { KernelError } from '../../host/errors.js';
import type { Workspace } from '../../host/workspace.js';
import { columnSums } from './device_points.js';
import { DevicePoints, type RowParts } from './rows.js';

/** Mean squares within these bounds are known in float32; others after a step of scaling. */
const [LEAST_SQUARE, LARGEST_SQUARE] = [2 ** -60, 2 ** 100];
const RANGE_STEP = 2 ** 64;
/** Steps from the end of float32's range to its middle. */
const RANGE_STEPS = 2;
/** Powers of two that float32 holds, and their inverses. */
const LARGEST_SCALE = 2 ** 126;

/** Opened rows: see `openPoints`. */
export class ColumnPoints extends DevicePoints {
  readonly #multiply: (by: Float64Array) => Promise<void>;
  #columnScale: Float64Array;
  #isOfColumns = false;

  /** @param multiply multiplies columns by powers of two, [d], from now on */
  constructor(
    parts: RowParts,
    shift: Float64Array,
    scale: number,
    multiply: (by: Float64Array) => Promise<void>,
  ) {
    super(parts, shift, scale);
    this.#multiply = multiply;
    this.#columnScale = new Float64Array(shift.length).fill(scale);
  }

  override get scale(): number {
    if (!this.#isOfColumns) return super.scale;
    throw new KernelError(
      'columns are held at scales of their own, but what is asked for wants one for all; load the rows again.',
    );
  }

  /** What columns were multiplied by in all, powers of two, [d]. */
  get columnScale(): Float64Array {
    return this.#columnScale;
  }

  /** From now on only what asks for `columnScale` knows what the rows are. */
  async scaleColumns(by: Float64Array): Promise<void> {
    this.#isOfColumns = true;
    this.#columnScale = this.#columnScale.map((factor, j) => factor * by[j]);
    await this.#multiply(by);
  }
}

/**
 * Scales columns by powers of two that bring their deviations into [1, 2), so that float32 covers columns
 * of any scale and multiplying by them rounds nothing; no further than where `leastVariance` is about 1.
 */
export async function scaleToDeviations(
  workspace: Workspace,
  points: ColumnPoints,
  leastVariance: number,
): Promise<void> {
  const [n] = points.shape;
  const meanSquares = async () => {
    const sums = await columnSums(workspace, points, true);
    return sums.map((sum) => sum / n);
  };
  let squares = await meanSquares();
  for (let step = 0; step < RANGE_STEPS; step++) {
    const steps = squares.map((square) => {
      if (!(square <= LARGEST_SQUARE)) return 1 / RANGE_STEP;
      return square < LEAST_SQUARE && leastVariance < LEAST_SQUARE ? RANGE_STEP : 1;
    });
    if (steps.every((factor) => factor === 1)) break;
    await points.scaleColumns(steps);
    squares = await meanSquares();
  }
  const scale = points.columnScale;
  const last = squares.map((square, j) => {
    const variance = Math.max(square, leastVariance * scale[j] ** 2);
    if (!(variance > 0)) return 1;
    const factor = 2 ** -Math.floor(Math.log2(variance) / 2);
    return Math.min(Math.max(factor, 1 / LARGEST_SCALE / scale[j]), LARGEST_SCALE / scale[j]);
  });
  await points.scaleColumns(last);
}
