/**
 * Minimization within bounds by L-BFGS (Nocedal 1980), projected: coordinates at a bound that would leave it stay
 * there, the others take a quasi-Newton step that ends at the bounds (Bertsekas 1982).
 */

export interface Evaluation {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
}

export interface Minimization {
  /** The function and its gradient at x, which is not kept. */
  readonly evaluate: (x: Float64Array) => Promise<Evaluation>;
  readonly start: ArrayLike<number>;
  readonly lower: number;
  readonly upper: number;
  readonly maxIter: number;
  /** Ends where a step lowers the value by less than this share of it. */
  readonly tol: number;
  /** How far the first step moves the coordinate that moves most. */
  readonly firstStep: number;
  /** Called after each iteration, from 1, with where it came to. */
  readonly onIteration?:
    ((iteration: number, value: number, x: Readonly<Float64Array>) => void) | undefined;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Ended by `tol`, or where no step lowers the value any more. */
  readonly converged: boolean;
}

/** Pairs of steps that stand for the curvature. */
const MEMORY = 16;
/** Steps tried on a line. */
const TRIES = 12;
/** Of the fall that the slope promises, what a step must reach (Armijo). */
const SUFFICIENT = 1e-4;
/** Over the square of the gradient's change: less is none. */
const LEAST_CURVATURE = 1e-10;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** Over coordinates that may move. */
const dotOfFree = (a: Float64Array, b: Float64Array, isHeld: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (isHeld[i] === 0) sum += a[i] * b[i];
  return sum;
};

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/** -H g by the two loops over the pairs, as of a function of the coordinates that may move alone; the others stay 0. */
function direction(
  gradient: ArrayLike<number>,
  pairs: readonly Pair[],
  isHeld: Uint8Array,
): Float64Array {
  const d = Float64Array.from(gradient, (g, i) => (isHeld[i] ? 0 : -g));
  const add = (factor: number, values: Float64Array) => {
    for (let i = 0; i < d.length; i++) if (isHeld[i] === 0) d[i] += factor * values[i];
  };
  const curved = pairs
    .map((pair) => ({ ...pair, curvature: dotOfFree(pair.step, pair.change, isHeld) }))
    .filter(
      ({ change, curvature }) => curvature > LEAST_CURVATURE * dotOfFree(change, change, isHeld),
    );
  const factors: number[] = [];
  for (let p = curved.length - 1; p >= 0; p--) {
    const { step, change, curvature } = curved[p];
    factors[p] = dotOfFree(step, d, isHeld) / curvature;
    add(-factors[p], change);
  }
  const newest = curved.at(-1);
  if (newest) {
    const scale = newest.curvature / dotOfFree(newest.change, newest.change, isHeld);
    for (let i = 0; i < d.length; i++) d[i] *= scale;
  }
  curved.forEach(({ step, change, curvature }, p) => {
    add(factors[p] - dotOfFree(change, d, isHeld) / curvature, step);
  });
  return d;
}

/** Some 4 MEMORY + 10 FLOPs a coordinate and iteration, beside an evaluation or two. */
export async function minimize(given: Minimization): Promise<Minimum> {
  const { evaluate, lower, upper, maxIter, tol, firstStep, onIteration } = given;
  const within = (value: number) => Math.min(upper, Math.max(lower, value));
  let x: Float64Array = Float64Array.from(given.start, within);
  let { value, gradient } = await evaluate(x);
  const pairs: Pair[] = [];
  const isHeld = new Uint8Array(x.length);
  for (let iteration = 1; iteration <= maxIter; iteration++) {
    for (let i = 0; i < x.length; i++) {
      isHeld[i] = Number((x[i] <= lower && gradient[i] > 0) || (x[i] >= upper && gradient[i] < 0));
    }
    let d = direction(gradient, pairs, isHeld);
    if (dot(d, gradient) >= 0) {
      pairs.length = 0;
      d = direction(gradient, pairs, isHeld);
    }
    const largest = d.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    if (largest === 0) return { x, value, iterations: iteration - 1, converged: true };
    let length = pairs.length === 0 ? firstStep / largest : 1;
    let next: (Evaluation & { readonly x: Float64Array }) | undefined;
    for (let attempt = 0; attempt < TRIES && !next; attempt++) {
      const tried = x.map((one, i) => within(one + length * d[i]));
      const slope = tried.reduce((sum, one, i) => sum + gradient[i] * (one - x[i]), 0);
      const found = await evaluate(tried);
      if (found.value <= value + SUFFICIENT * slope && slope < 0) next = { x: tried, ...found };
      else {
        // Where a parabola through what is known has its lowest point.
        const best = (-slope * length) / (2 * (found.value - value - slope));
        length = Math.min(length / 2, Math.max(length / 10, Number.isFinite(best) ? best : 0));
      }
    }
    if (!next) {
      if (pairs.length === 0) return { x, value, iterations: iteration - 1, converged: true };
      // The curvature that is kept may be wrong: once more along the gradient.
      pairs.length = 0;
      continue;
    }
    const before = { x, value, gradient };
    ({ x, value, gradient } = next);
    const step = x.map((one, i) => one - before.x[i]);
    const change = x.map((_, i) => gradient[i] - before.gradient[i]);
    const curvature = dot(step, change);
    if (curvature > LEAST_CURVATURE * dot(change, change)) {
      pairs.push({ step, change });
      if (pairs.length > MEMORY) pairs.shift();
    }
    onIteration?.(iteration, value, x);
    if (before.value - value <= tol * before.value) {
      return { x, value, iterations: iteration, converged: true };
    }
  }
  return { x, value, iterations: maxIter, converged: false };
}
