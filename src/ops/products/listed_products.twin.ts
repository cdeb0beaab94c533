/**
 * sum over the listed rows of x_ni x_nj for each of `left` columns i and `right` columns j of `x`
 * (rows of d numbers): left x right.
 */
export function listedProducts(
  x: ArrayLike<number>,
  d: number,
  rows: Iterable<number>,
  left: readonly number[],
  right: readonly number[],
): Float64Array {
  const products = new Float64Array(left.length * right.length);
  for (const row of rows) {
    left.forEach((i, a) => {
      right.forEach((j, b) => {
        products[a * right.length + b] += x[row * d + i] * x[row * d + j];
      });
    });
  }
  return products;
}
