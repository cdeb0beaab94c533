/** The sum of the segments' partial sums: `partial` is segments x entries, the result [entries]. */
export function combine(
  partial: ArrayLike<number>,
  segments: number,
  entries: number,
): Float64Array {
  const totals = new Float64Array(entries);
  for (let s = 0, at = 0; s < segments; s++) {
    for (let i = 0; i < entries; i++, at++) totals[i] += partial[at];
  }
  return totals;
}
