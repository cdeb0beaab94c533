/** Rows as directions: of length 1, less a vector that they share. */
import { InvalidArgumentError } from '../errors.js';

/** Rows that a shift of directions is the mean of, at most. */
const MOST_SAMPLED = 1024;

/** Rows of n spread evenly, all of them where they are few. */
export function spreadRows(n: number): readonly number[] {
  const count = Math.min(n, MOST_SAMPLED);
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}

/** The length of a row of `x` (n x d), whatever its magnitude; 0 for a row of zeros. */
export function lengthOf(x: ArrayLike<number>, row: number, d: number): number {
  let largest = 0;
  for (let at = row * d; at < (row + 1) * d; at++) largest = Math.max(largest, Math.abs(x[at]));
  if (largest === 0) return 0;
  let squares = 0;
  for (let at = row * d; at < (row + 1) * d; at++) squares += (x[at] / largest) ** 2;
  return largest * Math.sqrt(squares);
}

/**
 * Every row of `x` (n x d) scaled to length 1, less `shift` ([d]), n x d.
 *
 * @param firstRow where row 0 of `x` stands in the caller's matrix, for the message
 * @throws InvalidArgumentError on a row of zeros, which has no direction
 */
export function directionsOf(
  x: ArrayLike<number>,
  n: number,
  d: number,
  shift: ArrayLike<number>,
  what = 'points',
  firstRow = 0,
): Float64Array {
  const directions = new Float64Array(n * d);
  for (let i = 0, at = 0; i < n; i++) {
    const length = lengthOf(x, i, d);
    if (length === 0) throw new InvalidArgumentError(what, noDirection(what, firstRow + i));
    for (let j = 0; j < d; j++, at++) directions[at] = x[at] / length - shift[j];
  }
  return directions;
}

/** Of a row of zeros. */
export function noDirection(what: string, row: number): string {
  return (
    `${what}: row ${row} is all zeros, so its direction, which metric 'cosine' compares, is undefined; ` +
    `give non-zero rows or use metric 'euclidean'.`
  );
}

/**
 * What directions are less of: about their mean, from a sample of the rows (count x d), in float32. A shift
 * changes no distance; but in a narrow cone of directions it leaves the digits that tell them apart.
 */
export function directionShift(sample: ArrayLike<number>, count: number, d: number): Float64Array {
  const sums = new Float64Array(d);
  for (let i = 0, at = 0; i < count; i++) {
    const length = lengthOf(sample, i, d);
    for (let j = 0; j < d; j++, at++) if (length > 0) sums[j] += sample[at] / length;
  }
  return sums.map((sum) => Math.fround(sum / count));
}
