/** Sums of `values` over runs of `run` neighbours; the last run may be shorter. */
export function runSums(values: ArrayLike<number>, run: number): Float64Array {
  const sums = new Float64Array(Math.ceil(values.length / run));
  for (let i = 0; i < values.length; i++) sums[Math.floor(i / run)] += values[i];
  return sums;
}
