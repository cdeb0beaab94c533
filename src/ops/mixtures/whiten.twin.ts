/**
 * The rows of `x` (n x d) in components' own coordinates, U_k^T (x - m_k): k x n x d. `factors` are
 * upper triangular, k x d x d, or d x d for all; `means` k x d.
 */
export function whiten(
  x: ArrayLike<number>,
  n: number,
  d: number,
  means: ArrayLike<number>,
  factors: ArrayLike<number>,
): Float64Array {
  const k = means.length / d;
  const whitened = new Float64Array(k * n * d);
  for (let c = 0; c < k; c++) {
    const factor = factors.length === d * d ? 0 : c * d * d;
    for (let row = 0; row < n; row++) {
      const at = (c * n + row) * d;
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) {
          whitened[at + i] += factors[factor + j * d + i] * (x[row * d + j] - means[c * d + j]);
        }
      }
    }
  }
  return whitened;
}
