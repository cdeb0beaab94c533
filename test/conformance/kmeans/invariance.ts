/** What may be done to the data without changing how they cluster. */
import fc from 'fast-check';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits } from '../expect.js';
import {
  blobs,
  clouds,
  expectSameClustering,
  fit,
  forAll,
  head,
  INERTIA,
  outcome,
  pick,
  type Rows,
  SEEDINGS,
  shuffled,
  someClouds,
} from './support.js';

const CENTROIDS = {
  relative: 1e-5,
  absolute: 1e-6,
  because: 'sums of float32 differences below 8, taken in another order',
  what: 'centroids',
} as const;

/** The rows with further columns, each of one value. */
function withColumns({ data, shape: [n, d] }: Rows, ...values: readonly number[]): Rows {
  const wide = new Float32Array(n * (d + values.length));
  for (let i = 0; i < n; i++) {
    wide.set(data.subarray(i * d, (i + 1) * d), i * (d + values.length));
    wide.set(values, i * (d + values.length) + d);
  }
  return { data: wide, shape: [n, d + values.length] };
}

export const kmeansInvariance: Suite = {
  name: 'kmeans invariance',
  where: 'each runtime',
  cases: [
    {
      name: 'the order of rows',
      where: 'everywhere',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.nat(100)), async ([points, seed]) => {
          const { k } = points;
          const options = { k, init: head(points, k), tol: 0 };
          const order = shuffled(points.shape[0], seed);
          const model = await fit(context, points, options);
          const moved = await fit(context, pick(points, order), options);
          expectEqual(
            moved.labels,
            order.map((i) => model.labels[i]),
            'labels',
          );
          expectClose(moved.centroids.data, model.centroids.data, CENTROIDS);
          expectClose(moved.inertia, model.inertia, { ...INERTIA, absolute: 1e-10 });
          expectEqual(moved.iterations, model.iterations, 'iterations');
        }),
    },
    {
      name: 'the order of columns',
      run: async (context) => {
        const points = clouds(400, 6, 1, 1);
        const turned = (rows: Rows) => ({
          ...rows,
          data: rows.data.map((_, at, data) => data[at - (at % 6) + 5 - (at % 6)]),
        });
        const start = head(points, 5);
        const model = await fit(context, points, { k: 5, init: start });
        const moved = await fit(context, turned(points), { k: 5, init: turned(start) });
        expectEqual(moved.labels, model.labels, 'labels');
        expectClose(
          turned({ ...points, data: moved.centroids.data }).data,
          model.centroids.data,
          CENTROIDS,
        );
      },
    },
    {
      name: 'the names of clusters',
      run: async (context) => {
        const points = clouds(400, 3, 1, 2);
        const start = head(points, 7);
        const order = shuffled(7, 3);
        const model = await fit(context, points, { k: 7, init: start, tol: 0 });
        const renamed = await fit(context, points, { k: 7, init: pick(start, order), tol: 0 });
        expectEqual(
          renamed.labels.map((label) => order[label]),
          model.labels,
          'labels',
        );
        expectSameClustering(renamed.labels, model.labels);
        expectSameBits(
          renamed.centroids.data,
          pick({ data: model.centroids.data, shape: [7, 3] }, order).data,
          'centroids',
        );
      },
    },
    {
      name: 'translation by 10,000 of float32 numbers',
      run: async (context) => {
        for (const init of SEEDINGS) {
          const points = blobs(600, 5, 8, 4);
          // Multiples of 2^-6, so that float32 holds the sums exactly and the problems are the same.
          const data = points.data.map((value) => Math.round(64 * value) / 64);
          const far = data.map((value) => value + 1e4);
          const options = { k: 8, init, nInit: init === 'random' ? 10 : 1, seed: 1 };
          const model = await fit(context, { ...points, data }, options);
          const moved = await fit(context, { ...points, data: far }, options);
          expectSameClustering(moved.labels, model.labels);
          expectClose(moved.inertia, model.inertia, INERTIA);
          expectClose(
            moved.centroids.data.map((value) => value - 1e4),
            model.centroids.data,
            {
              absolute: 2 ** -10,
              because: 'centroids are given as float32, whose spacing is 2^-10 at 10,000',
              what: 'centroids',
            },
          );
        }
      },
    },
    {
      name: 'translation by 10,000 of clouds that overlap, with all their digits in float64',
      run: (context) =>
        forAll(someClouds, async (points) => {
          const { k, shape } = points;
          const options = { k, tol: 0 };
          const init = head(points, k);
          const far = (rows: Rows) => ({
            ...rows,
            data: Float64Array.from(rows.data, (value) => value + 1e4),
          });
          const model = await fit(context, points, { ...options, init });
          const moved = await fit(context, far(points), { ...options, init: far(init) });
          expectEqual(moved.labels, model.labels, 'labels');
          expectClose(moved.inertia, model.inertia, { ...INERTIA, absolute: 1e-10 });
          expectEqual(moved.labels.length, shape[0], 'rows');
        }),
    },
    {
      name: 'translation by 10^9 of float64 numbers, in fit, predict, transform and score',
      run: async (context) => {
        const points = clouds(500, 4, 5, 8);
        const far = { ...points, data: Float64Array.from(points.data, (value) => value + 1e9) };
        const model = await fit(context, points, { k: 5, init: head(points, 5) });
        const init = { data: far.data.slice(0, 20), shape: [5, 4] as const };
        const moved = await fit(context, far, { k: 5, init });
        const { runtime } = context;
        expectEqual(moved.labels, model.labels, 'labels');
        expectEqual(await moved.predict(far, { runtime }), model.labels, 'predict');
        const rounding = {
          relative: 1e-6,
          absolute: 1e-6,
          because: 'float64 numbers are 2^-23 apart at 10^9',
        };
        const distances = await model.transform(points, { runtime });
        const { data } = await moved.transform(far, { runtime });
        expectClose(data, distances.data, { ...rounding, what: 'transform' });
        expectClose(await moved.score(far, { runtime }), -model.inertia, INERTIA);
      },
    },
    {
      name: 'a column that is constant, zero or not',
      run: (context) =>
        forAll(
          fc.tuple(someClouds, fc.constantFrom([0], [0, 0, 0], [7.3], [-1e4, 0.1])),
          async ([points, columns]) => {
            const { k } = points;
            const start = head(points, k);
            const model = await fit(context, points, { k, init: start, tol: 0 });
            const wide = await fit(context, withColumns(points, ...columns), {
              k,
              init: withColumns(start, ...columns),
              tol: 0,
            });
            expectEqual(wide.labels, model.labels, 'labels');
            expectClose(wide.inertia, model.inertia, { ...INERTIA, absolute: 1e-10 });
          },
        ),
    },
    {
      name: 'the unit of measurement: powers of two change no bit',
      run: async (context) => {
        const points = clouds(700, 5, 6, 5);
        for (const init of SEEDINGS) {
          const options = { k: 6, init, nInit: 1, seed: 2 };
          const model = await fit(context, points, options);
          for (const power of [-40, 40]) {
            const data = points.data.map((value) => value * 2 ** power);
            const scaled = await fit(context, { ...points, data }, options);
            expectEqual(
              outcome(scaled),
              {
                ...outcome(model),
                centroids: model.centroids.data.map((value) => value * 2 ** power),
                inertia: model.inertia * 4 ** power,
                history: model.history.map((value) => value * 4 ** power),
              },
              `${init}, times 2^${power}`,
            );
          }
        }
      },
    },
    {
      name: 'the form in which a matrix comes',
      run: async (context) => {
        // Whole numbers, which every form holds exactly.
        const { data, shape } = blobs(200, 3, 4, 6);
        const [n, d] = shape;
        const whole = data.map((value) => Math.round(value) + 3);
        const rows = Array.from({ length: n }, (_, i) => whole.slice(i * d, (i + 1) * d));
        const init = { data: whole.slice(0, 12), shape: [4, 3] as const };
        const expected = await fit(context, { data: whole, shape }, { k: 4, init });
        const forms = [
          { data: Float64Array.from(whole), shape },
          { data: Uint8Array.from(whole), shape },
          { data: Int32Array.from(whole), shape },
          { data: [...whole], shape },
          rows,
          rows.map((row) => [...row]),
          rows.map((row) => Int16Array.from(row)),
        ];
        for (const form of forms) {
          const model = await fit(context, form, { k: 4, init });
          expectEqual(model.labels, expected.labels, 'labels');
          expectClose(model.centroids.data, expected.centroids.data, CENTROIDS);
          expectEqual(
            await model.predict({ data: whole, shape }, { runtime: context.runtime }),
            model.labels,
          );
        }
      },
    },
  ],
};
