/** A lower triangular factor, or where the matrix was found not to be positive definite. */
export interface Factorization {
  /** L with L L^T the matrix, d x d, zeros above the diagonal. */
  readonly factor: Float64Array;
  /** The first column whose pivot is not above the noise; -1 where there is none. */
  readonly failed: number;
}

/**
 * The Cholesky factor of a symmetric matrix, d x d, of which the lower triangle is read.
 *
 * @param noise a pivot at most this times its diagonal element counts as zero
 * @param repair put the noise in place of such a pivot and go on, rather than fail
 */
export function cholesky(
  matrix: ArrayLike<number>,
  d: number,
  noise = 0,
  repair = false,
): Factorization {
  const factor = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    let pivot = matrix[j * d + j];
    const least = noise * pivot;
    for (let p = 0; p < j; p++) pivot -= factor[j * d + p] ** 2;
    if (!(pivot > least)) {
      if (!repair || !(least > 0)) return { factor, failed: j };
      pivot = least;
    }
    const root = Math.sqrt(pivot);
    factor[j * d + j] = root;
    for (let i = j + 1; i < d; i++) {
      let sum = matrix[i * d + j];
      for (let p = 0; p < j; p++) sum -= factor[i * d + p] * factor[j * d + p];
      factor[i * d + j] = sum / root;
    }
  }
  return { factor, failed: -1 };
}

/** The inverse of a lower triangular matrix, d x d: lower triangular itself. */
export function triangularInverse(factor: ArrayLike<number>, d: number): Float64Array {
  const inverse = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    inverse[j * d + j] = 1 / factor[j * d + j];
    for (let i = j + 1; i < d; i++) {
      let sum = 0;
      for (let p = j; p < i; p++) sum -= factor[i * d + p] * inverse[p * d + j];
      inverse[i * d + j] = sum / factor[i * d + i];
    }
  }
  return inverse;
}

/** A d x d matrix, transposed. */
export function transpose(matrix: ArrayLike<number>, d: number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, at) => matrix[(at % d) * d + Math.floor(at / d)]);
}
