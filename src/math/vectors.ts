/** Vectors in float64, and bases of them. */
import { ClusteringError } from '../errors.js';
import { type Random, standardNormal } from './random.js';
import type { Pause } from './event_loop.js';

/** The dot product, in four sums that do not wait for each other. */
export function dot(a: Float64Array, b: Float64Array): number {
  // One by one: taken from an array they cost as much as the products.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 4 <= a.length; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < a.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}

/** a += factor * b, which may be longer; four at a time, which takes half as long. */
export function addScaled(a: Float64Array, factor: number, b: Float64Array): void {
  let i = 0;
  for (; i + 4 <= a.length; i += 4) {
    a[i] += factor * b[i];
    a[i + 1] += factor * b[i + 1];
    a[i + 2] += factor * b[i + 2];
    a[i + 3] += factor * b[i + 3];
  }
  for (; i < a.length; i++) a[i] += factor * b[i];
}

export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

export const scaled = (a: Float64Array, factor: number): Float64Array =>
  a.map((value) => value * factor);

/**
 * Takes out of `vector` its part in the span of `basis` (orthonormal). Twice, which is enough for
 * full accuracy (Giraud, Langou & Rozloznik 2005).
 */
export function orthogonalize(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) addScaled(vector, -dot(vector, direction), direction);
  }
}

/** A unit vector with no direction preferred. */
export function randomDirection(length: number, random: Random): Float64Array {
  // Normal numbers are what is the same in every direction.
  const vector = Float64Array.from({ length }, () => standardNormal(random));
  const size = norm(vector);
  return size > 0 ? scaled(vector, 1 / size) : vector.fill(1 / Math.sqrt(length));
}

/** Draws before it is clear that a basis spans the whole space, or holds numbers that are none. */
const MOST_DRAWS = 32;

/**
 * A random unit vector orthogonal to `basis`, which must not span the whole space.
 *
 * @throws ClusteringError where there is none
 */
export function randomOrthogonal(
  length: number,
  basis: readonly Float64Array[],
  random: Random,
): Float64Array {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const vector = randomDirection(length, random);
    orthogonalize(vector, basis);
    const size = norm(vector);
    // Shorter than this its digits are mostly rounding errors.
    if (size > 1e-8) return scaled(vector, 1 / size);
  }
  throw new ClusteringError(
    'internal',
    `No direction in ${length} dimensions is orthogonal to ${basis.length} others; their numbers leave the range of float64, or are none.`,
  );
}

/** Multiply-adds between two pauses. */
const PACE = 2 ** 21;

/**
 * An orthonormal basis whose first i vectors span the first i of `vectors` (Gram & Schmidt). A vector
 * that adds nothing to those before it is replaced by a random direction.
 */
export async function orthonormalize(
  vectors: readonly Float64Array[],
  random: Random,
  pause: Pause,
): Promise<readonly Float64Array[]> {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    const atOnce = Math.max(1, Math.floor(PACE / rest.length));
    // As `orthogonalize` does it.
    for (let pass = 0; pass < 2; pass++) {
      for (let start = 0; start < basis.length; start += atOnce) {
        for (const direction of basis.slice(start, start + atOnce)) {
          addScaled(rest, -dot(rest, direction), direction);
        }
        await pause();
      }
    }
    const size = norm(rest);
    const adds = size > 1e-12 * norm(vector);
    basis.push(adds ? scaled(rest, 1 / size) : randomOrthogonal(vector.length, basis, random));
  }
  return basis;
}

/** sum_i weights[i] vectors[i] for each row of weights. */
export async function combineAll(
  weights: readonly Float64Array[],
  vectors: readonly Float64Array[],
  pause: Pause,
): Promise<readonly Float64Array[]> {
  const sums: Float64Array[] = [];
  for (const row of weights) {
    sums.push(combine(row, vectors));
    await pause();
  }
  return sums;
}

/** sum_i weights[i] vectors[i]. */
export function combine(
  weights: ArrayLike<number>,
  vectors: readonly Float64Array[],
): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, i) => {
    addScaled(sum, weights[i], vector);
  });
  return sum;
}
