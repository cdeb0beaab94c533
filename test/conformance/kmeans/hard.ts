/** Rows that float32 arithmetic is easily wrong on: close together and far apart, narrow cones, odd magnitudes. */
import type { Points } from '../../../src/index.js';
import { createRandom } from '../../../src/math/random.js';
import type { ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';
import { fit, head, objective, type Rows } from './support.js';

/** Rows about each of `centres` in turn, `spread` wide, with zeros up to `columns`. */
function about(
  centres: readonly (readonly number[])[],
  rows: number,
  spread: number,
  columns = centres[0].length,
): Rows {
  const random = createRandom(3);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    centres[i % centres.length].forEach((value, j) => {
      data[i * columns + j] = value + spread * (2 * random.next() - 1);
    });
  }
  return { data, shape: [rows, columns] };
}

/** Three places in each of two towns, in degrees: the places are some 100 m wide and 1 km apart. */
const TOWNS = [
  [48.85, 2.35],
  [48.86, 2.34],
  [48.84, 2.36],
  [-33.92, 18.42],
  [-33.93, 18.43],
  [-33.91, 18.41],
];
const places = (columns: number) => about(TOWNS, 240, 5e-4, columns);

/** Three clusters of directions within a thousandth of each other. */
const cone = about(
  [
    [3, 4, 5],
    [3.003, 4, 5],
    [3, 4.003, 5],
  ],
  150,
  3e-4,
);

/** In three clusters. */
const base = about(
  [
    [0, 0],
    [5, -4],
    [9, 3],
  ],
  90,
  1,
);

const times = (
  { data, shape }: Rows,
  factor: number,
  Type: typeof Float32Array | typeof Float64Array,
): Rows => ({ data: new Type(Array.from(data, (value) => value * factor)), shape });

/** Labels are what `transform` says, of every row. */
async function expectNearest(
  { runtime }: ConformanceContext,
  model: Awaited<ReturnType<typeof fit>>,
  points: Points,
): Promise<void> {
  const { data } = await model.transform(points, { runtime });
  const nearest = model.labels.map((_, i) => {
    const row = data.subarray(i * model.k, (i + 1) * model.k);
    return row.indexOf(Math.min(...row));
  });
  expectEqual(model.labels, nearest, 'labels, and the least of the distances');
}

const IN_FLOAT32 = {
  relative: 1e-6,
  because: 'costs are float32, added in short float32 runs, the runs in float64',
} as const;

