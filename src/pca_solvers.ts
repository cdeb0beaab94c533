/** The ways to the largest eigenpairs of a scatter matrix. */
import { largestEigenpairs } from './linear_algebra/largest_eigenpairs.js';
import { type Eigenpairs, symmetricEigen } from './linear_algebra/symmetric_eigen.js';
import {
  addScaled,
  combine,
  dot,
  norm,
  orthogonalize,
  orthonormalize,
  randomDirection,
  randomOrthogonal,
  scaled,
} from './linear_algebra/vectors.js';
import type { Scatter } from './pca_scatter.js';
import type { Random } from './random.js';
import { createPause } from './reference/event_loop.js';

/** How many pairs are wanted. */
export type Wanted =
  | { readonly count: number }
  /** As few as explain more than this fraction of `total`, the sum of all eigenvalues. */
  | { readonly fraction: number; readonly total: number };

/** Told after each step of an iterative solver: the eigenvalues so far, largest first. */
export type Report = (iteration: number, component: number, values: ArrayLike<number>) => void;

/** Pairs looked for at first where a fraction is wanted; twice as many each time they fall short. */
const FIRST_COUNT = 16;

/** Iterations without a smaller residual after which it may be what rounding leaves. */
const PATIENCE = 16;
/** What rounding may leave of a residual: relative to the largest eigenvalue, and to its own. */
const ROUNDING = 2 ** -22;
const STALLED = 1e-3;

/** How many of `values`, falling, explain more than the fraction; undefined where all do not. */
function enough(
  values: ArrayLike<number>,
  { fraction, total }: Extract<Wanted, { fraction: number }>,
): number | undefined {
  for (let t = 0, sum = 0; t < values.length; t++) {
    sum += values[t];
    if (sum > fraction * total) return t + 1;
  }
  return undefined;
}

const first = ({ values, vectors }: Eigenpairs, count: number): Eigenpairs => ({
  values: values.slice(0, count),
  vectors: vectors.slice(0, count),
});

/** From the whole matrix, d x d. */
export async function solveDense(
  matrix: Float64Array,
  d: number,
  most: number,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<Eigenpairs> {
  const pause = createPause(signal);
  if ('count' in wanted) return largestEigenpairs(matrix, d, wanted.count, pause);
  for (let count = FIRST_COUNT; ; count *= 2) {
    const pairs = await largestEigenpairs(matrix, d, Math.min(count, most), pause);
    const needed = enough(pairs.values, wanted);
    if (needed !== undefined || count >= most) return first(pairs, needed ?? most);
  }
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
 * eigenvectors; these are found within that span.
 */
export async function solveRandomized(
  scatter: Scatter,
  { count, oversamples, powerIterations, random, report, signal }: RandomizedOptions,
): Promise<Eigenpairs> {
  const [, d] = scatter.shape;
  const size = Math.min(d, count + oversamples);
  let basis = orthonormalize(
    Array.from({ length: size }, () => randomDirection(d, random)),
    random,
  );
  for (let iteration = 1; ; iteration++) {
    const products = await scatter.times(basis, signal);
    // Their projections on the basis: the matrix as its span sees it.
    const small = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const mean = (dot(basis[i], products[j]) + dot(basis[j], products[i])) / 2;
        small[i * size + j] = small[j * size + i] = mean;
      }
    }
    const last = iteration > powerIterations;
    if (last || report) {
      const { values, vectors } = first(symmetricEigen(small, size), count);
      report?.(iteration, 0, values);
      if (last) return { values, vectors: vectors.map((weights) => combine(weights, basis)) };
    }
    basis = orthonormalize(products, random);
  }
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

/**
 * One direction at a time, each that of the largest variance orthogonal to those before it, by power
 * iteration.
 *
 * @returns also how many directions were still turning after `maxIter` iterations
 */
export async function solveByDeflation(
  scatter: Scatter,
  { most, wanted, tolerance, maxIter, random, report, signal }: DeflationOptions,
): Promise<Eigenpairs & { readonly unfinished: number }> {
  const [, d] = scatter.shape;
  const values: number[] = [];
  const vectors: Float64Array[] = [];
  let unfinished = 0;
  const done = () =>
    values.length >= most ||
    ('count' in wanted ? values.length >= wanted.count : enough(values, wanted) !== undefined);
  while (!done()) {
    let direction = randomOrthogonal(d, vectors, random);
    let value = 0;
    let turning = true;
    let least = Number.POSITIVE_INFINITY;
    let stalled = 0;
    for (let iteration = 1; turning && iteration <= maxIter; iteration++) {
      const [product] = await scatter.times([direction], signal);
      orthogonalize(product, vectors);
      value = Math.max(0, dot(product, direction));
      const residual = product.slice();
      addScaled(residual, -value, direction);
      const rest = norm(residual);
      stalled = rest < least ? 0 : stalled + 1;
      least = Math.min(least, rest);
      // What is left may be the engine's rounding, which no iteration takes away.
      const rounding = Math.max(ROUNDING * (values[0] ?? 0), STALLED * value);
      turning = rest > tolerance * value && !(stalled >= PATIENCE && rest <= rounding);
      const size = norm(product);
      if (size > 0) direction = scaled(product, 1 / size);
      report?.(iteration, values.length, [...values, value]);
    }
    if (turning) unfinished++;
    values.push(value);
    vectors.push(direction);
  }
  // Where two variances are almost equal, the smaller one may have come first.
  const order = values.map((_, t) => t).sort((a, b) => values[b] - values[a]);
  return {
    values: Float64Array.from(order, (t) => values[t]),
    vectors: order.map((t) => vectors[t]),
    unfinished,
  };
}
