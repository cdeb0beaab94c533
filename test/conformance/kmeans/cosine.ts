/** Spherical k-means. */
import fc from 'fast-check';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import {
  clouds,
  type Clouds,
  fit,
  forAll,
  head,
  objective,
  SEEDINGS,
  someClouds,
} from './support.js';

/** Clouds of two columns or more: in one there are but two directions. */
const directions = someClouds.filter(({ shape: [, d] }) => d > 1);

const lengths = (data: Float32Array | Float64Array, d: number) =>
  Float64Array.from({ length: data.length / d }, (_, i) =>
    Math.hypot(...data.subarray(i * d, (i + 1) * d)),
  );

/** Rows scaled by a power of two each, which changes no bit of their directions. */
const stretched = ({ data, shape: [n, d] }: Clouds) => ({
  data: data.map((value, at) => value * 2 ** ((Math.floor(at / d) % 9) - 4)),
  shape: [n, d] as const,
});

const UNIT = {
  relative: 1e-6,
  because: 'scaled to length 1 in float32',
  what: 'lengths',
} as const;

const ONE_MINUS_COSINE = {
  relative: 1e-6,
  absolute: 1e-6,
  because: '1 - cos is half a squared distance of unit vectors in float32',
} as const;

export const kmeansCosine: Suite = {
  name: 'kmeans cosine',
  where: 'each runtime',
  cases: [
    {
      name: 'the lengths of rows change nothing',
      run: (context) =>
        forAll(directions, async (points) => {
          const { k } = points;
          const options = { k, init: head(points, k), metric: 'cosine' } as const;
          const model = await fit(context, points, options);
          const scaled = await fit(context, stretched(points), options);
          expectEqual(scaled.labels, model.labels, 'labels');
          expectClose(scaled.centroids.data, model.centroids.data, {
            absolute: 1e-6,
            because: 'a device may divide by a length with an error of 2.5 units in the last place',
            what: 'centroids',
          });
        }),
    },
    {
      name: 'centroids have length 1, the objective is the sum of 1 - cos and never rises',
      run: (context) =>
        forAll(fc.tuple(directions, fc.constantFrom(...SEEDINGS)), async ([points, init]) => {
          const {
            k,
            shape: [n, d],
          } = points;
          const model = await fit(context, points, { k, init, nInit: 1, metric: 'cosine' });
          expectClose(lengths(model.centroids.data, d), new Float64Array(k).fill(1), UNIT);
          const tolerance = { ...ONE_MINUS_COSINE, absolute: n * 1e-7, what: 'inertia' };
          expectClose(model.inertia, objective(points, model, undefined, 'cosine'), tolerance);
          [...model.history, model.inertia].reduce((before, now) => {
            expectThat(now <= before + n * 1e-7, `the objective rose from ${before} to ${now}.`);
            return now;
          });
        }),
    },
    {
      name: 'every row has the centroid of the largest cosine, which transform gives',
      where: 'everywhere',
      run: (context) =>
        forAll(directions, async (points) => {
          const {
            k,
            data,
            shape: [n, d],
          } = points;
          const model = await fit(context, points, { k, metric: 'cosine' });
          const c = model.centroids.data;
          const expected = Float64Array.from({ length: n * k }, (_, at) => {
            const row = data.subarray(Math.floor(at / k) * d, (Math.floor(at / k) + 1) * d);
            const dot = row.reduce((sum, value, j) => sum + value * c[(at % k) * d + j], 0);
            return 1 - dot / Math.hypot(...row);
          });
          const { data: distances } = await model.transform(points, { runtime: context.runtime });
          expectClose(distances, expected, { ...ONE_MINUS_COSINE, what: 'distances' });
          model.labels.forEach((label, i) => {
            const row = expected.subarray(i * k, (i + 1) * k);
            const least = Math.min(...row);
            expectThat(row[label] <= least + 1e-6, `row ${i}: ${row[label]} is not ${least}.`);
          });
        }),
    },
    {
      name: 'given centroids may have any length',
      run: async (context) => {
        const points = clouds(300, 4, 1, 1);
        const start = head(points, 5);
        const doubled = { ...start, data: start.data.map((value) => 8 * value) };
        const [model, other] = [
          await fit(context, points, { k: 5, init: start, metric: 'cosine' }),
          await fit(context, points, { k: 5, init: doubled, metric: 'cosine' }),
        ];
        expectEqual(other.labels, model.labels, 'labels');
        expectEqual(other.iterations, model.iterations, 'iterations');
      },
    },
    {
      name: 'opposite directions, which have no mean',
      run: async (context) => {
        const points = [
          [1, 0],
          [-1, 0],
          [2, 0],
          [-2, 0],
        ];
        const model = await fit(context, points, { k: 1, init: [[0, 1]], metric: 'cosine' });
        expectThat(
          model.centroids.data.every(Number.isFinite),
          `centroid: ${String(model.centroids.data)}`,
        );
        expectClose(lengths(model.centroids.data, 2), [1], UNIT);
        expectClose(model.inertia, 4, { ...ONE_MINUS_COSINE, what: 'inertia' });
      },
    },
  ],
};
