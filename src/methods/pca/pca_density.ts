/** Probabilistic PCA (Tipping & Bishop 1999). */
import { InvalidArgumentError } from '../../errors.js';
import type { Session } from '../../ops/op.js';
import { imagesOf, residualsOf } from '../../ops/products/images.js';
import { type Axes, expansion, projection } from './pca_maps.js';

/** What densities need of a model. */
export interface Spread extends Axes {
  readonly rows: number;
  readonly noiseVariance: number;
}

/**
 * The logarithm of each row's density under the model, of a session's rows; [n].
 *
 * @throws InvalidArgumentError where that distribution is singular
 */
export function logDensities(
  model: Spread,
): (session: Session, signal?: AbortSignal) => Promise<Float64Array> {
  const { mean, explainedVariance, noiseVariance, rows } = model;
  const [count, d] = [explainedVariance.length, mean.length];
  const least = d * Number.EPSILON * explainedVariance[0];
  const variances = count < d ? [...explainedVariance, noiseVariance] : [...explainedVariance];
  if (!variances.every((variance) => variance > least)) {
    throw new InvalidArgumentError(
      'nComponents',
      `score: the fitted points have no variance along some directions, so no density; fit with fewer ` +
        `components than min(n, d) (now ${count} of ${Math.min(rows, d)}), or drop columns that others determine.`,
    );
  }
  const determinant = explainedVariance.reduce(
    (total, variance) => total + Math.log(variance),
    count < d ? (d - count) * Math.log(noiseVariance) : 0,
  );
  return async (session, signal) => {
    const [n] = session.shape;
    const project = projection(model, session.shift, count, false);
    const scores = await session.run(imagesOf, [project], signal);
    const expand = expansion(model, count, false, session.shift);
    const residuals =
      count < d ? await session.run(residualsOf, [project, expand], signal) : undefined;
    return Float64Array.from({ length: n }, (_, i) => {
      let squares = residuals ? residuals[i] / noiseVariance : 0;
      for (let t = 0; t < count; t++) squares += scores[i * count + t] ** 2 / explainedVariance[t];
      return -(squares + determinant + d * Math.log(2 * Math.PI)) / 2;
    });
  };
}
