import { InvalidArgumentError } from '../errors.js';

/** Squared Euclidean norm of each row of `x` (n x d, row-major), [n]. */
export function rowNorms(x: ArrayLike<number>, n: number, d: number): Float64Array {
  const norms = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) norms[i] += x[at] * x[at];
  }
  return norms;
}

/**
 * Every row of `x` (n x d) scaled to length 1, n x d.
 *
 * @param firstRow where row 0 of `x` stands in the caller's matrix, for the message
 * @throws InvalidArgumentError on a row of zeros, which has no direction
 */
export function normalizeRows(
  x: ArrayLike<number>,
  n: number,
  d: number,
  firstRow = 0,
): Float64Array {
  const norms = rowNorms(x, n, d);
  const unit = new Float64Array(n * d);
  for (let i = 0, at = 0; i < n; i++) {
    if (norms[i] === 0) {
      throw new InvalidArgumentError(
        'points',
        `points: row ${firstRow + i} is all zeros; the cosine metric needs rows with a direction ` +
          `(length > 0). Remove that row, or use metric 'euclidean'.`,
      );
    }
    const length = Math.sqrt(norms[i]);
    for (let j = 0; j < d; j++, at++) unit[at] = x[at] / length;
  }
  return unit;
}
