/** The units of a machine: rows as probabilities, and what is on given the others. */
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import type { SeenMatrix } from '../../rows/matrix.js';

/** How a caller's numbers become numbers from 0 to 1: (x - least) / extent, cut off there. */
export interface Range {
  readonly least: number;
  readonly extent: number;
}

/** As they are where all are within 0 to 1. */
export function rangeOf({ data }: Pick<SeenMatrix, 'data'>): Range {
  const [least, most] = data.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [0, 1],
  );
  return { least, extent: most - least };
}

export const withinRange = (data: Float32Array, { least, extent }: Range): Float32Array =>
  Float32Array.from(data, (value) => Math.min(1, Math.max(0, (value - least) / extent)));

/** The parameters of a machine. */
export interface Machine {
  readonly weights: Matrix;
  readonly hiddenBias: Matrix;
  readonly visibleBias: Matrix;
}

/** p(h = 1 | x) */
export const hiddenOf = (
  algebra: Algebra,
  { weights, hiddenBias }: Machine,
  x: Matrix,
  into: Matrix,
): Promise<Matrix> =>
  algebra.product(x, weights, { bias: hiddenBias, activation: 'sigmoid', into });

/** p(x = 1 | h) */
export const visibleOf = (
  algebra: Algebra,
  { weights, visibleBias }: Machine,
  h: Matrix,
  into: Matrix,
): Promise<Matrix> =>
  algebra.product(h, weights, {
    ...{ transposeB: true, bias: visibleBias, activation: 'sigmoid', into },
  });
