/** K-means as a factorization. */
import { loadTransforms } from '../../golden/index.js';
import type { Case } from '../case.js';
import { expectClose, expectEqual, expectThrows } from '../expect.js';

const golden: Case = {
  where: 'each runtime',
  name: 'H, the projection and the objective of whole matrices, which is the inertia',
  run: async ({ library, runtime, readFile }) => {
    const { factorization } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { data, shape } = factorization.points;
    const [n, d] = shape;
    const points = { data, shape };
    const init = { data: data.subarray(0, 5 * d), shape: [5, d] };
    const model = await library.kmeans(points, { k: 5, init, tol: 0, runtime });
    const { H, projection, objective } = await library.kmeansFactorization(model, points, {
      runtime,
    });
    const { labels } = factorization;
    expectEqual(library.adjustedRandIndex(labels.data, model.labels), 1, 'labels');
    for (const other of [model.inertia, factorization.objective]) {
      expectClose(objective, other, { relative: 1e-6, because: 'of one value, rows are float32' });
    }
    const owner = new Uint32Array(n);
    H.indices.forEach((row, e) => {
      owner[row] = H.indptr.findIndex((start) => start > e) - 1;
    });
    expectEqual([...owner], [...model.labels], 'H');
    const column = Float64Array.from({ length: n }, (_, i) => data[i * d]);
    const [once] = await projection.times([column]);
    const exact = { absolute: 1e-12, because: 'float64' };
    expectClose(once, factorization.firstColumn.data, exact);
    expectClose((await projection.times([once]))[0], once, exact);
    const steps = [
      { alpha: 2, beta: 1, gamma: 0 },
      { alpha: 1, beta: 0, gamma: -1 },
    ];
    // With y = 2 P x + x next: P y - x = 3 P x - x.
    const recurred = once.map((value, i) => 3 * value - column[i]);
    expectClose((await projection.recur([column], steps))[0], recurred, exact);
  },
};

const refused: Case = {
  where: 'once',
  name: 'other rows, other models and spherical K-means are refused',
  run: async ({ library }) => {
    const points = [[0], [1], [10], [11]];
    const given = { k: 2, init: [[0], [10]], runtime: 'cpu' } as const;
    const model = await library.kmeans(points, given);
    const cosine = await library.kmeans(
      [
        [0, 1],
        [1, 0],
      ],
      { k: 2, metric: 'cosine', runtime: 'cpu' },
    );
    for (const [of, rows, message] of [
      [model, points.slice(1), /points has 3 rows, but model was fitted to 4/],
      [model, [[0], [1], [10], [2]], /row 3 of points is nearest to centroid 0/],
      [
        cosine,
        [
          [0, 1],
          [1, 0],
        ],
        /metric is 'cosine'/,
      ],
      [{}, points, /not a KMeansModel/],
    ] as const) {
      const work = () => library.kmeansFactorization(of as typeof model, rows, { runtime: 'cpu' });
      await expectThrows(work, { name: 'InvalidArgumentError', message });
    }
  },
};

export const factorizationCases: readonly Case[] = [golden, refused];
