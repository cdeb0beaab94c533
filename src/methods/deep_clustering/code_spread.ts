/** How far codes vary, and in how many directions. */
import type { Spread } from '../transform_learning/collapse.js';

/** Of the largest, below which the variance of a column is nothing. */
const NOTHING = 1e-6;

/** By columns: a code of one column that varies is a line. */
export function codeSpread(codes: Float32Array, columns: number): Spread {
  const n = codes.length / columns;
  const variances = Array.from({ length: columns }, (_, q) => {
    let [sum, squares] = [0, 0];
    for (let at = q; at < codes.length; at += columns) sum += codes[at];
    for (let at = q; at < codes.length; at += columns) squares += (codes[at] - sum / n) ** 2;
    return squares / n;
  });
  const most = Math.max(...variances);
  return {
    total: variances.reduce((sum, variance) => sum + variance, 0),
    rank: variances.filter((variance) => variance > NOTHING * most).length,
  };
}
