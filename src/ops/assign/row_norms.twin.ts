/** Squared Euclidean norm of each row of `x` (n x d, row-major), [n]. */
export function rowNorms(x: ArrayLike<number>, n: number, d: number): Float64Array {
  const norms = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) norms[i] += x[at] * x[at];
  }
  return norms;
}
