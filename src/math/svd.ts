/** The singular value decomposition of a matrix that is no taller than wide, in float64 on the host. */
import type { Pause } from './event_loop.js';
import type { Random } from './random.js';
import { symmetricEigen } from './symmetric_eigen.js';
import { addScaled, combine, dot, norm, randomOrthogonal, scaled } from './vectors.js';

/** A = sum_i values[i] left[i] right[i]'; both sides are orthonormal, values fall. */
export interface Svd {
  /** [d] vectors [d] */
  readonly left: readonly Float64Array[];
  readonly values: Float64Array;
  /** [d] vectors [k] */
  readonly right: readonly Float64Array[];
}

/** Sweeps over all pairs: two or three do, after the eigenvectors. */
const MOST_SWEEPS = 30;

/**
 * Of the matrix A with the given rows, d of length k >= d. Eigenvectors of A A' make the rows almost orthogonal,
 * rotations of pairs make them so to the last digit (one-sided Jacobi: Golub & Van Loan, section 8.6.3), so
 * that small values keep theirs. Where a value is nothing, its right vector is any unit vector orthogonal to
 * the others.
 */
export async function svd(
  rows: readonly Float64Array[],
  random: Random,
  pause: Pause,
): Promise<Svd> {
  const d = rows.length;
  const gram = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) gram[i * d + j] = gram[j * d + i] = dot(rows[i], rows[j]);
    await pause();
  }
  const left = (await symmetricEigen(gram, d, pause)).vectors.map((vector) => vector.slice());
  const images: Float64Array[] = [];
  for (const vector of left) {
    images.push(combine(vector, rows));
    await pause();
  }
  let rotated = true;
  for (let sweep = 0; rotated && sweep < MOST_SWEEPS; sweep++) {
    rotated = false;
    for (let i = 0; i < d; i++) {
      for (let j = i + 1; j < d; j++) {
        if (orthogonalizePair(images, left, i, j)) rotated = true;
      }
      await pause();
    }
  }
  const sizes = images.map(norm);
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a]);
  const values = Float64Array.from(order, (i) => sizes[i]);
  const nothing = d * Number.EPSILON * values[0];
  const right: Float64Array[] = [];
  for (const i of order) {
    right.push(
      sizes[i] > nothing
        ? scaled(images[i], 1 / sizes[i])
        : randomOrthogonal(rows[0].length, right, random),
    );
  }
  return { left: order.map((i) => left[i]), values, right };
}

/** Turns a pair of rows, and what made them, until their product is nothing; false where it was. */
function orthogonalizePair(
  images: readonly Float64Array[],
  left: readonly Float64Array[],
  i: number,
  j: number,
): boolean {
  const a = dot(images[i], images[i]);
  const b = dot(images[j], images[j]);
  const c = dot(images[i], images[j]);
  if (Math.abs(c) <= 4 * Number.EPSILON * Math.sqrt(a * b)) return false;
  const ratio = (b - a) / (2 * c);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const cosine = 1 / Math.hypot(1, tangent);
  for (const vectors of [images, left]) {
    const before = vectors[i].slice();
    addScaled(vectors[i], -tangent, vectors[j]);
    addScaled(vectors[j], tangent, before);
    for (const vector of [vectors[i], vectors[j]]) {
      for (let at = 0; at < vector.length; at++) vector[at] *= cosine;
    }
  }
  return true;
}
