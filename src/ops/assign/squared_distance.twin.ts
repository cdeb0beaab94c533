/**
 * Squared Euclidean distance between row `i` of `x` and row `j` of `c`, both row-major with `d`
 * columns, by direct differences: unlike |x|^2 - 2 x.c + |c|^2 it never cancels and is exactly 0
 * for equal rows.
 */
export function squaredDistance(
  x: ArrayLike<number>,
  i: number,
  c: ArrayLike<number>,
  j: number,
  d: number,
): number {
  const xStart = i * d;
  const cStart = j * d;
  let sum = 0;
  for (let column = 0; column < d; column++) {
    const difference = x[xStart + column] - c[cStart + column];
    sum += difference * difference;
  }
  return sum;
}
