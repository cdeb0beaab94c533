/** Rows as networks take them, whatever their units. */
import { InvalidArgumentError } from '../errors.js';
import type { SeenMatrix } from '../rows/matrix.js';

/** How a caller's numbers become a network's: (x - shift) / spread. */
export interface Standard {
  /** [columns] */
  readonly shift: Float64Array;
  readonly spread: number;
}

/**
 * 'all': less the means of the columns, and divided by one number for all, so that the mean square is 1; 'none': as
 * they are.
 */
export type Standardization = 'all' | 'none';

export function standardOf(
  { data, shape: [n, d] }: SeenMatrix,
  standardization: Standardization,
): Standard {
  const shift = new Float64Array(d);
  if (standardization === 'none') return { shift, spread: 1 };
  for (let at = 0; at < n * d; at++) shift[at % d] += data[at] / n;
  let squares = 0;
  for (let at = 0; at < n * d; at++) squares += (data[at] - shift[at % d]) ** 2;
  const spread = Math.sqrt(squares / (n * d));
  if (spread > 0) return { shift, spread };
  throw new InvalidArgumentError(
    'points',
    'points has no two rows that differ; there is nothing to learn. Give rows that do.',
  );
}

export const standardized = (
  { data, shape: [, d] }: Pick<SeenMatrix, 'data' | 'shape'>,
  { shift, spread }: Standard,
): Float32Array => Float32Array.from(data, (value, at) => (value - shift[at % d]) / spread);

/** Back in the caller's units. */
export const restored = (values: Float32Array, { shift, spread }: Standard): Float32Array =>
  values.map((value, at) => value * spread + shift[at % shift.length]);
