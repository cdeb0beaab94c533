/** Sparse matrices by rows. */

/**
 * A sparse matrix by compressed rows, as SciPy's `csr_matrix`: row i has `data[e]` in column `indices[e]` for
 * e from `indptr[i]` to `indptr[i + 1]`.
 */
export interface CsrMatrix {
  /** [rows + 1], from 0, never falling. */
  readonly indptr: Uint32Array;
  /** [entries] */
  readonly indices: Uint32Array;
  /** [entries] */
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
}
