/** CPU twin of shaders/sampling/uniform_box.wgsl. */

/** Four whole numbers below 2^32 from four: pcg4d of Jarzynski and Olano (JCGT 9(3), 2020). */
function pcg4d(x: number, y: number, z: number, w: number): readonly number[] {
  [x, y, z, w] = [x, y, z, w].map((value) => (Math.imul(value, 1664525) + 1013904223) | 0);
  const mix = () => {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
  };
  mix();
  [x, y, z, w] = [x, y, z, w].map((value) => value ^ (value >>> 16));
  mix();
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0];
}

/**
 * Rows drawn uniformly from a box about 0.
 *
 * @param width of the box, [columns]
 * @param seed whole number below 2^32; `sequence` another, for other rows of the same seed
 * @returns rows x columns, each from -width / 2 to less than width / 2
 */
export function uniformBox(
  rows: number,
  width: ArrayLike<number>,
  seed: number,
  sequence: number,
): Float64Array {
  const columns = width.length;
  const x = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let first = 0; first < columns; first += 4) {
      const drawn = pcg4d(seed, sequence, row, first / 4);
      for (let j = first; j < Math.min(first + 4, columns); j++) {
        x[row * columns + j] = ((drawn[j % 4] >>> 8) * 2 ** -24 - 0.5) * width[j];
      }
    }
  }
  return x;
}
