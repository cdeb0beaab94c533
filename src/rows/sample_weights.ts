/** Sample weights. */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';

/** A sum of weights below this loses digits when it is divided by their number. */
const TINY = 2 ** -900;
/** Weights of a larger mean would take squared distances, of which a sum is below 2^320, out of float64. */
const MOST_MEAN = 2 ** 700;

/** Weights of mean 1, and the mean that they had. */
export interface ScaledWeights {
  readonly scaled: Float32Array;
  readonly mean: number;
}

/** See `checkWeights`. */
export function scaledWeights(weights: ArrayLike<number>, n: number): ScaledWeights {
  const remedy = 'give one finite weight >= 0 a row, not all zero';
  if (weights.length !== n) {
    throw new InvalidArgumentError(
      'sampleWeight',
      `sampleWeight has ${show(weights.length)} ${plural(weights.length, 'entry', 'entries')} for ${n} ${plural(n, 'row')}; ${remedy}.`,
    );
  }
  const given = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const weight: unknown = weights[i];
    if (!(typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new InvalidArgumentError(
        'sampleWeight',
        `sampleWeight[${i}] is ${show(weight)}; ${remedy}.`,
      );
    }
    given[i] = weight;
    sum += weight;
  }
  if (sum === 0) {
    throw new InvalidArgumentError(
      'sampleWeight',
      `sampleWeight is zero for every row; ${remedy}.`,
    );
  }
  if (sum / n > MOST_MEAN) {
    throw new InvalidArgumentError(
      'sampleWeight',
      `sampleWeight has a mean above ${MOST_MEAN.toPrecision(2)}; scale all weights down.`,
    );
  }
  // The smallest numbers there are would have a mean that is rounded to nothing.
  const unit = sum < TINY ? 1 / TINY : 1;
  const mean = (sum * unit) / n;
  return {
    scaled: Float32Array.from(given, (weight) => (weight * unit) / mean),
    mean: mean / unit,
  };
}
