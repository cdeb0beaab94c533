/** The transform that fits representations best, in closed form. */
import { InvalidArgumentError } from '../../errors.js';
import { cholesky } from '../../math/cholesky.js';
import type { Pause } from '../../math/event_loop.js';
import type { Random } from '../../math/random.js';
import { svd } from '../../math/svd.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import { addScaled } from '../../math/vectors.js';

/** A transform T, which makes z = T x of a row x. */
export interface Transform {
  /** T, k x d row-major, of rank d. */
  readonly atoms: Float64Array;
  readonly d: number;
  /** log |det T|; half of log det T'T where T is tall. */
  readonly logDet: number;
  /** The largest singular value over the smallest. */
  readonly condition: number;
}

/** |T|^2 - log |det T|, what lambda weighs. */
export const regularity = ({ atoms, logDet }: Transform): number =>
  atoms.reduce((sum, value) => sum + value * value, 0) - logDet;

/** What a transform is fitted by. */
export interface TransformProblem {
  /** X'X of the rows X, d x d. */
  readonly gram: Float64Array;
  /** X'Z of the rows and their representations, d x k; none is 0. */
  readonly cross?: Float64Array;
  readonly d: number;
  /** Rows of T, k >= d. */
  readonly k: number;
  /** lambda > 0 */
  readonly penalty: number;
}

/**
 * The T that minimises |X T' - Z|^2 + lambda (|T|^2 - log |det T|): with L L' = X'X + lambda I and the singular
 * value decomposition Q S R' of L^-1 X'Z it is T = R (S + (S^2 + 2 lambda)^1/2) / 2 Q' L^-1 (Ravishankar &
 * Bresler, "Sparsifying transform learning with efficient optimal updates and convergence guarantees", IEEE
 * Transactions on Signal Processing 63, 2015). Exact for square and for tall T, not for wide.
 */
export async function transformStep(
  { gram, cross, d, k, penalty }: TransformProblem,
  random: Random,
  pause: Pause,
): Promise<Transform> {
  const regular = gram.slice();
  for (let i = 0; i < d; i++) regular[i * d + i] += penalty;
  const { factor, failed } = cholesky(regular, d);
  if (failed >= 0) {
    throw new InvalidArgumentError(
      'penalty',
      `penalty is ${penalty}, too small for rows that leave directions (almost) empty: X'X + penalty I is singular ` +
        `at column ${failed}; use a larger penalty, or reduce the rows by PCA.`,
    );
  }
  await pause();
  const atoms = new Float64Array(k * d);
  let logDet = 0;
  const { left, values, right } = cross
    ? await svd(solveLower(factor, cross, d, k), random, pause)
    : identity(d, k);
  for (let i = 0; i < d; i++) {
    const stretch = (values[i] + Math.sqrt(values[i] ** 2 + 2 * penalty)) / 2;
    logDet += Math.log(stretch) - Math.log(factor[i * d + i]);
    const direction = solveUpper(factor, left[i]);
    for (let a = 0; a < k; a++) {
      if (right[i][a] === 0) continue;
      addScaled(atoms.subarray(a * d, (a + 1) * d), stretch * right[i][a], direction);
    }
    await pause();
  }
  return { atoms, d, logDet, condition: await conditionOf(atoms, d, pause) };
}

/** The decomposition of a d x k matrix of zeros. */
function identity(d: number, k: number) {
  const unit = (length: number) => (_: unknown, i: number) => {
    const vector = new Float64Array(length);
    vector[i] = 1;
    return vector;
  };
  return {
    left: Array.from({ length: d }, unit(d)),
    values: new Float64Array(d),
    right: Array.from({ length: d }, unit(k)),
  };
}

/** The rows of L^-1 B, B d x k. */
function solveLower(
  factor: Float64Array,
  b: Float64Array,
  d: number,
  k: number,
): readonly Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < d; i++) {
    const row = b.slice(i * k, (i + 1) * k);
    rows.forEach((other, p) => {
      addScaled(row, -factor[i * d + p], other);
    });
    for (let a = 0; a < k; a++) row[a] /= factor[i * d + i];
    rows.push(row);
  }
  return rows;
}

/** L'^-1 v. */
function solveUpper(factor: Float64Array, v: Float64Array): Float64Array {
  const d = v.length;
  const x = v.slice();
  for (let i = d - 1; i >= 0; i--) {
    x[i] /= factor[i * d + i];
    addScaled(x.subarray(0, i), -x[i], factor.subarray(i * d, i * d + i));
  }
  return x;
}

async function conditionOf(atoms: Float64Array, d: number, pause: Pause): Promise<number> {
  const squares = new Float64Array(d * d);
  for (let at = 0; at < atoms.length; at += d) {
    const row = atoms.subarray(at, at + d);
    for (let i = 0; i < d; i++) addScaled(squares.subarray(i * d, (i + 1) * d), row[i], row);
  }
  const { values } = await symmetricEigen(squares, d, pause);
  return Math.sqrt(values[0] / Math.max(values[d - 1], Number.MIN_VALUE));
}
