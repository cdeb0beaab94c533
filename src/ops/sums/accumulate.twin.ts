export interface ClusterSums {
  /**
   * sum of w_i (x_i - c_label(i)) over each cluster's rows, k x d. The new mean is
   * c + residual / weight: sums of differences stay small where sums of rows would lose digits.
   */
  readonly residuals: Float64Array;
  /** sum of w_i over each cluster's rows, [k]. */
  readonly weightSums: Float64Array;
}

/** Sums over the clusters given by `labels` ([n]), and their inertia, sum w_i |x_i - c_label(i)|^2. */
export function accumulate(
  x: ArrayLike<number>,
  n: number,
  c: ArrayLike<number>,
  k: number,
  d: number,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): ClusterSums & { readonly inertia: number } {
  const residuals = new Float64Array(k * d);
  const weightSums = new Float64Array(k);
  let inertia = 0;
  for (let i = 0, at = 0; i < n; i++) {
    const weight = weights[i];
    const centroid = labels[i] * d;
    let cost = 0;
    for (let j = 0; j < d; j++, at++) {
      const difference = x[at] - c[centroid + j];
      residuals[centroid + j] += weight * difference;
      cost += difference * difference;
    }
    weightSums[labels[i]] += weight;
    inertia += weight * cost;
  }
  return { residuals, weightSums, inertia };
}
