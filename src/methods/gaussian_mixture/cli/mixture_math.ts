/** Small computations on a fitted mixture, in float64: covariances, densities, how well EM did. */
import type { MixtureModel } from '../../../index.js';
import type { ColumnScale } from '../../../cli/table_math.js';

/** The covariance of component c, d x d. */
export function covarianceOf(
  { covarianceType, covariances, means }: MixtureModel,
  c: number,
): Float64Array {
  const [k, d] = means.shape;
  const { data } = covariances;
  const size = data.length / k;
  switch (covarianceType) {
    case 'full':
      return data.slice(c * size, (c + 1) * size);
    case 'tied':
      return data.slice();
    default: {
      const full = new Float64Array(d * d);
      for (let j = 0; j < d; j++) {
        full[j * (d + 1)] = covarianceType === 'diag' ? data[c * d + j] : data[c];
      }
      return full;
    }
  }
}

/** A covariance (d x d) in the units that `scale` was taken from; as it is without one. */
export function covarianceInFileUnits(
  covariance: Float64Array,
  scale: ColumnScale | undefined,
): Float64Array {
  if (!scale) return covariance;
  const { deviation } = scale;
  const d = deviation.length;
  return covariance.map((value, at) => value * deviation[Math.floor(at / d)] * deviation[at % d]);
}

/** The most that values fall from one to the next; 0 where they never do. */
export function largestFall(history: ArrayLike<number>): number {
  let fall = 0;
  for (let i = 1; i < history.length; i++) fall = Math.max(fall, history[i - 1] - history[i]);
  return fall;
}

/**
 * The gaps between log p(x) of some points x (n x d) and the bound sum_c r_c (log p(x, c) - log r_c)
 * that their responsibilities r (n x k) give: the Kullback-Leibler divergence of r from the posterior,
 * which is 0 where the E-step is exact. log p(x, c) is computed anew, in float64.
 */
export function boundGaps(
  model: MixtureModel,
  points: Float32Array | Float64Array,
  responsibilities: Float32Array,
  logDensities: Float32Array,
): { readonly mean: number; readonly largest: number } {
  const [k, d] = model.means.shape;
  let sum = 0;
  let largest = 0;
  logDensities.forEach((logDensity, i) => {
    const x = points.subarray(i * d, (i + 1) * d);
    let bound = 0;
    for (let c = 0; c < k; c++) {
      const r = responsibilities[i * k + c];
      if (r > 0) bound += r * (logJoint(model, x, c) - Math.log(r));
    }
    const gap = Math.abs(logDensity - bound);
    sum += gap;
    largest = Math.max(largest, gap);
  });
  return { mean: sum / logDensities.length, largest };
}

/** log p(x, c): of the component's weight and its density at x. */
function logJoint(
  { weights, means, precisionsCholesky, covarianceType }: MixtureModel,
  x: Float32Array | Float64Array,
  c: number,
): number {
  const d = x.length;
  const factors = precisionsCholesky.data;
  const difference = Float64Array.from(x, (value, j) => value - means.data[c * d + j]);
  let log = Math.log(weights.data[c]) - (d / 2) * Math.log(2 * Math.PI);
  for (let j = 0; j < d; j++) {
    let z = 0;
    let root: number;
    if (covarianceType === 'full' || covarianceType === 'tied') {
      const u = covarianceType === 'full' ? c * d * d : 0;
      for (let i = 0; i <= j; i++) z += difference[i] * factors[u + i * d + j];
      root = factors[u + j * (d + 1)];
    } else {
      root = covarianceType === 'diag' ? factors[c * d + j] : factors[c];
      z = difference[j] * root;
    }
    log += Math.log(root) - (z * z) / 2;
  }
  return log;
}
