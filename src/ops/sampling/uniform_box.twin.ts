/** CPU twin of shaders/sampling/uniform_box.wgsl. */
import { pcg4d } from '../../math/pcg4d.js';

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
