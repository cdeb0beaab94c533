/** A lower triangular factor, or where the matrix was found not to be positive definite. */
export interface Factorization {
  /** L with L L^T the matrix, d x d, zeros above the diagonal. */
  readonly factor: Float64Array;
  /** The first column whose pivot is not above 0; -1 where there is none. */
  readonly failed: number;
}

/**
 * The Cholesky factor of a symmetric matrix, d x d, of which the lower triangle is read.
 *
 * @param least [d]: a pivot below it is noise, and so is what is left of its column; the pivot is raised
 *   to it and the rest set to 0, so that noise is not divided by noise
 */
export function cholesky(
  matrix: ArrayLike<number>,
  d: number,
  least?: ArrayLike<number>,
): Factorization {
  const factor = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    let pivot = matrix[j * d + j];
    for (let p = 0; p < j; p++) pivot -= factor[j * d + p] ** 2;
    const isNoise = least !== undefined && pivot < least[j];
    if (isNoise) pivot = least[j];
    if (!(pivot > 0)) return { factor, failed: j };
    const root = Math.sqrt(pivot);
    factor[j * d + j] = root;
    for (let i = j + 1; i < d && !isNoise; i++) {
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

/** A B of lower triangular matrices, d x d: lower triangular itself. */
export function lowerProduct(a: ArrayLike<number>, b: ArrayLike<number>, d: number): Float64Array {
  const result = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let p = 0; p <= i; p++) {
      const factor = a[i * d + p];
      for (let j = 0; j <= p; j++) result[i * d + j] += factor * b[p * d + j];
    }
  }
  return result;
}

/** L L^T of a lower triangular matrix, d x d. */
export function ownProduct(lower: ArrayLike<number>, d: number): Float64Array {
  const result = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let p = 0; p <= j; p++) sum += lower[i * d + p] * lower[j * d + p];
      result[i * d + j] = result[j * d + i] = sum;
    }
  }
  return result;
}

/** A B for square matrices, d x d. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, d: number): Float64Array {
  const result = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let p = 0; p < d; p++) {
      const factor = a[i * d + p];
      if (factor === 0) continue;
      for (let j = 0; j < d; j++) result[i * d + j] += factor * b[p * d + j];
    }
  }
  return result;
}
