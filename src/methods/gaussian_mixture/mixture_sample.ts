/** Rows drawn from mixtures. */
import { type Random, standardNormal } from '../../math/random.js';
import type { Scorer } from '../../ops/mixtures/scorer.js';
import type { Matrix } from '../../rows/matrix.js';

/** Rows drawn from a mixture. */
export interface MixtureSample {
  /** n x d, those of one component after those of another. */
  readonly points: Matrix;
  /** The component of each row, [n]. */
  readonly labels: Uint32Array;
}

/** Draws n rows of components with such weights and means, k x d, and a scorer's factors. */
export function drawn(
  { form, factors }: Scorer,
  weights: Float64Array,
  means: Float64Array,
  n: number,
  random: Random,
): MixtureSample {
  const d = means.length / weights.length;
  const labels = Uint32Array.from({ length: n }, () => componentAt(weights, random.next())).sort();
  const data = new Float32Array(n * d);
  const z = new Float64Array(d);
  labels.forEach((c, row) => {
    for (let j = 0; j < d; j++) z[j] = standardNormal(random);
    for (let i = 0; i < d; i++) {
      // x solves U^T x = z: its covariance is the inverse of U U^T.
      if (form === 'diag') z[i] /= factors[c * d + i];
      else {
        const u = form === 'full' ? c * d * d : 0;
        for (let j = 0; j < i; j++) z[i] -= factors[u + j * d + i] * z[j];
        z[i] /= factors[u + i * (d + 1)];
      }
      data[row * d + i] = means[c * d + i] + z[i];
    }
  });
  return { points: { data, shape: [n, d] }, labels };
}

function componentAt(weights: Float64Array, u: number): number {
  let left = u;
  for (let c = 0; c < weights.length - 1; c++) {
    left -= weights[c];
    if (left < 0) return c;
  }
  return weights.length - 1;
}
