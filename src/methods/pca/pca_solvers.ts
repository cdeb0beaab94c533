/** The ways to the largest eigenpairs of a scatter matrix. */
import { largestEigenpairs } from '../../math/largest_eigenpairs.js';
import { projected } from '../../math/rayleigh_ritz.js';
import { type Eigenpairs, firstPairs, symmetricEigen } from '../../math/symmetric_eigen.js';
import {
  addScaled,
  combine,
  combineAll,
  dot,
  norm,
  orthogonalize,
  orthonormalize,
  randomDirection,
  randomOrthogonal,
  scaled,
} from '../../math/vectors.js';
import type { Scatter } from './pca_scatter.js';
import { createRandom, type Random } from '../../math/random.js';
import { createPause, type Pause } from '../../math/event_loop.js';

/** How many pairs are wanted. */
export type Wanted =
  | { readonly count: number }
  /** As few as explain more than this fraction of `total`, the sum of all eigenvalues. */
  | { readonly fraction: number; readonly total: number };

/** Told after each step of an iterative solver: the eigenvalues so far, largest first. */
export type Report = (iteration: number, component: number, values: ArrayLike<number>) => void;

/** Pairs looked for at first where a fraction is wanted; twice as many each time they fall short. */
const FIRST_COUNT = 16;
/**
 * An eigenvalue of a matrix of sums errs by up to some four roundings of the largest. Below this many
 * roundings of it, 2^-10 of the largest on a device, that would be more than 1e-4 of its own size.
 */
const UNSURE = 2 ** 14;

/** Whether rounding leaves `value` fewer than four digits, where `largest` is among the same sums. */
export function isUnsure(value: number, largest: number, rounding: number): boolean {
  return rounding > 0 && value < UNSURE * rounding * largest;
}

/** How many of `values`, falling, are wanted; undefined where all do not explain enough. */
function enough(values: ArrayLike<number>, wanted: Wanted): number | undefined {
  if ('count' in wanted) return wanted.count <= values.length ? wanted.count : undefined;
  for (let t = 0, sum = 0; t < values.length; t++) {
    sum += values[t];
    if (sum > wanted.fraction * wanted.total) return t + 1;
  }
  return undefined;
}

/**
 * The scatter's eigenpairs as the span of orthonormal directions shows them (Rayleigh & Ritz).
 *
 * @param precise see gramOfImages
 */
async function pairsWithin(
  scatter: Scatter,
  directions: readonly Float64Array[],
  precise: boolean,
  signal: AbortSignal | undefined,
): Promise<Eigenpairs> {
  const pause = createPause(signal);
  const matrix = await scatter.within(directions, precise, signal);
  const { values, vectors } = await symmetricEigen(matrix, directions.length, pause);
  return { values, vectors: await combineAll(vectors, directions, pause) };
}

