/** What a PCA model says of its points, and what it does with points. */
import type { PcaProgress } from '../../../src/index.js';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import { pick, type Rows, shuffled } from '../kmeans/support.js';
import { expectProper, on, stretched } from './support.js';

const points = stretched(700, 11, 1);
const SHAPES = [
  [2, 1],
  [2, 5],
  [7, 7],
  [63, 4],
  [257, 9],
  [1025, 17],
] as const;

/** Mean product of the columns s and t of scores, n - 1 for n. */
function covariance({ data, shape: [n, count] }: Rows, s: number, t: number): number {
  let [meanS, meanT] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanS += data[i * count + s] / n;
    meanT += data[i * count + t] / n;
  }
  let sum = 0;
  for (let i = 0; i < n; i++) {
    sum += (data[i * count + s] - meanS) * (data[i * count + t] - meanT);
  }
  return sum / (n - 1);
}

export const pcaModel: Suite = {
  name: 'pca model',
  where: 'each runtime',
  cases: [
    {
      name: 'components are orthonormal, signed, and of falling variance',
      where: 'everywhere',
      run: async (context) => {
        for (const [n, d] of SHAPES) {
          const model = await context.library.pca(stretched(n, d, n), on(context));
          expectEqual([...model.components.shape], [Math.min(n, d), d], 'shape');
          expectProper(model);
          expectEqual(model.rows, n, 'rows');
          expectClose(
            model.explainedVarianceRatio.reduce((sum, value) => sum + value, 0),
            1,
            { absolute: 1e-5, because: 'all components share out all variance', what: 'ratios' },
          );
          expectClose(
            model.singularValues,
            model.explainedVariance.map((value) => Math.sqrt(value * (n - 1))),
            { relative: 1e-12, absolute: 1e-12, because: 'that is what they are', what: 'values' },
          );
        }
      },
    },
    {
      name: 'the scores have the variances the model says, and no covariances',
      run: async (context) => {
        for (const whiten of [false, true]) {
          const model = await context.library.pca(points, {
            nComponents: 6,
            whiten,
            ...on(context),
          });
          const scores = await model.transform(points, on(context));
          expectEqual([...scores.shape], [700, 6], 'shape');
          for (let s = 0; s < 6; s++) {
            for (let t = 0; t <= s; t++) {
              const own = whiten ? 1 : model.explainedVariance[s];
              expectClose(covariance(scores, s, t), s === t ? own : 0, {
                absolute: 1e-5 * (whiten ? 1 : model.explainedVariance[0]),
                because: 'scores and covariance are float32 sums of 11 and 700 terms',
                what: `covariance of scores ${s} and ${t}, whiten ${whiten}`,
              });
            }
          }
        }
      },
    },
    {
      name: 'with all components the inverse gives the points back',
      run: async (context) => {
        for (const whiten of [false, true]) {
          const model = await context.library.pca(points, { whiten, ...on(context) });
          const scores = await model.transform(points, on(context));
          const back = await model.inverseTransform(scores, on(context));
          expectEqual([...back.shape], [...points.shape], 'shape');
          expectClose(back.data, points.data, {
            absolute: 2e-5,
            because: 'numbers below 20 went through two float32 sums of 11 terms',
            what: `points, whiten ${whiten}`,
          });
        }
      },
    },
    {
      name: 'reconstruct is transform and inverse; more components never show points worse',
      run: async (context) => {
        const model = await context.library.pca(points, { nComponents: 5, ...on(context) });
        const scores = await model.transform(points, on(context));
        const { data: expected } = await model.inverseTransform(scores, on(context));
        const { data } = await model.reconstruct(points, undefined, on(context));
        expectClose(data, expected, {
          absolute: 1e-5,
          because: 'the same float32 sums of 11 and 5 terms below 20',
          what: 'images',
        });
        let before = Number.POSITIVE_INFINITY;
        for (let count = 1; count <= 5; count++) {
          const images = await model.reconstruct(points, count, on(context));
          const error = images.data.reduce((sum, v, at) => sum + (v - points.data[at]) ** 2, 0);
          expectThat(error < before, `${count} components err by ${error}, fewer by ${before}.`);
          const left =
            699 *
            (model.explainedVariance.slice(count).reduce((s, v) => s + v, 0) +
              6 * model.noiseVariance);
          expectClose(error, left, {
            relative: 1e-4,
            because: 'the error is the variance left out, some 1e-3 of all',
            what: 'squared error',
          });
          before = error;
        }
      },
    },
    {
      name: 'transform depends on neither the order nor the batch of rows',
      run: async (context) => {
        const model = await context.library.pca(points, { nComponents: 4, ...on(context) });
        const { data } = await model.transform(points, on(context));
        const scores = { data, shape: [700, 4] as const };
        for (const order of [shuffled(700, 2), Uint32Array.of(333), Uint32Array.of(5, 5, 699)]) {
          const some = await model.transform(pick(points, order), on(context));
          expectSameBits(some.data, pick(scores, order).data, 'scores');
        }
      },
    },
    {
      name: 'score is the mean of scoreSamples; the fitted points are the likeliest',
      run: async (context) => {
        const model = await context.library.pca(points, { nComponents: 3, ...on(context) });
        const samples = await model.scoreSamples(points, on(context));
        const mean = samples.reduce((sum, value) => sum + value, 0) / 700;
        expectClose(await model.score(points, on(context)), mean, {
          relative: 1e-12,
          because: 'it is that mean',
          what: 'score',
        });
        const moved = { ...points, data: points.data.map((value) => value + 1) };
        expectThat((await model.score(moved, on(context))) < mean, 'moved points are as likely.');
      },
    },
    {
      name: 'the same seed gives the same bits; points stay as they were',
      run: async (context) => {
        const { data, shape } = points;
        const before = data.slice();
        for (const solver of ['covariance', 'randomized', 'deflation', 'incremental'] as const) {
          const options = { nComponents: 3, solver, seed: 7, ...on(context) };
          const model = await context.library.pca({ data, shape }, options);
          const again = await context.library.pca({ data, shape }, options);
          expectEqual(again.toJSON(), model.toJSON(), solver);
          expectEqual(model.solver, solver);
        }
        expectSameBits(data, before, 'points');
      },
    },
    {
      name: 'progress is told in order, and explains ever more',
      run: async (context) => {
        const told: PcaProgress[] = [];
        const options = { nComponents: 2, solver: 'randomized', ...on(context) } as const;
        await context.library.pca(points, {
          ...options,
          iteratedPower: 3,
          onIteration: (progress) => told.push(progress),
        });
        expectEqual(
          told.map(({ iteration }) => iteration),
          [1, 2, 3, 4],
        );
        told.forEach(({ explained }, i) => {
          const least = i === 0 ? 0 : told[i - 1].explained - 1e-6;
          expectThat(explained >= least && explained < 1, `iteration ${i}: ${explained}`);
        });
      },
    },
  ],
};
