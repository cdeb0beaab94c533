/** Data, fits and recomputations that the PCA suites share. */
import type { PcaModel } from '../../../src/index.js';
import { createRandom } from '../../../src/math/random.js';
import type { ConformanceContext } from '../case.js';
import { expectClose, expectThat } from '../expect.js';
import type { Rows } from '../kmeans/support.js';

/** Where the case's engine computes. */
export const on = ({ runtime }: ConformanceContext) => ({ runtime });

/**
 * Rows whose variances along d hidden axes fall from `largest`, each to `ratio` of the one before; the
 * axes lie askew to the columns, and the mean is not 0.
 */
export function stretched(n: number, d: number, seed: number, ratio = 0.6, largest = 9): Rows {
  const random = createRandom(seed);
  const noise = () => random.next() + random.next() + random.next() + random.next() - 2;
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const hidden = Float64Array.from(
      { length: d },
      (_, j) => noise() * Math.sqrt(3 * largest * ratio ** j),
    );
    // A Householder reflection about a fixed vector: orthogonal, and it mixes all columns.
    const mirror = Float64Array.from({ length: d }, (_, j) => 1 + ((7 * j) % 5));
    const length = mirror.reduce((sum, value) => sum + value * value, 0);
    const along = mirror.reduce((sum, value, j) => sum + value * hidden[j], 0);
    for (let j = 0; j < d; j++) {
      data[i * d + j] = hidden[j] - (2 * along * mirror[j]) / length + (j % 3);
    }
  }
  return { data, shape: [n, d] };
}

/** `data` by another name for its rows: float64, each column changed by `change`. */
export const mapped = (
  { data, shape }: Rows,
  change: (value: number, column: number) => number,
) => ({
  data: Float64Array.from(data, (value, at) => change(value, at % shape[1])),
  shape,
});

/** Component t as an array. */
export const component = ({ components: { data, shape } }: PcaModel, t: number): Float64Array =>
  data.slice(t * shape[1], (t + 1) * shape[1]);

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The components are orthonormal, by falling variance, with the sign that svd_flip gives. */
export function expectProper(model: PcaModel): void {
  const axes = Array.from({ length: model.nComponents }, (_, t) => component(model, t));
  for (const [s, a] of axes.entries()) {
    for (const [t, b] of axes.entries()) {
      expectClose(dot(a, b), s === t ? 1 : 0, {
        absolute: 1e-9,
        because: 'they are found in float64, if from a float32 matrix',
        what: `components ${s} and ${t}`,
      });
    }
    const largest = a.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best));
    expectThat(largest > 0, `component ${s} has the wrong sign: its largest entry is ${largest}.`);
    const variance = model.explainedVariance[s];
    expectThat(
      s === 0 || variance <= model.explainedVariance[s - 1],
      `variance ${s} is ${variance}, more than the one before.`,
    );
  }
}

/** The same means, variances and components (up to `axes` in each entry). */
export function expectSameFit(
  actual: PcaModel,
  expected: PcaModel,
  { relative, axes, because }: { relative: number; axes: number; because: string },
): void {
  const [largest] = expected.explainedVariance;
  const scale = Math.sqrt(largest);
  expectClose(actual.mean, expected.mean, {
    relative,
    absolute: relative * scale,
    because,
    what: 'mean',
  });
  expectClose(actual.explainedVariance, expected.explainedVariance, {
    absolute: relative * largest,
    because,
    what: 'variances',
  });
  expectClose(actual.noiseVariance, expected.noiseVariance, {
    absolute: relative * largest,
    because,
    what: 'noise variance',
  });
  expectClose(actual.components.data, expected.components.data, {
    absolute: axes,
    because,
    what: 'components',
  });
}
