/** The solvers agree with each other, with float64, and with themselves on changed or cut data. */
import type { PcaOptions, Points } from '../../../src/index.js';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import { clouds, head, type Rows } from '../kmeans/support.js';
import { expectProper, expectSameFit, mapped, on, stretched } from './support.js';

const points = stretched(900, 12, 3);
const FLOAT32 = {
  relative: 2e-6,
  axes: 2e-5,
  because: 'float32 sums of 900 products, neighbouring variances apart by 40 %',
};

/** Rows first to last - 1. */
const rows = ({ data, shape: [, d] }: Rows, first: number, last: number): Rows => ({
  data: data.slice(first * d, last * d),
  shape: [last - first, d],
});

/** Batches that take their time. */
async function* slowly(batches: readonly Points[]): AsyncGenerator<Points> {
  for (const batch of batches) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield batch;
  }
}

export const pcaSolvers: Suite = {
  name: 'pca solvers',
  cases: [
    {
      name: 'the device in float32 agrees with the twin in float64 at the edges of tiles',
      needsGpu: true,
      run: async (context) => {
        const { pca } = context.library;
        for (const [n, d] of [
          [255, 3],
          [256, 4],
          [257, 5],
          [1023, 8],
          [1024, 9],
          [1025, 17],
          [2049, 33],
        ] as const) {
          const data = stretched(n, d, n, 0.7);
          for (const solver of ['covariance', 'randomized', 'incremental'] as const) {
            const options = { nComponents: Math.min(d - 1, 6), solver, seed: 1, batchSize: 500 };
            const device = await pca(data, { ...options, ...on(context) });
            const twin = await pca(data, { ...options, runtime: 'cpu' });
            expectSameFit(device, twin, {
              relative: 5e-6,
              axes: 5e-5,
              because: `float32 against float64, ${n} x ${d}, ${solver}`,
            });
            const some = head(data, 40);
            const scores = await device.transform(some, on(context));
            expectClose(scores.data, (await device.transform(some, { runtime: 'cpu' })).data, {
              absolute: 1e-5,
              because: 'products of numbers below 10 over at most 33 columns, in float32',
              what: 'scores',
            });
          }
        }
      },
    },
    {
      name: 'randomized, deflation and whole batches agree with the covariance',
      where: 'everywhere',
      run: async (context) => {
        const { pca } = context.library;
        const expected = await pca(points, { nComponents: 4, ...on(context) });
        for (const solver of ['randomized', 'deflation'] as const) {
          const model = await pca(points, { nComponents: 4, solver, seed: 3, ...on(context) });
          expectProper(model);
          expectSameFit(model, expected, FLOAT32);
        }
        const whole = { nComponents: 4, solver: 'incremental', batchSize: 900 } as const;
        expectSameFit(await pca(points, { ...whole, ...on(context) }), expected, FLOAT32);
      },
    },
    {
      name: 'a fraction keeps as few components as exceed it',
      run: async (context) => {
        const { pca } = context.library;
        const { explainedVarianceRatio: all } = await pca(points, on(context));
        for (const [solver, fractions] of [
          ['covariance', [0.01, 0.5, 0.9, 0.999]],
          ['deflation', [0.01, 0.7]],
        ] as const) {
          for (const fraction of fractions) {
            const { explainedVarianceRatio: kept } = await pca(points, {
              nComponents: fraction,
              solver,
              ...on(context),
            });
            const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
            expectThat(sum(kept) > fraction, `${solver}: ${sum(kept)} is not above ${fraction}.`);
            const fewer = sum(all.slice(0, kept.length - 1));
            expectThat(fewer <= fraction + 1e-5, `${solver}: ${fewer} was above ${fraction}.`);
          }
        }
      },
    },
    {
      name: 'with all components, batches give what the whole matrix gives, however they are cut',
      run: async (context) => {
        const { pca } = context.library;
        const expected = await pca(points, on(context));
        const options = { solver: 'incremental', ...on(context) } as const;
        for (const batchSize of [250, 899]) {
          expectSameFit(await pca(points, { ...options, batchSize }), expected, FLOAT32);
        }
        const few = head(points, 50);
        const bySevens = await pca(few, { ...options, batchSize: 7 });
        expectSameFit(bySevens, await pca(few, on(context)), FLOAT32);
        const far = mapped(points, (value, j) => value + 1000 * j);
        const shifted = await pca(far, { ...options, batchSize: 300 });
        expectSameFit(shifted, await pca(far, on(context)), FLOAT32);
        const parts = [rows(points, 0, 300), rows(points, 300, 301), rows(points, 301, 900)];
        const streamed = await pca(slowly(parts), on(context));
        expectEqual(streamed.solver, 'incremental');
        expectSameFit(streamed, expected, FLOAT32);
        const grown = await (
          await pca(parts[0], on(context))
        ).partialFit(rows(points, 300, 900), on(context));
        expectEqual(grown.rows, 900, 'rows');
        expectSameFit(grown, expected, FLOAT32);
      },
    },
    {
      name: 'with few components, batches come close to the whole matrix',
      run: async (context) => {
        const { pca } = context.library;
        const expected = await pca(points, { nComponents: 3, ...on(context) });
        const options = { nComponents: 3, batchSize: 150, ...on(context) } as const;
        const model = await pca(points, { ...options, solver: 'incremental' });
        expectProper(model);
        expectSameFit(model, expected, {
          relative: 0.02,
          axes: 0.1,
          because: 'what a batch shows of the other directions is forgotten (Ross et al. 2008)',
        });
      },
    },
    {
      name: 'a translation changes the mean alone, and a column of zeros nothing',
      run: async (context) => {
        const { pca } = context.library;
        const whole = mapped(points, (value) => Math.round(value * 64) / 64);
        const options = { nComponents: 4, ...on(context) };
        const model = await pca(whole, options);
        const moved = await pca(
          mapped(points, (value) => Math.round(value * 64) / 64 + 10_000),
          options,
        );
        expectClose(moved.components.data, model.components.data, {
          absolute: 1e-5,
          because: 'the rows less their mean are the same, and rounded to float32 once',
          what: 'components',
        });
        expectClose(moved.explainedVariance, model.explainedVariance, {
          relative: 1e-5,
          because: 'the rows less their mean are the same, and rounded to float32 once',
          what: 'variances',
        });
        expectClose(
          moved.mean.map((value) => value - 10_000),
          model.mean,
          { absolute: 1e-6, because: 'float64 sums of float32 sums', what: 'means' },
        );
        const [n, d] = points.shape;
        const wide = new Float32Array(n * (d + 1));
        for (let at = 0; at < n * d; at++) wide[at + Math.floor(at / d)] = points.data[at];
        for (const all of [4, 'all'] as const) {
          const with0 = await pca(
            { data: wide, shape: [n, d + 1] },
            { ...options, nComponents: all },
          );
          const without = await pca(points, { ...options, nComponents: all });
          expectClose(
            with0.explainedVariance.slice(0, without.nComponents),
            without.explainedVariance,
            {
              relative: 1e-4,
              absolute: 1e-6,
              because: 'float32 sums in another order',
              what: 'variances',
            },
          );
          for (let t = 0; t < 4; t++) {
            expectClose(with0.components.data[t * (d + 1) + d], 0, {
              absolute: 1e-9,
              because: 'the column has nothing to give',
              what: 'its entry',
            });
          }
        }
      },
    },
    {
      name: 'columns scaled from 1e-3 to 1e3 keep the digits of small variances',
      run: async (context) => {
        const { pca } = context.library;
        const random = clouds(500, 4, 1, 5);
        const scales = [1e3, 1, 1e-1, 1e-3];
        const scaled = mapped(random, (value, j) => value * scales[j]);
        const model = await pca(scaled, on(context));
        const twin = await pca(scaled, { runtime: 'cpu' });
        expectClose(model.explainedVariance, twin.explainedVariance, {
          relative: 1e-4,
          because: 'each product errs relative to its own two columns',
          what: 'variances',
        });
      },
    },
    {
      name: 'degenerate points: equal rows, two rows, fewer rows than columns',
      run: async (context) => {
        const { pca } = context.library;
        const equal = { data: new Float32Array(40).fill(3), shape: [10, 4] as const };
        for (const solver of ['covariance', 'randomized', 'deflation', 'incremental'] as const) {
          const model = await pca(equal, { nComponents: 2, solver, whiten: true, ...on(context) });
          expectEqual(model.explainedVariance, new Float64Array(2), `${solver}: variances`);
          expectEqual(model.explainedVarianceRatio, new Float64Array(2), `${solver}: ratios`);
          const { data } = await model.transform(equal, on(context));
          expectEqual(data, new Float32Array(20), `${solver}: scores`);
          expectProper(model);
        }
        const two = await pca(
          [
            [0, 0, 1],
            [3, 4, 1],
          ],
          on(context),
        );
        expectClose(two.explainedVariance, [12.5, 0], {
          absolute: 1e-6,
          because: 'the rows are 5 apart along (3, 4, 0) / 5',
          what: 'variances',
        });
        expectClose(two.components.data.slice(0, 3), [0.6, 0.8, 0], {
          absolute: 1e-6,
          because: 'the rows are 5 apart along (3, 4, 0) / 5',
          what: 'the direction',
        });
        const wide = stretched(9, 40, 2, 0.9);
        const model = await pca(wide, on(context));
        expectEqual(model.nComponents, 9);
        const { data } = await model.reconstruct(wide, undefined, on(context));
        expectClose(data, wide.data, {
          absolute: 5e-5,
          because: '9 rows span fewer dimensions than 9',
          what: 'points',
        });
      },
    },
    {
      name: 'thousands of columns: the randomized solver by default',
      run: async (context) => {
        const wide = stretched(60, 2100, 4, 0.5);
        const model = await context.library.pca(wide, { nComponents: 3, ...on(context) });
        expectEqual(model.solver, 'randomized');
        expectProper(model);
        const { data } = await model.transform(wide, on(context));
        for (let t = 0; t < 3; t++) {
          let squares = 0;
          for (let i = 0; i < 60; i++) squares += data[3 * i + t] ** 2;
          expectClose(squares / 59, model.explainedVariance[t], {
            relative: 1e-4,
            because: 'float32 sums of 2,100 products',
            what: `variance ${t}`,
          });
        }
      },
    },
    {
      name: 'data in chunks give what resident data give, bit by bit',
      where: 'each runtime',
      needsGpu: true,
      run: async (context) => {
        const { createRuntime, pca } = context.library;
        // 1,024 rows a chunk; 36 columns are for the kernels with subgroups, where there are any.
        for (const [many, bytes] of [
          [stretched(2100, 13, 6), 100_000],
          [stretched(1100, 36, 6, 0.8), 200_000],
        ] as const) {
          const limits = {
            maxBufferSize: bytes,
            maxStorageBufferBindingSize: bytes,
            maxComputeWorkgroupsPerDimension: 16,
          };
          const runtime = await createRuntime({ limits });
          try {
            const options: readonly PcaOptions[] = [
              { nComponents: 3 },
              // The last of them are found along themselves.
              {},
              { nComponents: 3, solver: 'randomized' },
              { nComponents: 2, solver: 'deflation' },
              { nComponents: 3, solver: 'incremental', batchSize: 1050 },
            ];
            for (const option of options) {
              const model = await pca(many, { ...option, ...on(context) });
              const chunked = await pca(many, { ...option, runtime });
              expectEqual(chunked.toJSON(), model.toJSON(), JSON.stringify(option));
            }
            const model = await pca(many, { nComponents: 3, ...on(context) });
            const scores = await model.transform(many, on(context));
            expectSameBits((await model.transform(many, { runtime })).data, scores.data, 'scores');
            const images = await model.reconstruct(many, 2, on(context));
            expectSameBits(
              (await model.reconstruct(many, 2, { runtime })).data,
              images.data,
              'images',
            );
            const likelihoods = await model.scoreSamples(many, on(context));
            expectEqual(await model.scoreSamples(many, { runtime }), likelihoods, 'likelihoods');
          } finally {
            runtime.dispose();
          }
        }
      },
    },
    {
      name: 'scores that stay on the device are what K-means clusters and a mixture fits',
      needsGpu: true,
      run: async (context) => {
        const { createRuntime, gaussianMixture, kmeans, pca } = context.library;
        const runtime = await createRuntime();
        try {
          const groups = clouds(1500, 20, 5, 8);
          const model = await pca(groups, { nComponents: 3, runtime });
          const resident = await model.transform(groups, { runtime, output: 'gpu' });
          expectEqual([...resident.shape], [1500, 3], 'shape');
          const scores = await model.transform(groups, { runtime });
          const options = { k: 5, runtime } as const;
          const [onDevice, onHost] = [
            await kmeans(resident, options),
            await kmeans(scores, options),
          ];
          expectEqual(onDevice.labels, onHost.labels, 'labels');
          expectSameBits(onDevice.centroids.data, onHost.centroids.data, 'centroids');
          const mixtures = [
            await gaussianMixture(resident, { ...options, init: 'random_from_data' }),
            await gaussianMixture(scores, { ...options, init: 'random_from_data' }),
          ];
          expectEqual(mixtures[0].labels, mixtures[1].labels, 'labels of the mixtures');
          expectSameBits(mixtures[0].means.data, mixtures[1].means.data, 'means');
          const back = await model.inverseTransform(resident, { runtime });
          const expected = await model.inverseTransform(scores, { runtime });
          expectSameBits(back.data, expected.data, 'points');
          const images = await model.reconstruct(groups, 2, { runtime, output: 'gpu' });
          const again = await pca(images, { nComponents: 2, runtime });
          expectThat(
            again.explainedVarianceRatio[0] + again.explainedVarianceRatio[1] > 1 - 1e-5,
            'images from 2 components vary in more than 2 directions.',
          );
          resident.buffer.destroy();
          images.buffer.destroy();
        } finally {
          runtime.dispose();
        }
      },
    },
  ],
};
