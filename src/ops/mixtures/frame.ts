/** Rows held in coordinates of their own, where their columns all but depend on each other. */
import { cholesky, lowerProduct, transpose, triangularInverse } from '../../math/cholesky.js';
import { createPause } from '../../math/event_loop.js';
import type { PointSource } from '../../rows/load_options.js';
import { columnPoints, openRows } from '../../rows/open_rows.js';
import { readAll, readRows } from '../../rows/read_rows.js';
import type { DeviceRows } from '../op.js';
import { columnsOf } from './columns.js';
import { releasePass } from './pass.js';
import type { FactorForm, Frame, Scorer, Statistics } from './scorer.js';
import { reachOf, timesVector, type Whitening } from './whitening.js';

/** Multiply-adds between pauses. */
const BLOCK_WORK = 2 ** 22;

/** Each upper triangular factor, d x d, times `by` from the left: lower triangular and transposed, U' = (U^T by)^T. */
function factorsTimes(factors: Float64Array, by: Float64Array, d: number): Float64Array {
  const result = new Float64Array(factors.length);
  for (let at = 0; at < factors.length; at += d * d) {
    const own = transpose(factors.subarray(at, at + d * d), d);
    result.set(transpose(lowerProduct(own, by, d), d), at);
  }
  return result;
}

/**
 * Coordinates x' = V x in which no component with one of `factors` is narrow: V^T V is the sum of their
 * precisions, so that U^T V^-1, which takes x' to a component's own coordinates, enlarges nothing.
 * Undefined where float64 has no such V.
 */
export function commonFrame(factors: Float64Array, d: number): Whitening | undefined {
  // From the last column to the first, so that V is lower triangular, as U^T is.
  const turned = new Float64Array(d * d);
  for (let at = 0; at < factors.length; at += d * d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let p = i; p < d; p++) sum += factors[at + i * d + p] * factors[at + j * d + p];
        turned[(d - 1 - j) * d + (d - 1 - i)] += sum;
      }
    }
  }
  const { factor, failed } = cholesky(turned, d);
  if (failed >= 0) return undefined;
  const into = factor.map((_, at) => factor[d * d - 1 - ((at % d) * d + Math.floor(at / d))]);
  return { into, back: triangularInverse(into, d) };
}

/** See reachOf, of components whose rows are held in a frame. */
export function reachWithin(factors: Float64Array, { back }: Whitening, d: number): number {
  return reachOf(factorsTimes(factors, back, d), d);
}

/** Rows, n x d, in a frame's coordinates: summed in float64, and rounded once. */
async function rowsWithin(
  rows: Float32Array,
  scale: Float64Array,
  { into }: Whitening,
): Promise<Float32Array> {
  const d = scale.length;
  const pause = createPause();
  const result = new Float32Array(rows.length);
  const block = d * Math.max(1, Math.floor(BLOCK_WORK / d ** 2));
  const row = new Float64Array(d);
  for (let start = 0; start < rows.length; start += block) {
    for (let at = start; at < Math.min(start + block, rows.length); at += d) {
      for (let j = 0; j < d; j++) row[j] = rows[at + j] / scale[j];
      result.set(timesVector(into, row, d), at);
    }
    await pause();
  }
  return result;
}

/** Rows in coordinates of their own, on the device of those that they were made of. */
export class FramedRows {
  readonly rows: DeviceRows;
  readonly frame: Whitening;

  private constructor(rows: DeviceRows, frame: Whitening) {
    this.rows = rows;
    this.frame = frame;
  }

  static async of(rows: DeviceRows, frame: Whitening): Promise<FramedRows> {
    const { workspace, points } = rows;
    const open = await openRows(workspace, await sourceWithin(rows, frame));
    const [, d] = points.shape;
    const framed = columnPoints(open, new Float64Array(d), 1);
    return new FramedRows({ ...rows, points: framed }, frame);
  }

  /** A scorer of the columns, in these coordinates. */
  scorer(scorer: Scorer): Scorer {
    const { centres, factors = scorer.factors } = this.within({
      centres: scorer.means,
      factors: scorer.factors,
    });
    return { ...scorer, means: centres, factors };
  }

  /** What sums are about, in these coordinates. */
  within({ centres, factors }: Frame): Frame {
    const [, d] = this.rows.points.shape;
    return {
      centres: eachTimes(this.frame.into, centres, d),
      ...(factors ? { factors: factorsTimes(factors, this.frame.back, d) } : {}),
    };
  }

  /** Sums in these coordinates, as of the columns. */
  outOf<Sums extends Statistics>(sums: Sums, form: FactorForm): Sums {
    const { centres, factors } = sums.frame;
    const [, d] = this.rows.points.shape;
    const { into, back } = this.frame;
    const own = transpose(into, d);
    const count = form === 'tied' ? 1 : centres.length / d;
    const frame = {
      centres: eachTimes(back, centres, d),
      factors: factors
        ? factorsTimes(factors, into, d)
        : Float64Array.from({ length: count * d * d }, (_, at) => own[at % (d * d)]),
    };
    return { ...sums, frame };
  }

  /** Gives back what the rows take, before their workspace ends. */
  release(): void {
    releasePass(this.rows);
    this.rows.points.release();
  }
}

/** Rows in a frame's coordinates, on the host only as long as they have to be. */
async function sourceWithin(
  { workspace, points }: DeviceRows,
  frame: Whitening,
): Promise<PointSource> {
  const { columnScale } = columnsOf(points);
  const { shape } = points;
  if (points.kept) {
    const data = await rowsWithin(await readAll(workspace, points), columnScale, frame);
    return { data, shape };
  }
  const { CheckedStream } = await import('../../rows/checked_stream.js');
  return CheckedStream.open('points', {
    shape,
    async *blocks() {
      for await (const { chunk } of points.visit()) {
        yield rowsWithin(await readRows(workspace, points, chunk), columnScale, frame);
      }
    },
  });
}

/** A lower triangular matrix times each of `vectors`, k x d. */
function eachTimes(lower: Float64Array, vectors: Float64Array, d: number): Float64Array {
  const result = new Float64Array(vectors.length);
  for (let at = 0; at < vectors.length; at += d) {
    result.set(timesVector(lower, vectors.subarray(at, at + d), d), at);
  }
  return result;
}
