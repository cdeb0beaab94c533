/** Sum of each column of `x` (n x d), or of its squares, [d]. */
export function columnSums(
  x: ArrayLike<number>,
  n: number,
  d: number,
  squared = false,
): Float64Array {
  const sums = new Float64Array(d);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) sums[j] += squared ? x[at] * x[at] : x[at];
  }
  return sums;
}
