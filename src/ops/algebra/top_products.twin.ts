import { NO_ROW } from './algebra.js';

/** Of each row of R the rows of X with the largest |x . r|, [rows][k], largest first. */
export interface TopLists {
  readonly magnitudes: Float64Array;
  readonly rows: Uint32Array;
}

export const emptyLists = (rows: number, k: number): TopLists => ({
  magnitudes: new Float64Array(rows * k),
  rows: new Uint32Array(rows * k).fill(NO_ROW),
});

/**
 * Puts row i of X with its products with all rows of R, [rows], into their lists where they are larger than
 * the last there, and than 0; ties stay behind. `isExcluded(j)` leaves it out for row j.
 */
export function putProducts(
  { magnitudes, rows }: TopLists,
  i: number,
  values: ArrayLike<number>,
  k: number,
  isExcluded: (j: number) => boolean,
): void {
  for (let j = 0; j < values.length; j++) {
    const size = Math.abs(values[j]);
    const last = j * k + k - 1;
    if (!(size > magnitudes[last]) || isExcluded(j)) continue;
    let at = last;
    for (; at > j * k && magnitudes[at - 1] < size; at--) {
      magnitudes[at] = magnitudes[at - 1];
      rows[at] = rows[at - 1];
    }
    magnitudes[at] = size;
    rows[at] = i;
  }
}
