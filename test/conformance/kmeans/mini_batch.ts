/** K-means by mini-batches. */
import type { KMeansModel, MiniBatchKMeansModel, MiniBatchProgress } from '../../../src/index.js';
import {
  loadDataset,
  loadMiniBatch,
  MNIST_FILE,
  pickRows,
  startCentroids,
} from '../../golden/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { smallRuntime, streamed } from './stream_support.js';
import { blobs, clouds, head, objective, pick, spread } from './support.js';

/** The cases of mini_batch.json, by name: a suite must name its cases before any file is read. */
const GOLDEN = [
  'iris-3',
  'iris-8-weighted',
  'wine-3-three-rows',
  'digits-10',
  'digits-10-weighted',
  'mnist-16',
];

const golden = (name: string): Case => ({
  name: `partialFit as scikit-learn's: ${name}`,
  run: async ({ library, runtime, readFile }) => {
    const read = (file: string) => readFile(file === MNIST_FILE ? file : `golden/${file}`);
    const { cases } = await loadMiniBatch(read);
    expectEqual(
      cases.map((one) => one.name),
      GOLDEN,
      'cases',
    );
    const expected = cases.find((one) => one.name === name)!;
    const { rows: n, k, stride, size, steps, sampleWeight } = expected;
    const points = await loadDataset(read, expected.dataset, n);
    const start = startCentroids(expected.start, points);
    let model = library.MiniBatchKMeansModel.fromCentroids(
      { data: start.data, shape: [k, points.shape[1]] },
      { reassignmentRatio: 0 },
    );
    for (let step = 0; step < steps; step++) {
      const rows = Uint32Array.from({ length: size }, (_, i) => (stride * (step * size + i)) % n);
      const weights = sampleWeight && Array.from(rows, (row) => sampleWeight.data[row]);
      model = await model.partialFit(
        { data: pickRows(points, rows).data, shape: [size, points.shape[1]] },
        { runtime, ...(weights ? { sampleWeight: weights } : {}) },
      );
    }
    expectEqual(model.steps, steps, 'steps');
    expectClose(model.weightSums, expected.weightSums.data, {
      relative: 1e-6,
      because: 'weights are float32 of mean 1, added in float32',
      what: 'weightSums',
    });
    let largest = 0;
    for (const value of points.data) largest = Math.max(largest, value);
    expectClose(model.centroids.data, expected.centroids.data, {
      absolute: 1e-6 * largest,
      because: 'each step rounds the centroids, and sums of float32 residuals, to float32',
      what: 'centroids',
    });
  },
});

const points = clouds(4000, 6, 5, 3);
const outcome = ({ centroids, weightSums, steps, converged }: MiniBatchKMeansModel) => ({
  centroids: centroids.data,
  weightSums,
  steps,
  converged,
});

/** The objective of rows under a model. */
async function cost(
  { runtime }: ConformanceContext,
  model: MiniBatchKMeansModel | KMeansModel,
): Promise<number> {
  const labels = await model.predict(points, { runtime });
  return objective(points, { centroids: model.centroids, labels });
}

