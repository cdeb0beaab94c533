/** What a model says of itself, and what it does with points. */
import fc from 'fast-check';
import { grids } from '../../reference/support.js';
import type { ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import {
  clouds,
  fit,
  forAll,
  head,
  INERTIA,
  nearest,
  objective,
  outcome,
  pick,
  ROUNDING,
  SEEDINGS,
  shuffled,
  someClouds,
  spread,
} from './support.js';

/** Where the case's engine computes. */
const on = ({ runtime }: ConformanceContext) => ({ runtime });

/** 0 .. k - 1. */
const upTo = (k: number) => Uint32Array.from({ length: k }, (_, i) => i);

export const kmeansModel: Suite = {
  name: 'kmeans model',
  where: 'each runtime',
  cases: [
    {
      name: 'labels are what predict gives for the points, ties and all',
      where: 'everywhere',
      run: (context) =>
        forAll(grids, async ({ n, d, k, x, c, weights: sampleWeight }) => {
          const points = { data: x, shape: [n, d] as const };
          const init = { data: c, shape: [k, d] as const };
          const model = await fit(context, points, { k, init, sampleWeight });
          expectEqual(await model.predict(points, on(context)), model.labels, 'labels');
        }),
    },
    {
      name: 'labels are what predict gives, also where the fit did not converge',
      run: async (context) => {
        for (const metric of ['euclidean', 'cosine'] as const) {
          // Centred unlike column by column; float64 is centred on the host, float32 on the device.
          const { data, shape } = clouds(900, 6, 1, 1);
          const shifted = Float64Array.from(data, (value, at) => value + (at % 6) / 3);
          for (const points of [
            { data, shape },
            { data: shifted, shape },
          ]) {
            const options = { k: 12, metric, maxIter: 1 };
            const model = await fit(context, points, options);
            expectEqual(model.converged, false, 'converged');
            expectEqual(await model.predict(points, on(context)), model.labels, 'labels');
          }
        }
      },
    },
    {
      name: 'every row has its nearest centroid, or one as near but for rounding',
      run: (context) =>
        forAll(someClouds, async (points) => {
          const [n] = points.shape;
          const { labels, centroids } = await fit(context, points, { k: points.k });
          const least = objective(points, { centroids, labels: nearest(points, centroids) });
          const own = objective(points, { centroids, labels });
          expectThat(
            own <= least + 8 * ROUNDING * (least + spread(points)),
            `the labels of ${n} rows cost ${own}, the nearest centroids ${least}.`,
          );
        }),
    },
    {
      name: 'centroids are their own cluster, at distance 0',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.constantFrom(...SEEDINGS)), async ([points, init]) => {
          const { k } = points;
          const model = await fit(context, points, { k, init, nInit: 1 });
          const { centroids } = model;
          expectEqual(await model.predict(centroids, on(context)), upTo(k), 'labels of centroids');
          const { data, shape } = await model.transform(centroids, on(context));
          expectEqual([...shape], [k, k], 'shape');
          expectClose(
            upTo(k).map((c) => data[c * k + c]),
            new Float64Array(k),
            {
              absolute: 2 ** -20,
              because:
                'the centroids, below 8, were rounded to float32 (2^-22) in each of 9 columns or fewer',
              what: 'diagonal',
            },
          );
        }),
    },
    {
      name: 'centroids are the means of their rows',
      run: (context) =>
        forAll(someClouds, async (points) => {
          const {
            k,
            data,
            shape: [n, d],
          } = points;
          const { labels, centroids, counts, converged } = await fit(context, points, {
            k,
            tol: 0,
          });
          expectThat(converged, 'the fit did not converge.');
          const means = new Float64Array(k * d);
          for (let at = 0; at < n * d; at++) {
            const label = labels[Math.floor(at / d)];
            means[label * d + (at % d)] += data[at] / counts[label];
          }
          expectClose(centroids.data, means, {
            relative: 1e-6,
            absolute: 1e-6,
            because: 'the sum of at most 150 float32 differences below 8, and its rounding',
            what: 'centroids',
          });
        }),
    },
    {
      name: 'inertia is the objective of labels and centroids; score is minus that',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.boolean()), async ([points, weighted]) => {
          const weights = Float64Array.from({ length: points.shape[0] }, (_, i) => 0.3 + (i % 5));
          const sampleWeight = weighted ? { sampleWeight: weights } : {};
          const model = await fit(context, points, { k: points.k, ...sampleWeight });
          const expected = objective(points, model, weighted ? weights : undefined);
          const tolerance = {
            ...INERTIA,
            // k = n leaves rounding errors alone.
            absolute: 8 * ROUNDING ** 2 * spread(points),
          };
          expectClose(model.inertia, expected, tolerance);
          const score = await model.score(points, { ...on(context), ...sampleWeight });
          expectClose(score, -model.inertia, tolerance);
        }),
    },
    {
      name: 'counts are those of the labels and sum to n',
      run: (context) =>
        forAll(someClouds, async (points) => {
          const { counts, labels } = await fit(context, points, { k: points.k });
          const expected = new Uint32Array(points.k);
          for (const label of labels) expected[label]++;
          expectEqual(counts, expected, 'counts');
          expectEqual(labels.length, points.shape[0], 'rows');
        }),
    },
    {
      name: 'transform gives distances whose least is at the label',
      where: 'everywhere',
      run: (context) =>
        forAll(someClouds, async (points) => {
          const {
            k,
            data,
            shape: [n, d],
          } = points;
          const model = await fit(context, points, { k });
          const distances = await model.transform(points, on(context));
          expectEqual([...distances.shape], [n, k], 'shape');
          const c = model.centroids.data;
          const expected = Float64Array.from({ length: n * k }, (_, at) => {
            const [row, centroid] = [Math.floor(at / k) * d, (at % k) * d];
            let squares = 0;
            for (let j = 0; j < d; j++) squares += (data[row + j] - c[centroid + j]) ** 2;
            return Math.sqrt(squares);
          });
          expectClose(distances.data, expected, {
            relative: 1e-6,
            absolute: 1e-6,
            because: 'rows and centroids, below 8, are float32 differences from the mean',
            what: 'distances',
          });
          model.labels.forEach((label, i) => {
            const row = distances.data.subarray(i * k, (i + 1) * k);
            expectClose(row[label], Math.min(...row), {
              relative: 1e-5,
              absolute: 1e-5,
              because: 'predict compares |c|^2 / 2 - x.c, which rounds otherwise',
              what: `row ${i}`,
            });
          });
        }),
    },
    {
      name: 'predict and transform depend on neither the order nor the batch of rows',
      run: async (context) => {
        const points = clouds(1500, 7, 1, 3);
        for (const metric of ['euclidean', 'cosine'] as const) {
          const model = await fit(context, points, { k: 10, metric, maxIter: 5 });
          const distances = await model.transform(points, on(context));
          for (const order of [shuffled(1500, 4), Uint32Array.of(777), upTo(65), upTo(1025)]) {
            const some = pick(points, order);
            const labels = await model.predict(some, on(context));
            expectEqual(
              labels,
              order.map((i) => model.labels[i]),
              'labels',
            );
            const expected = pick({ data: distances.data, shape: [1500, 10] }, order);
            const transformed = await model.transform(some, on(context));
            expectSameBits(transformed.data, expected.data, 'distances');
          }
        }
      },
    },
    {
      name: 'JSON and back: equal, and predicts the same bits',
      run: async (context) => {
        const { KMeansModel } = context.library;
        const points = clouds(200, 5, 4, 5);
        const shifted = points.data.map((value) => value + 100);
        for (const metric of ['euclidean', 'cosine'] as const) {
          const model = await fit(context, { ...points, data: shifted }, { k: 4, metric });
          const back = KMeansModel.fromJSON(JSON.parse(JSON.stringify(model)));
          expectEqual(outcome(back), outcome(model), 'model');
          expectEqual([back.k, back.metric, back.engine], [4, metric, model.engine]);
          expectEqual(back.toJSON(), model.toJSON(), 'JSON');
          const some = head({ ...points, data: shifted }, 50);
          expectEqual(
            await back.predict(some, on(context)),
            await model.predict(some, on(context)),
            'labels',
          );
          const distances = await model.transform(some, on(context));
          expectSameBits(
            (await back.transform(some, on(context))).data,
            distances.data,
            'distances',
          );
        }
      },
    },
  ],
};
