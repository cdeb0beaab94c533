import fc from 'fast-check';
import { createRandom, type Random } from '../../src/math/random.js';

/** Rows on a small grid, so that ties, duplicates and empty clusters are common. */
export interface Grid {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  /** n x d. */
  readonly x: Float32Array;
  /** k x d, on the same grid but not among the rows as a rule. */
  readonly c: Float64Array;
  /** Whole numbers 0 to 3, at least one of them positive, [n]. */
  readonly weights: Float32Array;
}

const coordinates = (length: number) =>
  fc.array(fc.integer({ min: -4, max: 4 }), { minLength: length, maxLength: length });

export const grids: fc.Arbitrary<Grid> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }))
  .chain(([n, d]) =>
    fc.integer({ min: 1, max: n }).chain((k) =>
      fc.record({
        n: fc.constant(n),
        d: fc.constant(d),
        k: fc.constant(k),
        x: coordinates(n * d).map((values) => Float32Array.from(values)),
        c: coordinates(k * d).map((values) => Float64Array.from(values)),
        weights: fc
          .array(fc.integer({ min: 0, max: 3 }), { minLength: n, maxLength: n })
          .filter((weights) => weights.some((weight) => weight > 0))
          .map((weights) => Float32Array.from(weights)),
      }),
    ),
  );

/** `length` numbers uniform in [-1, 1), in which ties do not occur. */
export function uniform(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => 2 * random.next() - 1);
}

/** A stream that gives exactly `values` and then fails. */
export function scripted(values: readonly number[]): Random {
  let at = 0;
  const next = () => {
    if (at === values.length) throw new Error('the script of random numbers is used up');
    return values[at++];
  };
  return { next, below: (bound) => Math.floor(next() * bound) };
}

/** Row `i` of a row-major matrix. */
export function row(x: ArrayLike<number>, i: number, d: number): number[] {
  return Array.from({ length: d }, (_, j) => x[i * d + j]);
}

/** Squared distance of two rows, written independently of the library. */
export function squared(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, j) => value - b[j])) ** 2;
}

/** The largest absolute difference; NaN where either side holds one. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  return Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

export const ones = (n: number) => new Float32Array(n).fill(1);

/** A pause that never pauses. */
export const noPause = () => Promise.resolve();
