/** Eigenvalues and eigenvectors of symmetric matrices, in float64 on the host. */
import { ClusteringError } from '../errors.js';
import type { Pause } from './event_loop.js';
import { addScaled, dot } from './vectors.js';

/** Eigenpairs by falling eigenvalue; the vectors are orthonormal. */
export interface Eigenpairs {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** The first `count` of them. */
export const firstPairs = ({ values, vectors }: Eigenpairs, count: number): Eigenpairs => ({
  values: values.slice(0, count),
  vectors: vectors.slice(0, count),
});

/** Steps for one eigenvalue: two or three do as a rule. */
const MOST_STEPS = 60;

/**
 * All eigenpairs of a symmetric matrix, d x d row-major: Householder's reduction to three diagonals and
 * the implicit QL algorithm (Golub & Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). Rows are
 * taken by rising diagonal: so small eigenvalues keep their digits where some columns are small.
 *
 * @throws ClusteringError where numbers are not finite
 */
export async function symmetricEigen(
  matrix: Float64Array,
  d: number,
  pause: Pause,
): Promise<Eigenpairs> {
  const rising = Array.from({ length: d }, (_, i) => i).sort(
    (a, b) => matrix[a * d + a] - matrix[b * d + b],
  );
  const rows: Float64Array[] = [];
  for (const i of rising) {
    const row = new Float64Array(d);
    for (let j = 0; j < d; j++) row[j] = matrix[i * d + rising[j]];
    rows.push(row);
    await pause();
  }
  const { diagonal, beside, vectors } = await tridiagonal(rows, pause);
  await diagonalize(diagonal, beside, vectors, pause);
  const order = vectors.map((_, i) => i).sort((a, b) => diagonal[b] - diagonal[a]);
  return {
    values: Float64Array.from(order, (i) => diagonal[i]),
    vectors: order.map((i) => {
      const vector = new Float64Array(d);
      rising.forEach((at, j) => {
        vector[at] = vectors[i][j];
      });
      return vector;
    }),
  };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i lies between i and i + 1; the last is 0. */
  readonly beside: Float64Array;
  /** Q^T by rows, where matrix = Q T Q^T. */
  readonly vectors: Float64Array[];
}

/** Reflects row after row, from the last on, onto its two entries next to the diagonal; in place. */
async function tridiagonal(rows: Float64Array[], pause: Pause): Promise<Tridiagonal> {
  const d = rows.length;
  const beside = new Float64Array(d);
  const mirrors: { readonly vector: Float64Array; readonly half: number }[] = [];
  for (let k = d - 1; k > 0; k--) {
    const vector = rows[k].slice(0, k);
    const scale = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (scale > 0) for (let j = 0; j < k; j++) vector[j] /= scale;
    const size = Math.sqrt(dot(vector, vector));
    const towards = vector[k - 1] > 0 ? -size : size;
    beside[k - 1] = scale * towards;
    // The mirror's vector v with |v|^2 / 2.
    const half = size * size - vector[k - 1] * towards;
    vector[k - 1] -= towards;
    mirrors[k] = { vector, half };
    if (half > 0) reflect(rows, vector, half);
    await pause();
  }
  const vectors = rows.map((_, i) => {
    const unit = new Float64Array(d);
    unit[i] = 1;
    return unit;
  });
  for (let k = 1; k < d; k++) {
    const { vector, half } = mirrors[k];
    if (half > 0) {
      for (let i = 0; i < k; i++) {
        const row = vectors[i].subarray(0, k);
        addScaled(row, -dot(row, vector) / half, vector);
      }
    }
    await pause();
  }
  return { diagonal: Float64Array.from(rows, (row, i) => row[i]), beside, vectors };
}

/** A <- H A H for H = I - v v^T / half, in the lower triangle of the first rows and columns. */
function reflect(rows: readonly Float64Array[], vector: Float64Array, half: number): void {
  const k = vector.length;
  const image = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    const row = rows[i].subarray(0, i);
    image[i] += dot(row, vector) + rows[i][i] * vector[i];
    addScaled(image.subarray(0, i), vector[i], row);
  }
  for (let i = 0; i < k; i++) image[i] /= half;
  addScaled(image, -dot(image, vector) / (2 * half), vector);
  for (let i = 0; i < k; i++) {
    const row = rows[i].subarray(0, i + 1);
    addScaled(row, -vector[i], image);
    addScaled(row, -image[i], vector);
  }
}

/** Makes `diagonal` the eigenvalues and the rows of `vectors` their eigenvectors. */
async function diagonalize(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: readonly Float64Array[],
  pause: Pause,
): Promise<void> {
  const d = diagonal.length;
  for (let first = 0; first < d; first++) {
    for (let step = 0; ; step++) {
      let last = first;
      while (last + 1 < d && !negligible(diagonal, beside, last)) last++;
      if (last === first) break;
      if (step === MOST_STEPS || !Number.isFinite(beside[first])) {
        throw new ClusteringError(
          'internal',
          `The eigenvalues of a ${d} x ${d} matrix were not found; its numbers leave the range of float64, or are none.`,
        );
      }
      chase(diagonal, beside, vectors, first, last);
      await pause();
    }
  }
}

function negligible(diagonal: Float64Array, beside: Float64Array, i: number): boolean {
  const around = Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1]);
  return Math.abs(beside[i]) <= Number.EPSILON * around;
}

/** One implicit QL step with Wilkinson's shift on rows first to last. */
function chase(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: readonly Float64Array[],
  first: number,
  last: number,
): void {
  const ratio = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first]);
  const root = Math.hypot(ratio, 1);
  let g = diagonal[last] - diagonal[first] + beside[first] / (ratio + (ratio < 0 ? -root : root));
  let [sine, cosine, moved] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * beside[i];
    const b = cosine * beside[i];
    const size = Math.hypot(f, g);
    beside[i + 1] = size;
    if (size === 0) {
      diagonal[i + 1] -= moved;
      beside[last] = 0;
      return;
    }
    sine = f / size;
    cosine = g / size;
    g = diagonal[i + 1] - moved;
    const r = (diagonal[i] - g) * sine + 2 * cosine * b;
    moved = sine * r;
    diagonal[i + 1] = g + moved;
    g = cosine * r - b;
    rotate(vectors[i], vectors[i + 1], cosine, sine);
  }
  diagonal[first] -= moved;
  beside[first] = g;
  beside[last] = 0;
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < a.length; k++) {
    const value = b[k];
    b[k] = sine * a[k] + cosine * value;
    a[k] = cosine * a[k] - sine * value;
  }
}
