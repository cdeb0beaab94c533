/** A model's affine maps: from points to scores, and back. */
import type { AffineMap } from '../../ops/products/affine_map.js';

/** What the maps need of a model. */
export interface Axes {
  readonly mean: Float64Array;
  /** At least `count` rows of d, orthonormal. */
  readonly components: Float64Array;
  /** The variance along each component. */
  readonly explainedVariance: Float64Array;
}

/**
 * The deviations that whitening divides by. Infinite where a variance is a rounding error of the
 * largest, so that nothing is made of it.
 */
function deviations(variances: Float64Array, d: number): Float64Array {
  const least = d * Number.EPSILON * variances[0];
  return variances.map((variance) =>
    variance > least ? Math.sqrt(variance) : Number.POSITIVE_INFINITY,
  );
}

/** From points less `shift` to their scores on the first `count` components. */
export function projection(
  { mean, components, explainedVariance }: Axes,
  shift: Float64Array,
  count: number,
  whiten: boolean,
): AffineMap {
  const d = mean.length;
  const matrix = components.slice(0, count * d);
  if (whiten) {
    const divisors = deviations(explainedVariance, d);
    for (let at = 0; at < matrix.length; at++) matrix[at] /= divisors[Math.floor(at / d)];
  }
  const offset = new Float64Array(count);
  for (let at = 0; at < matrix.length; at++) {
    offset[Math.floor(at / d)] += matrix[at] * (shift[at % d] - mean[at % d]);
  }
  return { matrix, offset, inputs: d, outputs: count };
}

/** From scores on the first `count` components to points less `origin` (nothing when absent). */
export function expansion(
  { mean, components, explainedVariance }: Axes,
  count: number,
  whitened: boolean,
  origin?: Float64Array,
): AffineMap {
  const d = mean.length;
  const factors = deviations(explainedVariance, d).map((value) => (value < Infinity ? value : 0));
  const matrix = new Float64Array(d * count);
  for (let t = 0; t < count; t++) {
    for (let j = 0; j < d; j++) {
      matrix[j * count + t] = components[t * d + j] * (whitened ? factors[t] : 1);
    }
  }
  const offset = mean.map((value, j) => value - (origin?.[j] ?? 0));
  return { matrix, offset, inputs: count, outputs: d };
}
