/**
 * Which rows of `x` (n x d) hold anything but zeros, quad of columns by quad: bit r of word w of a
 * quad's ceil(n / 32) words tells of row 32 w + r.
 */
export function activeRows(x: ArrayLike<number>, n: number, d: number): Uint32Array {
  const words = Math.ceil(n / 32);
  const found = new Uint32Array(Math.ceil(d / 4) * words);
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < d; j++) {
      if (x[row * d + j] === 0) continue;
      found[Math.floor(j / 4) * words + Math.floor(row / 32)] |= 1 << (row % 32);
    }
  }
  return found;
}
