/** The largest eigenpairs of a large symmetric matrix, when few are wanted. */
import { createRandom } from '../random.js';
import type { Pause } from '../reference/event_loop.js';
import { type Eigenpairs, symmetricEigen } from './symmetric_eigen.js';
import { combine, dot, norm, orthogonalize, randomOrthogonal, scaled } from './vectors.js';

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

/** matrix . vector, four rows at a time so that the vector is loaded once for them. */
function multiply(matrix: Float64Array, d: number, vector: Float64Array): Float64Array {
  const product = new Float64Array(d);
  let i = 0;
  for (; i + 4 <= d; i += 4) {
    let [a, b, c, e] = [i * d, (i + 1) * d, (i + 2) * d, (i + 3) * d];
    let [sa, sb, sc, se] = [0, 0, 0, 0];
    for (let j = 0; j < d; j++) {
      const value = vector[j];
      sa += matrix[a++] * value;
      sb += matrix[b++] * value;
      sc += matrix[c++] * value;
      se += matrix[e++] * value;
    }
    product[i] = sa;
    product[i + 1] = sb;
    product[i + 2] = sc;
    product[i + 3] = se;
  }
  for (; i < d; i++) product[i] = dot(matrix.subarray(i * d, (i + 1) * d), vector);
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
  const factor: Float64Array[] = [];
  for (let i = 0; i < d; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) row[j] = -matrix[i * d + j];
    vectors.forEach((vector, t) => {
      const weight = values[t] * vector[i];
      for (let j = 0; j <= i; j++) row[j] += weight * vector[j];
    });
    row[i] += bound;
    for (let j = 0; j < i; j++) {
      row[j] = (row[j] - dot(row, factor[j], j)) / factor[j][j];
    }
    const pivot = row[i] - dot(row, row, i);
    if (!(pivot > 0)) return false;
    row[i] = Math.sqrt(pivot);
    factor.push(row);
    if (i % 16 === 0) await pause();
  }
  return true;
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
      const found = ritzPairs(diagonal, beside, size, count);
      if (found) {
        const vectors = found.weights.map((weights) => combine(weights, basis));
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
function ritzPairs(
  diagonal: readonly number[],
  beside: readonly number[],
  residual: number,
  count: number,
): { values: Float64Array; weights: readonly Float64Array[] } | undefined {
  const m = diagonal.length;
  const small = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    small[i * m + i] = diagonal[i];
    if (i + 1 < m) small[i * m + i + 1] = small[(i + 1) * m + i] = beside[i];
  }
  const { values, vectors } = symmetricEigen(small, m);
  const weights = vectors.slice(0, count);
  const converged = weights.every(
    (weight) => Math.abs(residual * weight[m - 1]) <= RESIDUAL * values[0],
  );
  return converged ? { values: values.slice(0, count), weights } : undefined;
}
