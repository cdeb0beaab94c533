/** The largest eigenpairs of a large symmetric matrix, when few are wanted. */
import { createRandom } from './random.js';
import type { Pause } from './event_loop.js';
import { type Eigenpairs, symmetricEigen } from './symmetric_eigen.js';
import { isPositiveDefinite } from './positive_definite.js';
import {
  addScaled,
  combineAll,
  dot,
  norm,
  orthogonalize,
  randomOrthogonal,
  scaled,
} from './vectors.js';

/** A pair has converged when its residual is this small, relative to the largest eigenvalue. */
const RESIDUAL = 1e-12;
/** No eigenvalue left out may exceed the last one returned by more than this, likewise. */
const MARGIN = 1e-9;
/** Steps before the first look, beyond those that `count` pairs need in any case. */
const FIRST_EXTRA = 40;
/** How the number of steps grows from one look to the next. */
const GROWTH = 1.25;
/** Beyond this share of d steps, the whole decomposition is the better way. */
const MOST_STEPS = 0.5;

/**
 * matrix . vector from the lower triangle, four rows at a time: half of the matrix is loaded, and the
 * vector and the product once for four rows (784 x 784: 0.33 ms instead of 0.62).
 */
function multiply(matrix: Float64Array, d: number, vector: Float64Array): Float64Array {
  const product = new Float64Array(d);
  const whole = d - (d % 4);
  for (let i = 0; i < whole; i += 4) {
    const a = i * d;
    const b = a + d;
    const c = b + d;
    const e = c + d;
    const va = vector[i];
    const vb = vector[i + 1];
    const vc = vector[i + 2];
    const ve = vector[i + 3];
    let sa = 0;
    let sb = 0;
    let sc = 0;
    let se = 0;
    for (let j = 0; j < i; j++) {
      const value = vector[j];
      const ma = matrix[a + j];
      const mb = matrix[b + j];
      const mc = matrix[c + j];
      const me = matrix[e + j];
      sa += ma * value;
      sb += mb * value;
      sc += mc * value;
      se += me * value;
      product[j] += ma * va + mb * vb + (mc * vc + me * ve);
    }
    product[i] += sa;
    product[i + 1] += sb;
    product[i + 2] += sc;
    product[i + 3] += se;
  }
  // What lies within the four rows' own columns, and the last rows.
  for (let i = 0; i < d; i++) {
    for (let j = i < whole ? i - (i % 4) : 0; j < i; j++) {
      product[i] += matrix[i * d + j] * vector[j];
      product[j] += matrix[i * d + j] * vector[i];
    }
    product[i] += matrix[i * d + i] * vector[i];
  }
  return product;
}

/**
 * Whether every eigenvalue of `matrix` but those given lies below `bound`: bound I - (matrix without
 * the given pairs) has then a Cholesky factor. A Krylov space holds one copy only of an eigenvalue
 * that occurs several times; this is what tells.
 */
async function noneLeftAbove(
  bound: number,
  matrix: Float64Array,
  d: number,
  { values, vectors }: Eigenpairs,
  pause: Pause,
): Promise<boolean> {
  const below = matrix.map((value) => -value);
  for (let i = 0; i < d; i++) {
    const row = below.subarray(i * d, i * d + i + 1);
    vectors.forEach((vector, t) => {
      addScaled(row, values[t] * vector[i], vector);
    });
    row[i] += bound;
    if (i % 64 === 0) await pause();
  }
  return isPositiveDefinite(below, d, pause);
}

/**
 * The `count` largest eigenpairs of a symmetric matrix (d x d row-major, no negative eigenvalues) by
 * Lanczos' method with full reorthogonalization (Golub & Van Loan, Matrix Computations, section 10.3).
 *
 * @returns undefined where it did not converge soon, or where an eigenvalue was missed
 */
export async function largestByLanczos(
  matrix: Float64Array,
  d: number,
  count: number,
  pause: Pause,
): Promise<Eigenpairs | undefined> {
  const random = createRandom(0);
  const basis: Float64Array[] = [randomOrthogonal(d, [], random)];
  const diagonal: number[] = [];
  const beside: number[] = [];
  const most = Math.floor(MOST_STEPS * d);
  let look = count + FIRST_EXTRA;
  while (basis.length <= most) {
    const last = basis[basis.length - 1];
    const next = multiply(matrix, d, last);
    diagonal.push(dot(next, last));
    orthogonalize(next, basis);
    const size = norm(next);
    if (basis.length >= look) {
      const found = await ritzPairs(diagonal, beside, size, count, pause);
      if (found) {
        const vectors = await combineAll(found.weights, basis, pause);
        const pairs = { values: found.values, vectors };
        const bound = found.values[count - 1] + MARGIN * found.values[0];
        return (await noneLeftAbove(bound, matrix, d, pairs, pause)) ? pairs : undefined;
      }
      look = Math.ceil(GROWTH * look);
    }
    // The space is closed under the matrix: go on in the rest of it.
    const closed = size <= RESIDUAL * Math.max(...diagonal);
    beside.push(closed ? 0 : size);
    basis.push(closed ? randomOrthogonal(d, basis, random) : scaled(next, 1 / size));
    await pause();
  }
  return undefined;
}

/** The largest eigenpairs within the Krylov space, once they have all converged. */
async function ritzPairs(
  diagonal: readonly number[],
  beside: readonly number[],
  residual: number,
  count: number,
  pause: Pause,
): Promise<{ values: Float64Array; weights: readonly Float64Array[] } | undefined> {
  const m = diagonal.length;
  const small = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    small[i * m + i] = diagonal[i];
    if (i + 1 < m) small[i * m + i + 1] = small[(i + 1) * m + i] = beside[i];
  }
  const { values, vectors } = await symmetricEigen(small, m, pause);
  const weights = vectors.slice(0, count);
  const converged = weights.every(
    (weight) => Math.abs(residual * weight[m - 1]) <= RESIDUAL * values[0],
  );
  return converged ? { values: values.slice(0, count), weights } : undefined;
}
