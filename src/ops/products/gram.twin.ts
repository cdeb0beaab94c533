/** Weights and centres of clusters over n rows. */
export interface GramClusters {
  readonly k: number;
  /** r_nk, [k][n]: one cluster's weights after the other. */
  readonly weights: ArrayLike<number>;
  /** k x d. */
  readonly centres: ArrayLike<number>;
}

/**
 * The Gram matrix X^T X of `x` (n x d), d x d; with `clusters` the weighted Gram matrix of each
 * about its centre, sum_n r_nk (x_n - m_k)(x_n - m_k)^T, k x d x d.
 */
export function gram(
  x: ArrayLike<number>,
  n: number,
  d: number,
  clusters?: GramClusters,
): Float64Array {
  const k = clusters?.k ?? 1;
  const products = new Float64Array(k * d * d);
  const difference = new Float64Array(d);
  for (let c = 0; c < k; c++) {
    for (let row = 0; row < n; row++) {
      const weight = clusters?.weights[c * n + row] ?? 1;
      if (weight === 0) continue;
      for (let j = 0; j < d; j++) {
        difference[j] = x[row * d + j] - (clusters?.centres[c * d + j] ?? 0);
      }
      for (let i = 0; i < d; i++) {
        const weighted = weight * difference[i];
        for (let j = 0; j <= i; j++) products[(c * d + i) * d + j] += weighted * difference[j];
      }
    }
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) products[(c * d + j) * d + i] = products[(c * d + i) * d + j];
    }
  }
  return products;
}