/** The wanted ones of `pairs`, after another look within their span where the last are unsure. */
async function sharpened(
  scatter: Scatter,
  pairs: Eigenpairs,
  most: number,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<Eigenpairs> {
  const count = enough(pairs.values, wanted) ?? most;
  if (!isUnsure(pairs.values[count - 1], pairs.values[0], scatter.rounding)) {
    return firstPairs(pairs, count);
  }
  const again = await pairsWithin(scatter, pairs.vectors, true, signal);
  return firstPairs(again, enough(again.values, wanted) ?? most);
}

/**
 * From the whole matrix, d x d. Where the smallest pair wanted is unsure, all directions are found, and
 * the scatter looked at anew along them.
 */
export async function solveDense(
  scatter: Scatter,
  matrix: Float64Array,
  most: number,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<Eigenpairs> {
  const [, d] = scatter.shape;
  const pause = createPause(signal);
  let pairs: Eigenpairs;
  let needed: number | undefined;
  let count = 'count' in wanted ? wanted.count : FIRST_COUNT;
  do {
    pairs = await largestEigenpairs(matrix, d, Math.min(count, most), pause);
    needed = enough(pairs.values, wanted);
    count *= 2;
  } while (needed === undefined && pairs.vectors.length < most);
  const last = pairs.values[(needed ?? most) - 1];
  if (pairs.vectors.length < d && isUnsure(last, pairs.values[0], scatter.rounding)) {
    pairs = await symmetricEigen(matrix, d, pause);
  }
  return sharpened(scatter, pairs, most, wanted, signal);
}

/** From the span of the rows themselves, which are few beside the columns. */
export async function solveInSpan(
  scatter: Scatter,
  most: number,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<Eigenpairs> {
  const rows = await scatter.rows();
  const basis = await orthonormalize(rows, createRandom(0), createPause(signal));
  return sharpened(scatter, await pairsWithin(scatter, basis, false, signal), most, wanted, signal);
}

export interface RandomizedOptions {
  readonly count: number;
  /** Directions beyond `count` that the sketch has. */
  readonly oversamples: number;
  readonly powerIterations: number;
  readonly random: Random;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Randomized subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4, on X^T X): random
 * directions, multiplied again and again and made orthonormal each time, come to span the largest
 * eigenvectors; these are found within that span. After `powerIterations` it is multiplied once more,
 * as it is by X^T in scikit-learn's last step.
 */
export async function solveRandomized(
  scatter: Scatter,
  { count, oversamples, powerIterations, random, report, signal }: RandomizedOptions,
): Promise<Eigenpairs> {
  const [, d] = scatter.shape;
  const pause = createPause(signal);
  const size = Math.min(d, count + oversamples);
  const start: Float64Array[] = [];
  while (start.length < size) {
    start.push(randomDirection(d, random));
    await pause();
  }
  let basis = await orthonormalize(start, random, pause);
  for (let iteration = 1; iteration <= powerIterations + 1; iteration++) {
    const products = await scatter.times(basis, signal);
    if (report) {
      const small = await projected(basis, products, pause);
      const { values } = await symmetricEigen(small, size, pause);
      report(iteration, 0, values.slice(0, count));
    }
    basis = await orthonormalize(products, random, pause);
  }
  const pairs = await pairsWithin(scatter, basis, false, signal);
  return sharpened(scatter, pairs, count, { count }, signal);
}

export interface DeflationOptions {
  readonly most: number;
  readonly wanted: Wanted;
  /** A direction w is found when |C w - v w| falls to this, relative to its eigenvalue v. */
  readonly tolerance: number;
  readonly maxIter: number;
  readonly random: Random;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Iterations without a smaller residual after which it may be what rounding leaves. */
const PATIENCE = 16;
/** Of the largest eigenvalue, more than what float32 rows have past their rank. */
const PAST_RANK = 2 ** -40;
/** What the rounding of products may leave of a residual, relative to the largest eigenvalue. */
const leftByRounding = (rounding: number): number => Math.max(4 * rounding, 2 ** -46);

/** A direction and the scatter's product with it, less its part along those found. */
interface Probe {
  readonly direction: Float64Array;
  readonly product: Float64Array;
}

function combined(weights: ArrayLike<number>, probes: readonly Probe[]): Probe {
  const directions = probes.map(({ direction }) => direction);
  const products = probes.map(({ product }) => product);
  return { direction: combine(weights, directions), product: combine(weights, products) };
}

/** The unit probe along what `probe` adds to orthonormal ones; undefined where that is hardly anything. */
function beside(probe: Probe, basis: readonly Probe[]): Probe | undefined {
  let rest = probe;
  for (let pass = 0; pass < 2; pass++) {
    const size = norm(rest.direction);
    if (!(size > 1e-8)) return undefined;
    rest = combined([1 / size], [rest]);
    const parts = basis.map(({ direction }) => -dot(rest.direction, direction));
    rest = combined([1, ...parts], [rest, ...basis]);
  }
  return combined([1 / norm(rest.direction)], [rest]);
}

/** The direction of the largest variance in the span of orthonormal probes, and the step there from the first. */
async function best(probes: readonly Probe[], pause: Pause): Promise<readonly [Probe, Probe]> {
  const directions = probes.map(({ direction }) => direction);
  const products = probes.map(({ product }) => product);
  const small = await projected(directions, products, pause);
  const { vectors } = await symmetricEigen(small, probes.length, pause);
  const [weights] = vectors;
  return [combined(weights, probes), combined(weights.slice(1), probes.slice(1))];
}

/**
 * One direction at a time, each that of the largest variance orthogonal to those before it, by locally
 * optimal conjugate gradients (Knyazev 2001): the best direction in the span of the present one, its
 * residual and the step before, which takes the square root of the power iteration's steps.
 *
 * @returns also how many directions were still turning after `maxIter` iterations, and how many rounding
 *   ended the search for, though they have a variance
 */
export async function solveByDeflation(
  scatter: Scatter,
  { most, wanted, tolerance, maxIter, random, report, signal }: DeflationOptions,
): Promise<Eigenpairs & { readonly unfinished: number; readonly rounded: number }> {
  const [, d] = scatter.shape;
  const pause = createPause(signal);
  const values: number[] = [];
  const vectors: Float64Array[] = [];
  let unfinished = 0;
  let ended = 0;
  const probe = async (direction: Float64Array): Promise<Probe> => {
    const [product] = await scatter.times([direction], signal);
    orthogonalize(product, vectors);
    return { direction, product };
  };
  while (values.length < most && enough(values, wanted) === undefined) {
    let at = await probe(randomOrthogonal(d, vectors, random));
    let step: Probe | undefined;
    let value = 0;
    let turning = true;
    let lost = false;
    let least = Number.POSITIVE_INFINITY;
    let stalled = 0;
    for (let iteration = 1; turning && iteration <= maxIter; iteration++) {
      value = Math.max(0, dot(at.product, at.direction));
      report?.(iteration, values.length, [...values, value]);
      const residual = at.product.slice();
      addScaled(residual, -value, at.direction);
      const rest = norm(residual);
      stalled = rest < least ? 0 : stalled + 1;
      least = Math.min(least, rest);
      // What is left may be the engine's rounding, which no iteration takes away.
      const largest = Math.max(value, values[0] ?? 0);
      const rounding = leftByRounding(scatter.rounding) * largest;
      const none = norm(at.product) <= Math.min(rounding, PAST_RANK * largest);
      const found = rest <= tolerance * value;
      lost = !found && (none || (stalled >= PATIENCE && rest <= rounding));
      turning = !found && !lost;
      if (!turning) continue;
      const next = scaled(residual, 1 / rest);
      orthogonalize(next, [...vectors, at.direction]);
      const span = [at, await probe(scaled(next, 1 / norm(next)))];
      const third = step && beside(step, span);
      [at, step] = await best(third ? [...span, third] : span, pause);
    }
    if (turning) unfinished++;
    if (lost) ended++;
    values.push(value);
    vectors.push(at.direction);
  }
  // Neighbours of almost equal variance may have come in the wrong order, or turned in their plane.
  const pairs = await pairsWithin(scatter, vectors, false, signal);
  const final = await sharpened(scatter, pairs, vectors.length, { count: vectors.length }, signal);
  const [first] = final.values;
  const unsure = final.values.filter(
    (value) => isUnsure(value, first, scatter.rounding) && value > PAST_RANK * first,
  );
  return { ...final, unfinished, rounded: Math.min(ended, unsure.length) };
}
