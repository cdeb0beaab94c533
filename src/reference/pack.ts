/**
 * The rows of `x` (n x d) as kernels read them: [quads][n] vectors of four neighbouring columns,
 * quads = ceil(d / 4), with zeros past the last column.
 */
export function pack(x: ArrayLike<number>, n: number, d: number): Float32Array {
  const quads = Math.ceil(d / 4);
  const points = new Float32Array(4 * quads * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const quad = Math.floor(j / 4);
      points[4 * (quad * n + i) + (j % 4)] = x[i * d + j];
    }
  }
  return points;
}
