/**
 * matrix x + offset for each row x of `x` (n x inputs): n x outputs. `matrix` is outputs x inputs,
 * `offset` [outputs].
 */
export function affine(
  x: ArrayLike<number>,
  n: number,
  matrix: ArrayLike<number>,
  offset: ArrayLike<number>,
  inputs: number,
  outputs: number,
): Float64Array {
  const result = new Float64Array(n * outputs);
  for (let i = 0, at = 0; i < n; i++) {
    for (let m = 0; m < outputs; m++, at++) {
      let sum = 0;
      for (let j = 0; j < inputs; j++) sum += matrix[m * inputs + j] * x[i * inputs + j];
      result[at] = sum + offset[m];
    }
  }
  return result;
}
