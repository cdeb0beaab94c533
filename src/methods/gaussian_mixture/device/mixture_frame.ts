/** Mixtures of rows held in coordinates of their own, where their columns all but depend on each other. */
import type {
  Expectation,
  FactorForm,
  Frame,
  Responsibilities,
  Scorer,
  Statistics,
} from '../../../ops/mixtures/scorer.js';
import type { MixtureSession } from '../gaussian_mixture_backend.js';
import { cholesky, lowerProduct, transpose, triangularInverse } from '../../../math/cholesky.js';
import { createPause } from '../../../math/event_loop.js';
import { reachOf, timesVector, type Whitening } from '../mixture_step.js';

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
export async function rowsWithin(
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

/** A session in the caller's columns, of one whose rows are held in `frame`. */
export class FramedMixtureSession implements MixtureSession {
  readonly frame: Whitening;
  readonly shift: Float64Array;
  readonly scale: Float64Array;
  readonly #held: MixtureSession;

  /** @param columns the session whose columns they are */
  constructor(
    held: MixtureSession,
    frame: Whitening,
    { shift, scale }: Pick<MixtureSession, 'shift' | 'scale'>,
  ) {
    this.#held = held;
    this.frame = frame;
    this.shift = shift;
    this.scale = scale;
  }

  get shape(): readonly [number, number] {
    return this.#held.shape;
  }

  async expect(scorer: Scorer, frame: Frame, signal?: AbortSignal): Promise<Expectation> {
    const sums = await this.#held.expect(this.#scorer(scorer), this.#within(frame), signal);
    return { ...sums, frame: this.#outOf(sums.frame, scorer.form) };
  }

  async accumulate(
    responsibilities: Responsibilities,
    frame: Frame,
    form: FactorForm,
    signal?: AbortSignal,
  ): Promise<Statistics> {
    const sums = await this.#held.accumulate(responsibilities, this.#within(frame), form, signal);
    return { ...sums, frame: this.#outOf(sums.frame, form) };
  }

  score(scorer: Scorer, signal?: AbortSignal) {
    return this.#held.score(this.#scorer(scorer), signal);
  }

  responsibilities(scorer: Scorer, signal?: AbortSignal) {
    return this.#held.responsibilities(this.#scorer(scorer), signal);
  }

  dispose(): void {
    this.#held.dispose();
  }

  #scorer(scorer: Scorer): Scorer {
    const { centres, factors = scorer.factors } = this.#within({
      centres: scorer.means,
      factors: scorer.factors,
    });
    return { ...scorer, means: centres, factors };
  }

  #within({ centres, factors }: Frame): Frame {
    const [, d] = this.shape;
    return {
      centres: eachTimes(this.frame.into, centres, d),
      ...(factors ? { factors: factorsTimes(factors, this.frame.back, d) } : {}),
    };
  }

  #outOf({ centres, factors }: Frame, form: FactorForm): Frame {
    const [, d] = this.shape;
    const { into, back } = this.frame;
    const own = transpose(into, d);
    const count = form === 'tied' ? 1 : centres.length / d;
    return {
      centres: eachTimes(back, centres, d),
      factors: factors
        ? factorsTimes(factors, into, d)
        : Float64Array.from({ length: count * d * d }, (_, at) => own[at % (d * d)]),
    };
  }
}

/** A lower triangular matrix times each of `vectors`, k x d. */
function eachTimes(lower: Float64Array, vectors: Float64Array, d: number): Float64Array {
  const result = new Float64Array(vectors.length);
  for (let at = 0; at < vectors.length; at += d) {
    result.set(timesVector(lower, vectors.subarray(at, at + d), d), at);
  }
  return result;
}