export const kmeansMiniBatch: Suite = {
  name: 'mini-batch kmeans',
  where: 'each runtime',
  cases: [
    ...GOLDEN.map(golden),
    {
      name: 'one batch of everything is one iteration of Lloyd',
      run: async ({ library, runtime }) => {
        const init = head(points, 5);
        const start = library.MiniBatchKMeansModel.fromCentroids(init);
        const before = start.centroids.data.slice();
        const online = await start.partialFit(points, { runtime });
        const lloyd = await library.kmeans(points, { k: 5, init, maxIter: 1, runtime });
        expectClose(online.centroids.data, lloyd.centroids.data, {
          absolute: 2e-6,
          because: 'the same means about shifts that differ, in float32',
        });
        expectEqual(start.steps, 0, 'steps of the model that was extended');
        expectSameBits(start.centroids.data, before, 'its centroids');
        expectClose(before, init.data, {
          absolute: 5e-7,
          because: 'float32 numbers below 5, less their mean and back',
        });
      },
    },
    {
      name: 'batches that come one after the other end in the mean of all rows',
      run: async ({ library, runtime }) => {
        let model = library.MiniBatchKMeansModel.fromCentroids(head(points, 1));
        for (let row = 0; row < 4000; row += 500) {
          const rows = Uint32Array.from({ length: 500 }, (_, i) => row + i);
          model = await model.partialFit(pick(points, rows), { runtime });
        }
        expectEqual(model.weightSums, Float64Array.of(4000), 'weight');
        const means = Float64Array.from({ length: 6 }, (_, j) => {
          let sum = 0;
          for (let i = 0; i < 4000; i++) sum += points.data[6 * i + j];
          return sum / 4000;
        });
        expectClose(model.centroids.data, means, {
          absolute: 1e-6,
          because: 'eight float32 means of values below 5',
        });
      },
    },
    {
      name: 'a stream is fitted as by a partialFit for each of its batches',
      run: async (context) => {
        const { library } = context;
        const runtime = await smallRuntime(context);
        const init = head(points, 7);
        const weights = Float32Array.from({ length: 4000 }, (_, i) => 1 + (i % 3));
        const options = { seed: 3, reassignmentRatio: 0.5 };
        const stream = streamed(points, [333]);
        const fitted = await library.miniBatchKMeans(stream, {
          ...options,
          k: 7,
          init,
          batchSize: 900,
          maxIter: 2,
          maxNoImprovement: 0,
          runtime,
        });
        let model = library.MiniBatchKMeansModel.fromCentroids(init, options);
        for (let pass = 0; pass < 2; pass++) {
          for (let row = 0; row < 4000; row += 900) {
            const count = Math.min(900, 4000 - row);
            const rows = pick(
              points,
              Uint32Array.from({ length: count }, (_, i) => row + i),
            );
            model = await model.partialFit(rows, { runtime });
          }
        }
        expectEqual(outcome(fitted), outcome(model), 'model');
        expectEqual(fitted.steps, 10, 'steps');
        expectEqual(stream.ended, stream.begun, 'passes ended');
        const weighted = { k: 7, sampleWeight: weights, batchSize: 900, runtime };
        const again = await library.miniBatchKMeans(streamed(points), weighted);
        expectThat((await cost(context, again)) < spread(points), 'no better than one centroid.');
      },
    },
    {
      name: 'finds what kmeans finds, nearly; the same seed the same',
      where: 'everywhere',
      run: async (context) => {
        const { library, runtime } = context;
        const separate = blobs(4000, 4, 6, 2);
        for (const given of [separate, streamed(separate, [512])]) {
          const options = { k: 6, batchSize: 256, seed: 5, runtime } as const;
          const model = await library.miniBatchKMeans(given, options);
          const again = await library.miniBatchKMeans(given, options);
          expectEqual(outcome(again), outcome(model), 'with the same seed');
          const full = await library.kmeans(separate, { k: 6, runtime });
          const score = -(await model.score(separate, { runtime }));
          expectThat(score < 1.05 * full.inertia, `${score} beside ${full.inertia}.`);
        }
        for (const init of ['random', 'k-means||'] as const) {
          const model = await library.miniBatchKMeans(points, { k: 5, init, runtime });
          expectThat((await cost(context, model)) < 0.5 * spread(points), init);
        }
      },
    },
    {
      name: 'with the cosine metric all centroids have length 1',
      run: async ({ library, runtime }) => {
        const options = { k: 5, metric: 'cosine', batchSize: 300, maxIter: 2, runtime } as const;
        const { centroids } = await library.miniBatchKMeans(points, options);
        const lengths = Float64Array.from({ length: 5 }, (_, c) =>
          Math.hypot(...centroids.data.subarray(6 * c, 6 * (c + 1))),
        );
        expectClose(lengths, new Float64Array(5).fill(1), {
          absolute: 1e-6,
          because: 'scaled in float64, then rounded to float32',
        });
      },
    },
    {
      name: 'centroids that no row is nearest to are put on rows of the batch',
      run: async ({ library, runtime }) => {
        const init = head(points, 6);
        init.data.fill(900, 6 * 4);
        const rows = head(points, 1000);
        const start = library.MiniBatchKMeansModel;
        const moved = await start.fromCentroids(init, { seed: 1 }).partialFit(rows, { runtime });
        const left = await start
          .fromCentroids(init, { reassignmentRatio: 0 })
          .partialFit(rows, { runtime });
        const lost = (model: MiniBatchKMeansModel) =>
          [...model.centroids.data].filter((value) => value > 800).length;
        expectEqual(lost(moved), 0, 'columns of centroids left far off');
        expectEqual(lost(left), 12, 'columns left where nothing is reassigned');
        expectEqual([...left.weightSums.subarray(4)], [0, 0], 'their weight');
      },
    },
    {
      name: 'rows of no weight have no say, whole batches of them included',
      run: async ({ library, runtime }) => {
        const sampleWeight = Float32Array.from({ length: 4000 }, (_, i) => (i < 2000 ? 2 : 0));
        const far = {
          data: points.data.map((x, at) => (at < 12_000 ? x : 1e4)),
          shape: points.shape,
        };
        const model = await library.miniBatchKMeans(streamed(far), {
          k: 4,
          batchSize: 500,
          maxIter: 1,
          maxNoImprovement: 0,
          sampleWeight,
          runtime,
        });
        expectEqual(model.steps, 8, 'steps');
        expectThat(
          model.centroids.data.every((value) => Math.abs(value) < 100),
          'a centroid lies among the rows of no weight.',
        );
        const total = model.weightSums.reduce((sum, weight) => sum + weight, 0);
        expectThat(total >= 4000, `${total} of weight was taken in.`);
      },
    },
    {
      name: 'tol and maxNoImprovement end the fit; onIteration is told each step',
      run: async ({ library, runtime }) => {
        const told: MiniBatchProgress[] = [];
        const options = { k: 5, batchSize: 200, runtime, maxNoImprovement: 0 };
        const full = await library.miniBatchKMeans(points, {
          ...options,
          maxIter: 2,
          onIteration: (progress) => told.push(progress),
        });
        expectEqual(
          { steps: full.steps, converged: full.converged },
          { steps: 40, converged: false },
        );
        expectEqual(
          told.map(({ step, steps }) => [step, steps]),
          Array.from({ length: 40 }, (_, i) => [i + 1, 40]),
        );
        expectThat(told[39].cost < told[0].cost, 'the cost did not fall.');
        const loose = await library.miniBatchKMeans(points, { ...options, tol: 1e3 });
        expectEqual(
          { steps: loose.steps, converged: loose.converged },
          { steps: 2, converged: true },
        );
        const patient = await library.miniBatchKMeans(points, { ...options, maxNoImprovement: 3 });
        expectThat(patient.converged && patient.steps < 2000, `${patient.steps} steps.`);
      },
    },
    {
      name: 'JSON there and back, then on as if nothing had been',
      run: async ({ library, runtime }) => {
        const { MiniBatchKMeansModel } = library;
        const options = { k: 4, maxIter: 1, batchSize: 700, seed: 9, runtime };
        const model = await library.miniBatchKMeans(points, options);
        const text = JSON.stringify(model);
        const back = MiniBatchKMeansModel.fromJSON(JSON.parse(text));
        expectEqual(JSON.stringify(back), text, 'JSON');
        const [a, b] = [
          await model.partialFit(head(points, 50), { runtime }),
          await back.partialFit(head(points, 50), { runtime }),
        ];
        expectEqual(outcome(a), outcome(b), 'after another batch');
        const json = JSON.parse(text) as Record<string, unknown>;
        for (const [part, wrong] of [
          ['weightSums', [1, 2, 3]],
          ['weightSums', [1, 2, 3, -4]],
          ['seed', 1.5],
          ['reassignmentRatio', 2],
          ['format', 'webgpu-clustering/kmeans'],
          ['metric', 'manhattan'],
          ['centred', undefined],
        ] as const) {
          await expectThrows(() => MiniBatchKMeansModel.fromJSON({ ...json, [part]: wrong }), {
            name: 'InvalidArgumentError',
            message: new RegExp(`'${part}'`),
          });
        }
      },
    },
    {
      name: 'bad input',
      run: async ({ library, runtime }) => {
        const { miniBatchKMeans, MiniBatchKMeansModel } = library;
        const model = MiniBatchKMeansModel.fromCentroids(head(points, 3));
        const narrow = clouds(10, 5, 1, 1);
        const nan = head(points, 9);
        nan.data[6 * 7 + 1] = Number.NaN;
        const invalid = (argument: RegExp) => ({ name: 'InvalidArgumentError', message: argument });
        const cases = [
          [() => miniBatchKMeans(points, {} as never), invalid(/k is missing/)],
          [() => miniBatchKMeans(head(points, 3), { k: 4, runtime }), invalid(/only 3 rows/)],
          [() => miniBatchKMeans(points, { k: 2, batchSize: 0 }), invalid(/batchSize is 0/)],
          [() => miniBatchKMeans(points, { k: 9, initSize: 8, runtime }), invalid(/initSize is 8/)],
          [() => miniBatchKMeans(points, { k: 2, reassignmentRatio: 2 }), invalid(/from 0 to 1/)],
          [() => miniBatchKMeans(nan, { k: 2, runtime }), { name: 'NonFiniteError' }],
          [() => model.partialFit(narrow, { runtime }), { name: 'ShapeError' }],
          [
            () => miniBatchKMeans(points, { k: 3, init: head(narrow, 3), runtime }),
            { name: 'ShapeError', message: /init has 5 columns, but 6 are needed/ },
          ],
          [() => model.partialFit(nan, { runtime }), { message: /batch.*row 7, column 1/ }],
          [() => model.partialFit(points, { sampleWeight: [1] }), invalid(/4000 rows/)],
          [() => MiniBatchKMeansModel.fromCentroids([]), { name: 'ShapeError' }],
          [
            () => miniBatchKMeans({ buffer: {}, shape: [9, 9] } as never, { k: 2 }),
            invalid(/on the device/),
          ],
        ] as const;
        for (const [action, pattern] of cases) await expectThrows(action, pattern);
      },
    },
  ],
};