export const kmeansHard: Suite = {
  name: 'kmeans of hard kinds',
  cases: [
    ...[2, 20].map((columns) => ({
      name: `clusters close together in groups far apart, of ${columns} columns`,
      run: async (context: ConformanceContext) => {
        const points = places(columns);
        for (const algorithm of ['lloyd', 'bounded'] as const) {
          const model = await fit(context, points, { k: 6, init: head(points, 6), algorithm });
          expectEqual(
            model.labels,
            model.labels.map((_, i) => i % 6),
            `${algorithm}: labels`,
          );
          await expectNearest(context, model, points);
          expectClose(model.inertia, objective(points, model), {
            relative: 1e-3,
            because: 'rows less their mean, of some 40 degrees, are rounded to float32',
            what: `${algorithm}: inertia`,
          });
        }
      },
    })),
    {
      name: 'mini-batches of them, and seeds from far too few of them',
      run: async (context) => {
        const points = places(2);
        const { library, runtime } = context;
        const options = { k: 6, init: head(points, 6), batchSize: 60, maxIter: 3, runtime };
        const model = await library.miniBatchKMeans(points, options);
        const labels = await model.predict(points, { runtime });
        expectEqual(
          labels,
          labels.map((_, i) => i % 6),
          'labels',
        );
        const seeded = await fit(context, points, { k: 6, nInit: 5 });
        expectEqual(seeded.counts, new Uint32Array(6).fill(40), 'counts from k-means++');
      },
    },
    {
      name: "'cosine' in a narrow cone",
      run: async (context) => {
        for (const points of [cone, times(cone, 1, Float32Array)]) {
          const options = { k: 3, init: head(points, 3), metric: 'cosine', tol: 0 } as const;
          const model = await fit(context, points, options);
          expectEqual(
            model.labels,
            model.labels.map((_, i) => i % 3),
            'labels',
          );
          await expectNearest(context, model, points);
          // 1 - cos from differences: in float64, too, cos itself is too near to 1.
          const [n, d] = points.shape;
          const unit = Float64Array.from(points.data, (value, at) => {
            const start = at - (at % d);
            return value / Math.hypot(...points.data.subarray(start, start + d));
          });
          const direct = objective({ data: unit, shape: [n, d] }, model) / 2;
          expectClose(model.inertia, direct, {
            relative: 1e-3,
            because:
              'directions less their mean come from rows that float32 holds to 1e-4 of the cone',
            what: 'inertia',
          });
          [...model.history, model.inertia].reduce((before, now) => {
            expectThat(now <= before * (1 + 1e-5), `the objective rose from ${before} to ${now}.`);
            return now;
          });
        }
      },
    },
    {
      name: "'cosine' of rows of any length",
      run: async (context) => {
        const options = { k: 3, init: head(cone, 3), metric: 'cosine' } as const;
        const { labels } = await fit(context, cone, options);
        for (const Type of [Float32Array, Float64Array]) {
          for (const factor of [2 ** 100, 2 ** -80]) {
            const model = await fit(context, times(cone, factor, Type), options);
            expectEqual(model.labels, labels, `labels of rows times ${factor}`);
          }
        }
      },
    },
    {
      name: 'numbers whose squares leave float32',
      where: 'everywhere',
      run: async (context) => {
        const { runtime } = context;
        const options = { k: 3, seed: 1 } as const;
        for (const Type of [Float32Array, Float64Array]) {
          const plain = times(base, 1, Type);
          const model = await fit(context, plain, options);
          for (const factor of [2 ** -93, 2 ** -40, 2 ** 60, 2 ** 110]) {
            const what = `rows times ${factor}`;
            const points = times(base, factor, Type);
            const scaled = await fit(context, points, options);
            expectEqual(scaled.labels, model.labels, `${what}: labels`);
            expectClose(scaled.inertia / factor ** 2, model.inertia, {
              ...IN_FLOAT32,
              what: `${what}: inertia`,
            });
            const { data } = await scaled.transform(points, { runtime });
            const distances = (await model.transform(plain, { runtime })).data;
            expectClose(
              data.map((distance) => distance / factor),
              distances,
              { relative: 1e-5, because: 'as above', what: `${what}: distances` },
            );
          }
        }
      },
    },
    {
      name: 'rows far from the magnitude of the centroids that they are compared with',
      run: async (context) => {
        const { runtime } = context;
        const model = await fit(context, times(base, 2 ** -60, Float32Array), { k: 3 });
        const far = [
          [1e20, 1],
          [0, 0],
        ];
        const { data } = await model.transform(far, { runtime });
        expectClose(data.subarray(0, 3), new Float32Array(3).fill(1e20), {
          relative: 1e-6,
          because: 'the centroids are as nothing beside it',
          what: 'distances',
        });
        expectThat(data.every(Number.isFinite), `distances: ${String(data)}`);
      },
    },
    {
      name: 'numbers that no scale helps are refused with the range',
      run: async (context) => {
        const { library, runtime } = context;
        const refused: readonly Points[] = [
          times(base, 1e36, Float32Array),
          times(base, 1e-35, Float32Array),
          times(base, 1e-50, Float64Array),
        ];
        for (const points of refused) {
          await expectThrows(() => library.kmeans(points, { k: 3, runtime }), {
            name: 'InvalidArgumentError',
            message: /points: the largest magnitude is .*from 7\.9e-31 to 1\.3e\+36/,
          });
        }
      },
    },
    {
      name: 'centroids in full where float32 would round them',
      run: async (context) => {
        const stamps = about([[1_700_000_000], [1_700_003_600]], 400, 30);
        const model = await fit(context, stamps, { k: 2, init: head(stamps, 2) });
        const { data } = model.centroids;
        expectThat(data instanceof Float64Array, 'time stamps: the centroids are not in float64.');
        expectClose(objective(stamps, model), model.inertia, {
          ...IN_FLOAT32,
          what: 'inertia from the centroids',
        });
        const again = context.library.KMeansModel.fromJSON(JSON.parse(JSON.stringify(model)));
        expectEqual(again.centroids.data, data, 'centroids from JSON');
        const plain = await fit(context, base, { k: 3 });
        expectThat(
          plain.centroids.data instanceof Float32Array,
          'plain rows: the centroids are not in float32.',
        );
      },
    },
    {
      name: 'the warning says why clusters own no rows, where that is known',
      run: async ({ library, runtime, takeWarnings }) => {
        const rows = [
          [1, 2],
          [3, 4],
          [1, 2],
          [3, 4],
        ];
        await library.kmeans(rows, { k: 3, runtime });
        expectEqual(
          takeWarnings(),
          [
            'kmeans: only 2 of 3 clusters own rows, as points has only 2 distinct rows; use k <= 2.',
          ],
          'warnings',
        );
      },
    },
  ],
};
