/** Arithmetic in float64 that judges what float32 found; none of it is the library's own. */
import type { NumericsKind } from '../../golden/index.js';

/** The largest relative error of one float32 operation. */
export const FLOAT32 = 2 ** -24;
const FLOAT64 = 2 ** -53;

/** n x d, row-major. */
export interface Rows {
  readonly data: ArrayLike<number>;
  readonly shape: readonly [rows: number, columns: number];
}

/** Rows as a fit takes them. */
export interface GivenRows extends Rows {
  readonly data: KindRows['data'];
}

/** The rows of a kind of data, in the type in which they are stored. */
export interface KindRows extends Rows {
  readonly data: NumericsKind['points']['data'];
}

export const rowsOf = ({ points: { data, shape } }: NumericsKind): KindRows => ({
  data,
  shape: [shape[0], shape[1]],
});

export function columnMeans({ data, shape: [n, d] }: Rows): Float64Array {
  const sums = new Float64Array(d);
  for (let at = 0; at < n * d; at++) sums[at % d] += data[at];
  return sums.map((sum) => sum / n);
}

/** The rows scaled to length 1. */
export function directions({ data, shape }: Rows) {
  const [n, d] = shape;
  const unit = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    let squares = 0;
    for (let j = 0; j < d; j++) squares += data[i * d + j] ** 2;
    for (let j = 0; j < d; j++) unit[i * d + j] = data[i * d + j] / Math.sqrt(squares);
  }
  return { data: unit, shape };
}

export function squaredDistance(rows: Rows, i: number, centroids: Rows, c: number): number {
  const d = rows.shape[1];
  let squares = 0;
  for (let j = 0; j < d; j++) squares += (rows.data[i * d + j] - centroids.data[c * d + j]) ** 2;
  return squares;
}

/** The rows' covariance, divided by n - 1; d x d. */
export function covariance(rows: Rows): Float64Array {
  const {
    data,
    shape: [n, d],
  } = rows;
  const means = columnMeans(rows);
  const products = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) {
      const factor = (data[i * d + a] - means[a]) / (n - 1);
      for (let b = 0; b < d; b++) products[a * d + b] += factor * (data[i * d + b] - means[b]);
    }
  }
  return products;
}

/** v^T M v. */
export function quadratic(matrix: Float64Array, vector: ArrayLike<number>): number {
  const d = vector.length;
  let total = 0;
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) total += vector[a] * matrix[a * d + b] * vector[b];
  }
  return total;
}

/** Whether a symmetric matrix has a Cholesky factor. */
export function isPositiveDefinite(matrix: Float64Array, d: number): boolean {
  const factor = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * d + j];
      for (let l = 0; l < j; l++) rest -= factor[i * d + l] * factor[j * d + l];
      // Written so that NaN fails.
      if (i === j && !(rest > 0)) return false;
      factor[i * d + j] = i === j ? Math.sqrt(rest) : rest / factor[j * d + j];
    }
  }
  return true;
}

/**
 * The largest entry of U^T C U - I for a precision's factor U and its covariance C, less what float64
 * rounds in that very sum: (d + 2) 2^-53 |U|^T |C| |U| for each of its two products.
 */
export function inverseError(factor: Float64Array, matrix: Float64Array, d: number): number {
  const product = (value: (x: number) => number) => {
    const half = new Float64Array(d * d);
    const whole = new Float64Array(d * d);
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        for (let l = 0; l < d; l++) {
          half[a * d + b] += value(matrix[a * d + l]) * value(factor[l * d + b]);
        }
      }
    }
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        for (let l = 0; l < d; l++) whole[a * d + b] += value(factor[l * d + a]) * half[l * d + b];
      }
    }
    return whole;
  };
  const identity = product((x) => x);
  const magnitude = product(Math.abs);
  let worst = 0;
  for (let at = 0; at < d * d; at++) {
    const error = Math.abs(identity[at] - (at % (d + 1) === 0 ? 1 : 0));
    worst = Math.max(worst, error - 2 * (d + 2) * FLOAT64 * magnitude[at]);
  }
  return worst;
}
