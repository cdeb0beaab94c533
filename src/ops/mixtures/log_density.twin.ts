import type { Scorer } from './scorer.js';

/**
 * Scores of the rows [start, end) of `x` (n x d): offset_k - |U_k^T (x - m_k)|^2 / 2, [k][rows].
 */
export function logDensity(
  x: ArrayLike<number>,
  start: number,
  end: number,
  d: number,
  { k, form, offsets, means, factors }: Scorer,
): Float64Array {
  const rows = end - start;
  const scores = new Float64Array(k * rows);
  const difference = new Float64Array(d);
  for (let c = 0; c < k; c++) {
    const factor = form === 'full' ? c * d * d : form === 'diag' ? c * d : 0;
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < d; j++) difference[j] = x[(start + row) * d + j] - means[c * d + j];
      let square = 0;
      for (let i = 0; i < d; i++) {
        let whitened = 0;
        if (form === 'diag') whitened = factors[factor + i] * difference[i];
        else for (let j = 0; j <= i; j++) whitened += factors[factor + j * d + i] * difference[j];
        square += whitened * whitened;
      }
      scores[c * rows + row] = offsets[c] - square / 2;
    }
  }
  return scores;
}
