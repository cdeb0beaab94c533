/** Starting centroids: the option, and those that the caller gives. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import type { Metric } from '../../rows/load_options.js';
import {
  addRows,
  checkMatrix,
  type HostMatrix,
  meansOf,
  type NumericArray,
  readRows,
  shiftOfDirections,
} from '../../rows/matrix.js';
import { centre } from '../../rows/column_means.twin.js';
import { directionsOf } from '../../rows/directions.js';

/** k x d numbers. */
export type GivenCentroids = HostMatrix | readonly (readonly number[])[] | readonly NumericArray[];

/** Throws InvalidArgumentError where the number of clusters is missing. */
export function checkGiven(method: string, { k }: { readonly k: number | undefined }): void {
  if (k !== undefined) return;
  throw new InvalidArgumentError(
    'k',
    `${method}: k is missing; give the number of clusters, as in { k: 3 }.`,
  );
}

/** Throws InvalidArgumentError where there are fewer rows than clusters. */
export function checkEnoughRows(method: string, k: number, n: number): void {
  if (k <= n) return;
  throw new InvalidArgumentError(
    'k',
    `${method}: k is ${k}, but points has only ${n} ${plural(n, 'row')}; k must be from 1 to ${n}.`,
  );
}

/**
 * The mean of given centroids, a shift for rows that nobody has seen yet; for 'cosine' of directions.
 *
 * @throws ShapeError where the centroids have other than `columns` columns
 */
export function meanCentroid(
  what: string,
  given: GivenCentroids,
  metric: Metric,
  columns?: number,
): Float64Array {
  const { source, shape } = readRows(what, given, columns === undefined ? {} : { columns });
  const [k, d] = shape;
  if (metric === 'cosine') return shiftOfDirections(source, shape);
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
  const directions = metric === 'cosine';
  const given = checkMatrix(what, centroids, { columns: d, shift, directions });
  if (given.shape[0] !== k) {
    throw new ShapeError(
      `${what} has ${given.shape[0]} ${plural(given.shape[0], 'row')}; k is ${k}: give ${k} starting ${plural(k, 'centroid')}.`,
    );
  }
  // Where checkMatrix has not done all that already, in float64.
  if (given.shift) return given.data;
  const placed = directions
    ? directionsOf(given.data, k, d, shift, what)
    : centre(given.data, k, d, shift);
  return Float32Array.from(placed);
}
