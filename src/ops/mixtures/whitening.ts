/** Coordinates in which a component is round. */
import { transpose, triangularInverse } from '../../math/cholesky.js';
import type { Frame } from './scorer.js';

/** A component's own coordinates: into them, y = W x, and back, x = L y; both lower triangular. */
export interface Whitening {
  readonly into: Float64Array;
  readonly back: Float64Array;
}

/** Those of a frame: one for each matrix, none where it is that of the columns. */
export function whiteningsOf({ factors }: Frame, d: number): readonly Whitening[] {
  if (!factors) return [];
  return Array.from({ length: factors.length / (d * d) }, (_, c) => {
    const into = transpose(factors.subarray(c * d * d, (c + 1) * d * d), d);
    return { into, back: triangularInverse(into, d) };
  });
}

/** A x of a lower triangular matrix. */
export function timesVector(lower: Float64Array, x: ArrayLike<number>, d: number): Float64Array {
  const result = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) result[i] += lower[i * d + j] * x[j];
  }
  return result;
}

/**
 * The largest |U_ji| s_j of upper triangular factors, matrices x d x d, where s_j^2 is column j's mean
 * square: by default the variance of the factor's own covariance.
 */
export function reachOf(factors: Float64Array, d: number, squares?: Float64Array): number {
  let reach = 0;
  for (let at = 0; at < factors.length; at += d * d) {
    const own = factors.subarray(at, at + d * d);
    const back = squares ? undefined : triangularInverse(transpose(own, d), d);
    for (let j = 0; j < d; j++) {
      let square = squares?.[j] ?? 0;
      if (back) for (let p = 0; p <= j; p++) square += back[j * d + p] ** 2;
      const deviation = Math.sqrt(square);
      for (let i = j; i < d; i++) {
        reach = Math.max(reach, Math.abs(own[j * d + i]) * deviation);
      }
    }
  }
  return reach;
}
