/** Starting centroids: the option, and those that the caller gives. */
import { InvalidArgumentError, ShapeError } from './errors.js';
import type { Metric } from './kmeans_backend.js';
import {
  addRows,
  checkMatrix,
  type HostMatrix,
  meansOf,
  type NumericArray,
  readRows,
} from './matrix.js';
import { anObject, either, oneOf, type OptionRule } from './options.js';

/** k x d numbers. */
export type GivenCentroids = HostMatrix | readonly (readonly number[])[] | readonly NumericArray[];

export const INIT_RULE: OptionRule = either(oneOf('k-means++', 'k-means||', 'random'), {
  ...anObject,
  rule: 'k x d starting centroids',
});

/** Throws InvalidArgumentError where the number of clusters is missing. */
export function checkGiven(method: string, { k }: { readonly k: number | undefined }): void {
  if (k !== undefined) return;
  throw new InvalidArgumentError('k', `${method}: k is missing; give the number of clusters.`);
}

/** Throws InvalidArgumentError where there are fewer rows than clusters. */
export function checkEnoughRows(method: string, k: number, n: number): void {
  if (k <= n) return;
  throw new InvalidArgumentError(
    'k',
    `${method}: k is ${k}, but points has only ${n} row${n === 1 ? '' : 's'}; k must be from 1 to ${n}.`,
  );
}

/** The mean of given centroids, a shift for rows that nobody has seen yet; zeros for 'cosine'. */
export function meanCentroid(what: string, given: GivenCentroids, metric: Metric): Float64Array {
  const { source, shape } = readRows(what, given);
  const [k, d] = shape;
  if (metric === 'cosine') return new Float64Array(d);
  return meansOf(addRows(source, new Float64Array(d)), k).map(Math.fround);
}

/**
 * Given centroids in a session's coordinates, k x d: less the shift, or of length 1 for 'cosine'.
 *
 * @throws ShapeError, NonFiniteError, InvalidArgumentError
 */
export function placeCentroids(
  what: string,
  centroids: GivenCentroids,
  k: number,
  shift: Float64Array,
  metric: Metric,
): Float32Array {
  const d = shift.length;
  const given = checkMatrix(what, centroids, { columns: d, shift });
  if (given.shape[0] !== k) {
    throw new ShapeError(
      `${what} has ${given.shape[0]} rows; k is ${k}: give ${k} starting centroids.`,
    );
  }
  const placed = new Float32Array(k * d);
  for (let c = 0; c < k; c++) {
    let squares = 0;
    for (let j = 0; j < d; j++) {
      // Unless checkMatrix has subtracted the shift already, in float64.
      const value = given.data[c * d + j] - (given.shift ? 0 : shift[j]);
      placed[c * d + j] = value;
      squares += value * value;
    }
    if (metric !== 'cosine') continue;
    if (squares === 0) {
      throw new InvalidArgumentError(
        what,
        `${what}: row ${c} is all zeros, so its direction is undefined; metric 'cosine' needs non-zero centroids.`,
      );
    }
    for (let j = 0; j < d; j++) placed[c * d + j] /= Math.sqrt(squares);
  }
  return placed;
}
