/** Where an op of mixtures is computed: where float32 columns would lose digits of it, not on these. */
import { readAll } from '../../rows/read_rows.js';
import type { DeviceRows, HostRows, Op } from '../op.js';
import { perRows } from '../per_rows.js';
import { columnsOf } from './columns.js';
import type { FramedRows } from './frame.js';
import type { FactorForm } from './scorer.js';
import { reachOf } from './whitening.js';

/**
 * Reach (see reachOf) times columns beyond which float32 loses digits of the E-step itself: a whitened
 * coordinate is a sum of as many products, and errs by up to 2^-24 times that: a log-density must not by
 * 1e-4.
 */
const FLOAT32_REACH = 2 ** 10;
/**
 * The same times the root of the columns, as roundings of either sign add up: beyond it rows that are too
 * many for the host are held in coordinates of their own. To get there takes the host a pass.
 */
const FRAME_REACH = 2 ** 10;
/**
 * Scaled columns' deviations per deviation of a component, beyond which the rounding of its mean shows:
 * that of a mean up to 16 deviations out is 2^-20, here 2^-6 of the component's own, and a bound loses
 * half its square.
 */
export const COLUMN_REACH = 2 ** 14;
/** Multiply-adds of a pass that the host does in some 100 ms. */
const HOST_WORK = 2 ** 26;

/** Components of a form, and all factors of theirs that an op is given. */
export interface Asked {
  readonly k: number;
  readonly form: FactorForm;
  readonly factors: readonly (Float64Array | undefined)[];
}

/** An op of mixtures, and what it takes to compute it elsewhere. */
export interface PlacedOp<Given extends readonly unknown[], Result> extends Op<Given, Result> {
  readonly asked: (columns: number, ...given: Given) => Asked;
  /** What is given, in a frame's coordinates. */
  readonly into: (framed: FramedRows, ...given: Given) => Given;
  /** The result, out of them; as it is when absent. */
  readonly outOf?: (framed: FramedRows, result: Result, ...given: Given) => Result;
}

/** The op where float32 loses no digits of it. */
export function placed<Given extends readonly unknown[], Result>({
  device,
  twin,
  asked,
  into,
  outOf,
}: PlacedOp<Given, Result>): Op<Given, Result> {
  return {
    device: async (rows, ...given) => {
      const place = await placeFor(rows, asked(rows.points.shape[1], ...given));
      if (!place) return device(rows, ...given);
      if ('x' in place) return (await twin())(place, ...given);
      const result = await device(place.rows, ...into(place, ...given));
      return outOf ? outOf(place, result, ...given) : result;
    },
    twin,
  };
}

/** Whether a component's factors are narrow beside the columns: see COLUMN_REACH. */
export function isNarrow({ points }: DeviceRows, factors: Float64Array, form: FactorForm): boolean {
  const [, d] = points.shape;
  const scale = columnsOf(points).columnScale;
  const columnOf = (at: number) => (form === 'diag' ? at : Math.floor(at / d)) % d;
  return factors.some((factor, at) => Math.abs(factor) > COLUMN_REACH * scale[columnOf(at)]);
}

/** Whether the host does a pass in a short time. */
export function fitsHost({ points }: DeviceRows, k: number, form: FactorForm): boolean {
  const [n, d] = points.shape;
  return n * k * d * (form === 'diag' ? 1 : d) <= HOST_WORK;
}

/** The same rows elsewhere, as far as they have been needed there. */
const others = perRows((): { host?: HostRows; framed?: FramedRows | undefined } => ({}));

/**
 * Rows elsewhere, for factors that float32 would lose digits of: in float64, where the host does a pass in
 * a short time, else in coordinates in which they are not narrow; undefined where the device's columns do,
 * as they must for diagonal covariances of more rows than the host's.
 */
async function placeFor(
  rows: DeviceRows,
  { k, form, factors: all }: Asked,
): Promise<HostRows | FramedRows | undefined> {
  const [, d] = rows.points.shape;
  const factors = all.filter((given) => given !== undefined);
  const isOfHost = fitsHost(rows, k, form);
  if (isOfHost && factors.some((given) => isNarrow(rows, given, form))) return hosted(rows);
  if (form === 'diag') return undefined;
  const reach = Math.max(0, ...factors.map((given) => reachOf(given, d)));
  if (d * reach <= FLOAT32_REACH) return undefined;
  if (isOfHost) return hosted(rows);
  return Math.sqrt(d) * reach > FRAME_REACH ? framedFor(rows, factors, reach) : undefined;
}

async function hosted(rows: DeviceRows): Promise<HostRows> {
  const own = others(rows);
  if (own.host) return own.host;
  const { workspace, metric } = rows;
  const points = columnsOf(rows.points);
  const { columnScale, shift } = points;
  const [n, d] = points.shape;
  const x = await readAll(workspace, points);
  for (let at = 0; at < x.length; at++) x[at] /= columnScale[at % d];
  const weights = rows.weights.host ?? new Float32Array(n).fill(1);
  return (own.host = { x, n, d, weights, metric, shift });
}

/** In a frame of the factors, or of earlier ones that still serves; undefined where none helps. */
async function framedFor(
  rows: DeviceRows,
  all: readonly Float64Array[],
  reach: number,
): Promise<FramedRows | undefined> {
  const [, d] = rows.points.shape;
  const own = others(rows);
  const { commonFrame, FramedRows, reachWithin } = await import('./frame.js');
  const factors = Float64Array.from(all.flatMap((given) => [...given]));
  const held = own.framed;
  const heldReach = held ? reachWithin(factors, held.frame, d) : reach;
  if (held && Math.sqrt(d) * heldReach <= FRAME_REACH) return held;
  const frame = commonFrame(factors, d);
  // Half as far at least: a frame for every step would cost more than it gives.
  if (!frame || !(2 * reachWithin(factors, frame, d) <= heldReach)) {
    return heldReach < reach ? held : undefined;
  }
  held?.release();
  own.framed = undefined;
  return (own.framed = await FramedRows.of(rows, frame));
}
