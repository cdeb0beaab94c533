/** Eigenvalues and eigenvectors of symmetric matrices, in float64 on the host. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Eigenpairs by falling eigenvalue; the vectors are orthonormal. */
export interface Eigenpairs {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** All eigenpairs of a symmetric matrix, d x d row-major. */
export function symmetricEigen(matrix: Float64Array, d: number): Eigenpairs {
  const rows = Array.from({ length: d }, (_, i) => matrix.subarray(i * d, (i + 1) * d));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(rows), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    values: Float64Array.from(order, (i) => realEigenvalues[i]),
    vectors: order.map((i) => Float64Array.from(eigenvectorMatrix.getColumn(i))),
  };
}
