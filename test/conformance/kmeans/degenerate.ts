/** The ends of the range: few rows, few columns, few distinct rows; many columns, many clusters. */
import fc from 'fast-check';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import {
  clouds,
  expectSameClustering,
  fit,
  forAll,
  head,
  INERTIA,
  nearest,
  objective,
  ROUNDING,
  type Rows,
  SEEDINGS,
  someClouds,
  spread,
} from './support.js';

/** Each row of `rows` `times` times, one copy of all after the other. */
function repeated({ data, shape: [n, d] }: Rows, times: number): Rows {
  const all = new Float32Array(times * n * d);
  for (let i = 0; i < times; i++) all.set(data, i * n * d);
  return { data: all, shape: [times * n, d] };
}

const isFinite = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);

export const kmeansDegenerate: Suite = {
  name: 'kmeans degenerate',
  where: 'each runtime',
  cases: [
    {
      name: 'fewer distinct rows than k: a warning, an answer, no NaN',
      where: 'everywhere',
      run: async (context) => {
        const few = fc.record({
          distinct: fc.integer({ min: 1, max: 5 }),
          more: fc.integer({ min: 1, max: 4 }),
          times: fc.integer({ min: 6, max: 40 }),
          d: fc.integer({ min: 1, max: 6 }),
          init: fc.constantFrom(...SEEDINGS),
        });
        await forAll(few, async ({ distinct, more, times, d, init }) => {
          const rows = clouds(distinct, d, distinct, times);
          const points = repeated(rows, times);
          // `fit` sees to the warning.
          const model = await fit(context, points, { k: distinct + more, init, nInit: 1 });
          const expected = Uint32Array.from(model.labels, (_, i) => i % distinct);
          expectSameClustering(model.labels, expected);
          expectThat(isFinite(model.centroids.data), `centroids: ${String(model.centroids.data)}`);
          expectClose(model.inertia, 0, {
            absolute: 8 * ROUNDING ** 2 * (1 + spread(points)),
            because: 'every row is a centroid, but for its rounding',
            what: 'inertia',
          });
          expectThat(model.converged && model.iterations < 10, `${model.iterations} iterations`);
        });
      },
    },
    {
      name: 'all rows equal',
      run: async (context) => {
        for (const value of [0, 1, -3.7e6, 1e-6]) {
          const points = { data: new Float32Array(120).fill(value), shape: [40, 3] as const };
          for (const init of SEEDINGS) {
            const model = await fit(context, points, { k: 3, init, nInit: 1 });
            expectEqual(model.labels, new Uint32Array(40), 'labels');
            expectEqual(model.counts, Uint32Array.of(40, 0, 0), 'counts');
            expectEqual(model.centroids.data, new Float32Array(9).fill(value), 'centroids');
            expectEqual([model.inertia, model.converged], [0, true], 'inertia, converged');
          }
        }
      },
    },
    {
      name: 'k = n: every row its own cluster',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.constantFrom(...SEEDINGS)), async ([points, init]) => {
          const n = Math.min(40, points.shape[0]);
          const rows = head(points, n);
          const model = await fit(context, rows, { k: n, init, nInit: 1 });
          expectEqual(new Set(model.labels).size, n, 'clusters');
          expectClose(model.inertia, 0, {
            absolute: 8 * ROUNDING ** 2 * spread(rows),
            because: 'every row is a centroid, but for its rounding',
            what: 'inertia',
          });
        }),
    },
    {
      name: 'k = 1: the mean, and n times the variance',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.constantFrom(...SEEDINGS)), async ([points, init]) => {
          const {
            data,
            shape: [n, d],
          } = points;
          const model = await fit(context, points, { k: 1, init, nInit: 1 });
          const mean = new Float64Array(d);
          for (let at = 0; at < n * d; at++) mean[at % d] += data[at] / n;
          expectEqual(model.labels, new Uint32Array(n), 'labels');
          expectClose(model.centroids.data, mean, {
            relative: 1e-6,
            absolute: 1e-6,
            because: 'at most 150 float32 numbers below 8 are summed',
            what: 'centroid',
          });
          expectClose(model.inertia, spread(points), INERTIA);
          expectThat(model.converged && model.iterations <= 2, `${model.iterations} iterations`);
        }),
    },
    {
      name: 'one row',
      run: async (context) => {
        for (const row of [[5], [1, -2, 3, 0, 7]]) {
          for (const init of SEEDINGS) {
            const model = await fit(context, [row], { k: 1, init });
            expectEqual(model.labels, Uint32Array.of(0), 'labels');
            expectEqual(model.centroids.data, Float32Array.from(row), 'centroid');
            expectEqual([model.inertia, model.converged], [0, true], 'inertia, converged');
            const { runtime } = context;
            const distances = await model.transform([row, row.map((x) => x + 1)], { runtime });
            expectClose(distances.data, [0, Math.sqrt(row.length)], {
              absolute: 1e-6,
              because: 'one float32 root',
            });
          }
        }
      },
    },
    {
      name: 'one column',
      run: async (context) => {
        const points = { data: Float32Array.of(1, 2, 10, 11, 12, 30, 3), shape: [7, 1] as const };
        const model = await fit(context, points, { k: 3, init: [[0], [10], [40]] });
        expectEqual(model.labels, Uint32Array.of(0, 0, 1, 1, 1, 2, 0), 'labels');
        expectClose(model.centroids.data, [2, 11, 30], {
          relative: 1e-6,
          because: 'the mean, 69 / 7, is rounded',
          what: 'centroids',
        });
        expectClose(model.inertia, 4, INERTIA);
      },
    },
    {
      name: 'empty clusters move to the farthest rows',
      where: 'everywhere',
      run: async (context) => {
        const points = [
          [0, 0],
          [0.5, 0],
          [0.5, 1],
          [1, 1],
        ];
        const model = await fit(context, points, {
          k: 2,
          init: [
            [0.5, 0.5],
            [3, 3],
          ],
        });
        // scikit-learn's test_kmeans_relocated_clusters: which cluster is which hangs on a tie.
        expectSameClustering(model.labels, Uint32Array.of(0, 0, 1, 1));
        expectEqual(model.inertia, 0.25, 'inertia');
        expectEqual(model.iterations, 3, 'iterations');
      },
    },
    {
      name: 'however many clusters start empty, all end with rows',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.integer({ min: 1, max: 7 })), async ([points, full]) => {
          const {
            k,
            shape: [, d],
          } = points;
          const init = head(points, k);
          // No row is nearest to any but the first few.
          init.data.fill(1e4, Math.min(full, k) * d);
          const model = await fit(context, points, { k, init });
          expectThat(
            model.counts.every((count) => count > 0),
            `counts: ${String(model.counts)}`,
          );
          expectThat(isFinite(model.centroids.data), 'a centroid is not finite.');
        }),
    },
    {
      name: '2,000 columns',
      run: async (context) => {
        const points = clouds(60, 2000, 3, 1);
        const model = await fit(context, points, { k: 3, init: head(points, 3) });
        expectEqual(
          model.labels,
          Uint32Array.from({ length: 60 }, (_, i) => i % 3),
          'labels',
        );
        expectEqual(model.labels, nearest(points, model.centroids), 'nearest');
        expectClose(model.inertia, objective(points, model), INERTIA);
      },
    },
    {
      name: '1,100 clusters',
      run: async (context) => {
        const points = clouds(1300, 3, 1, 2);
        const k = 1100;
        for (const init of ['random', 'k-means++'] as const) {
          const model = await fit(context, points, { k, init, nInit: 1, maxIter: 3 });
          expectThat(
            model.counts.every((count) => count > 0),
            'a cluster is empty.',
          );
          expectEqual(await model.predict(points, { runtime: context.runtime }), model.labels);
          expectClose(model.inertia, objective(points, model), INERTIA);
        }
      },
    },
    {
      name: 'k-means|| where the rows it draws are fewer than it wants',
      run: async (context) => {
        for (const [n, k] of [
          [5, 4],
          [50, 50],
          [60, 41],
        ]) {
          const points = clouds(n, 2, 1, n);
          const model = await fit(context, points, { k, init: 'k-means||' });
          expectThat(
            model.counts.every((count) => count > 0),
            `counts: ${String(model.counts)}`,
          );
        }
      },
    },
  ],
};
