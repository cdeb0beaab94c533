/** x^T y for `x` (n x d) and `y` (n x t), d x t. */
export function crossProducts(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  n: number,
  d: number,
  t: number,
): Float64Array {
  const products = new Float64Array(d * t);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const value = x[i * d + j];
      for (let k = 0; k < t; k++) products[j * t + k] += value * y[i * t + k];
    }
  }
  return products;
}
