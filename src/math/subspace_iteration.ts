/** The largest eigenpairs of a linear operator, all at once. */
import type { Pause } from './event_loop.js';
import { chebyshevSteps, type LinearOperator } from './linear_operator.js';
import type { Random } from './random.js';
import { projected } from './rayleigh_ritz.js';
import { type Eigenpairs, firstPairs, symmetricEigen } from './symmetric_eigen.js';
import { addScaled, combineAll, norm, orthonormalize, randomDirection } from './vectors.js';

/** Vectors beyond those wanted: the more, the farther the first that is not held lies below them. */
const OVERSAMPLES = 8;
/** A residual that is this small beside the operator's rounding is as small as it gets. */
const ROUNDINGS = 64;
/** Below this there is nothing left to gain for whoever reads float32. */
const LEAST_RESIDUAL = 1e-9;
/** Iterations without half the residual after which the rest is taken for rounding. */
const PATIENCE = 4;
/** How far a filter may lift what it keeps above what it damps: float32 must hold both. */
const MOST_LIFT = 1e5;
const MOST_DEGREE = 200;
const LEAST_DEGREE = 4;
const MOST_ITERATIONS = 100;

export interface SubspaceOptions {
  readonly count: number;
  /** The range that holds all eigenvalues. */
  readonly low: number;
  readonly high: number;
  /** Directions known to be near those wanted. */
  readonly start: readonly Float64Array[];
  readonly random: Random;
  readonly pause: Pause;
  /** Called after each iteration. */
  readonly report?: (iteration: number, residual: number, values: Float64Array) => void;
}

export interface SubspaceResult extends Eigenpairs {
  /** The largest |A v - value v| of the pairs. */
  readonly residual: number;
  readonly iterations: number;
}

/**
 * The `count` largest eigenpairs by Chebyshev-filtered subspace iteration with Rayleigh & Ritz's step (Zhou et
 * al. 2006): a block of orthonormal vectors is filtered, so that eigenvalues below the smallest the block
 * shows fade, and made orthonormal again. What converges is the span: eigenvalues may be equal, or nearly.
 * Where it stays unconverged, `residual` tells by how much.
 */
export async function largestOfOperator(
  operator: LinearOperator,
  { count, low, high, start, random, pause, report }: SubspaceOptions,
): Promise<SubspaceResult> {
  const { size, rounding } = operator;
  const held = Math.min(size, count + Math.max(OVERSAMPLES, Math.ceil(count / 2)));
  const tolerance = Math.max(LEAST_RESIDUAL, ROUNDINGS * rounding) * Math.max(-low, high);
  const vectors = start.slice(0, held);
  while (vectors.length < held) vectors.push(randomDirection(size, random));
  let basis = await orthonormalize(vectors, random, pause);
  let least = Number.POSITIVE_INFINITY;
  let stalled = 0;
  for (let iteration = 1; ; iteration++) {
    const images = await operator.times(basis);
    const small = await projected(basis, images, pause);
    const ritz = await symmetricEigen(small, held, pause);
    basis = await combineAll(ritz.vectors, basis, pause);
    const turned = await combineAll(ritz.vectors.slice(0, count), images, pause);
    turned.forEach((image, i) => {
      addScaled(image, -ritz.values[i], basis[i]);
    });
    const residual = Math.max(...turned.map(norm));
    report?.(iteration, residual, ritz.values.slice(0, count));
    stalled = residual < least / 2 ? 0 : stalled + 1;
    least = Math.min(least, residual);
    if (residual <= tolerance || stalled >= PATIENCE || iteration >= MOST_ITERATIONS) {
      const pairs = firstPairs({ values: ritz.values, vectors: basis }, count);
      return { ...pairs, residual, iterations: iteration };
    }
    const cut = Math.min(ritz.values[held - 1], high - rounding);
    const steps = filterFor(ritz.values[count - 1], residual / tolerance, low, cut, high);
    basis = await orthonormalize(await operator.recur(basis, steps), random, pause);
  }
}

/** A filter that brings the residual of an eigenvalue `wanted` down by `factor`, or as far as one may. */
function filterFor(wanted: number, factor: number, low: number, cut: number, high: number) {
  // An interval of some width, and eigenvalues beyond it.
  const from = Math.max(cut, low + (high - low) / 16);
  const rate = (value: number) =>
    Math.acosh(Math.max(1, (2 * value - from - low) / (from - low)) + Number.EPSILON);
  const needed = Math.acosh(1 + 8 * factor) / rate(wanted);
  const most = Math.min(MOST_DEGREE, Math.acosh(MOST_LIFT) / rate(high));
  const degree = Math.max(LEAST_DEGREE, Math.ceil(Math.min(needed, most)));
  return chebyshevSteps(degree, low, from, high);
}
