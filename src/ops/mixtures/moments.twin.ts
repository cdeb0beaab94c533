/** Weighted sums of differences from centres, and of their squares. */
export interface Moments {
  /** sum_n r_nk, [k]. */
  readonly weights: Float64Array;
  /** sum_n r_nk (x_n - m_k), k x d. */
  readonly sums: Float64Array;
  /** sum_n r_nk (x_n - m_k)^2 by column, k x d. */
  readonly squares: Float64Array;
}

/**
 * First and second moments by column of `x` (n x d) about the centres (k x d).
 *
 * @param weights r_nk, [k][n]
 */
export function moments(
  x: ArrayLike<number>,
  n: number,
  d: number,
  k: number,
  weights: ArrayLike<number>,
  centres: ArrayLike<number>,
): Moments {
  const totals = new Float64Array(k);
  const sums = new Float64Array(k * d);
  const squares = new Float64Array(k * d);
  for (let c = 0; c < k; c++) {
    for (let row = 0; row < n; row++) {
      const weight = weights[c * n + row];
      totals[c] += weight;
      for (let j = 0; j < d; j++) {
        const difference = x[row * d + j] - centres[c * d + j];
        sums[c * d + j] += weight * difference;
        squares[c * d + j] += weight * difference * difference;
      }
    }
  }
  return { weights: totals, sums, squares };
}
