/** Rows that lie together in the packed layout. */
export const BLOCK_ROWS = 256;

/** Where column `j` of row `i` of packed rows of `quads` vectors lies. */
export function packedIndex(i: number, j: number, quads: number): number {
  const block = Math.floor(i / BLOCK_ROWS) * quads + Math.floor(j / 4);
  return 4 * (block * BLOCK_ROWS + (i % BLOCK_ROWS)) + (j % 4);
}

/** The numbers that `n` packed rows of `quads` vectors take: whole blocks of rows. */
export function packedLength(n: number, quads: number): number {
  return 4 * quads * BLOCK_ROWS * Math.ceil(n / BLOCK_ROWS);
}

/**
 * The rows of `x` (n x d) as kernels read them: [ceil(n / 256)][quads][256] vectors of four
 * neighbouring columns, quads = ceil(d / 4), with zeros past the last column and the last row.
 */
export function pack(x: ArrayLike<number>, n: number, d: number): Float32Array {
  const quads = Math.ceil(d / 4);
  const points = new Float32Array(packedLength(n, quads));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) points[packedIndex(i, j, quads)] = x[i * d + j];
  }
  return points;
}
