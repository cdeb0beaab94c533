/** Online k-means. */
import type { OnlineKMeansModel, OnlineProgress } from '../../../src/index.js';
import { loadDataset, loadOnline, type OnlineCase } from '../../golden/index.js';
import { type Case, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { smallRuntime, streamed } from '../kmeans/stream_support.js';
import { clouds, head, pick, shuffled } from '../kmeans/support.js';

/** The cases of online.json, by name: a suite must name its cases before any file is read. */
const GOLDEN = [
  'iris-3-running-means',
  'iris-5-counted-from-2',
  'wine-4-weighted-means',
  'faithful-2-constant',
  'faithful-2-weighted-constant',
  'digits-10-schedule',
];

const rateOf = (eta: OnlineCase['eta']) =>
  typeof eta === 'object' ? (t: number) => (t + 1) ** -eta.power : eta;

const golden = (name: string): Case => ({
  name: `row by row as numpy's loop: ${name}`,
  run: async ({ library, runtime, readFile }) => {
    const read = (file: string) => readFile(`golden/${file}`);
    const { cases } = await loadOnline(read);
    expectEqual(
      cases.map((one) => one.name),
      GOLDEN,
      'cases',
    );
    const expected = cases.find((one) => one.name === name)!;
    const points = await loadDataset(read, expected.dataset);
    const { k, passes, initialCounts, sampleWeight } = expected;
    const { centroids, counts, steps } = await library.onlineKMeans(
      { data: points.data, shape: points.shape },
      {
        k,
        init: { data: expected.start.data, shape: [k, points.shape[1]] },
        eta: rateOf(expected.eta),
        passes,
        initialCounts,
        runtime,
        ...(sampleWeight ? { sampleWeight: sampleWeight.data } : {}),
      },
    );
    expectEqual(steps, passes * points.shape[0], 'steps');
    expectEqual(counts, Float64Array.from(expected.counts.data), 'counts');
    let largest = 0;
    for (const value of points.data) largest = Math.max(largest, Math.abs(value));
    expectClose(centroids.data, expected.centroids.data, {
      absolute: 4e-7 * largest,
      because: 'rows, rates and moves are float32, what moves lose is carried along',
      what: 'centroids',
    });
  },
});

const points = clouds(700, 5, 4, 3);
const outcome = ({ centroids, counts, steps }: OnlineKMeansModel) => ({
  centroids: centroids.data,
  counts,
  steps,
});

export const onlineKMeansSuite: Suite = {
  name: 'online kmeans',
  where: 'each runtime',
  cases: [
    ...firstEverywhere(GOLDEN.map(golden)),
    {
      name: "'1/count' from 0: the start is forgotten, each centroid is the mean of its rows",
      run: async ({ library, runtime }) => {
        const far = { data: points.data.map((x) => x + 1000), shape: points.shape };
        const one = await library.onlineKMeans(far, { k: 1, init: [[0, 0, 0, 0, 0]], runtime });
        const means = Float64Array.from({ length: 5 }, (_, j) => {
          let sum = 0;
          for (let i = 0; i < 700; i++) sum += far.data[5 * i + j];
          return sum / 700;
        });
        expectClose(one.centroids.data, means, {
          relative: 2e-7,
          because: 'a mean about 1000, rounded to float32',
        });
        expectEqual(one.counts, Float64Array.of(700), 'count');
      },
    },
    {
      name: 'in parts, by stream, shuffled and in passes: as by partialFit in that order',
      run: async (context) => {
        const { library } = context;
        const runtime = await smallRuntime(context);
        const init = head(points, 4);
        const learning = { eta: (t: number) => 1 / (1 + t / 50), initialCounts: [0, 1, 2, 3] };
        const whole = await library.onlineKMeans(points, { k: 4, init, ...learning, runtime });
        const stream = streamed(points, [33, 100]);
        const streamedIn = await library.onlineKMeans(stream, { k: 4, init, ...learning, runtime });
        expectEqual(outcome(streamedIn), outcome(whole), 'of a stream');
        expectEqual(stream.ended, stream.begun, 'passes ended');
        const start = library.OnlineKMeansModel.fromCentroids(init, learning);
        const firstPart = await start.partialFit(head(points, 300), { runtime });
        const rest = Uint32Array.from({ length: 400 }, (_, i) => 300 + i);
        const parts = await firstPart.partialFit(pick(points, rest), { runtime });
        expectClose(parts.centroids.data, whole.centroids.data, {
          absolute: 1e-6,
          because: 'between two parts centroids are rounded to float32',
        });
        expectEqual([parts.counts, parts.steps], [whole.counts, 700], 'of parts');
        expectEqual(outcome(start).steps, 0, 'steps of the model that was extended');
        // The order of shuffled rows is the library's own: the same as what it gives of them in order.
        const options = { k: 4, init, passes: 2, shuffle: true, seed: 8, runtime } as const;
        const mixed = await library.onlineKMeans(points, options);
        expectEqual(outcome(await library.onlineKMeans(points, options)), outcome(mixed), 'again');
        expectEqual(mixed.steps, 1400, 'steps');
        const others = await library.onlineKMeans(points, { ...options, seed: 9 });
        expectThat(
          others.centroids.data.some((value, at) => value !== mixed.centroids.data[at]),
          'another seed gave the same order.',
        );
      },
    },
    {
      name: 'weights are copies',
      run: async ({ library, runtime }) => {
        const few = head(points, 90);
        const times = Array.from({ length: 90 }, (_, i) => i % 3);
        const copies = times.flatMap((count, i) => new Array<number>(count).fill(i));
        for (const eta of ['1/count', 0.3] as const) {
          const options = { k: 3, init: head(points, 3), eta, runtime };
          const weighted = await library.onlineKMeans(few, { ...options, sampleWeight: times });
          const repeated = await library.onlineKMeans(pick(few, copies), options);
          expectClose(weighted.centroids.data, repeated.centroids.data, {
            absolute: 2e-6,
            because: 'one move in float32 in the place of two',
          });
          expectClose(weighted.counts, repeated.counts, {
            relative: 1e-12,
            because: 'whole numbers',
          });
        }
      },
    },
    {
      name: 'batchSize: winners of the start of each batch, then row after row',
      where: 'everywhere',
      run: async ({ library, runtime }) => {
        const init = head(points, 4);
        for (const eta of ['1/count', 0.1] as const) {
          const told: OnlineProgress[] = [];
          const model = await library.onlineKMeans(points, {
            ...{ k: 4, init, eta, batchSize: 256, passes: 2, runtime },
            onIteration: (progress) => told.push(progress),
          });
          const expected = inBatches(points.data, 5, Float64Array.from(init.data), eta, 256, 2);
          expectClose(model.centroids.data, expected.centroids, {
            absolute: 1e-6,
            because: 'between two batches centroids are rounded to float32',
          });
          expectEqual(model.counts, expected.counts, 'counts');
          expectEqual(
            told.map(({ pass, passes, step }) => [pass, passes, step]),
            [256, 512, 700, 956, 1212, 1400].map((step, i) => [i < 3 ? 1 : 2, 2, step]),
          );
          expectThat(told[3].cost < told[0].cost, 'the cost did not fall.');
        }
      },
    },
    {
      name: 'seeded starts; predict, transform and score are those of the centroids',
      run: async ({ library, runtime }) => {
        const order = pick(points, shuffled(700, 1));
        for (const init of ['k-means++', 'random', 'k-means||'] as const) {
          const model = await library.onlineKMeans(order, { k: 4, init, seed: 2, runtime });
          const labels = await model.predict(order, { runtime });
          const distances = await model.transform(order, { runtime });
          const energies = await model.energy(order, { runtime });
          labels.forEach((label, i) => {
            const row = distances.data.subarray(4 * i, 4 * i + 4);
            expectEqual(row.indexOf(Math.min(...row)), label, `label of row ${i}`);
          });
          const score = await model.score(order, { runtime });
          expectClose(
            energies.reduce((sum, energy) => sum + energy, 0),
            -score,
            { relative: 1e-6, because: 'float32 costs, added in another order' },
          );
        }
      },
    },
    {
      name: 'JSON there and back, then on as if nothing had been; but for a schedule',
      run: async ({ library, runtime }) => {
        const { OnlineKMeansModel } = library;
        const options = { k: 4, init: head(points, 4), batchSize: 100, runtime };
        const model = await library.onlineKMeans(points, options);
        const text = JSON.stringify(model);
        const back = OnlineKMeansModel.fromJSON(JSON.parse(text));
        expectEqual(JSON.stringify(back), text, 'JSON');
        const [a, b] = [
          await model.partialFit(head(points, 50), { runtime }),
          await back.partialFit(head(points, 50), { runtime }),
        ];
        expectEqual(outcome(a), outcome(b), 'after another batch');
        const scheduled = await library.onlineKMeans(points, { ...options, eta: () => 0.5 });
        const lost = OnlineKMeansModel.fromJSON(JSON.parse(JSON.stringify(scheduled)));
        expectSameBits(lost.centroids.data, scheduled.centroids.data, 'centroids');
        const none = { name: 'InvalidArgumentError', message: /give eta again/ };
        await expectThrows(() => lost.partialFit(head(points, 5), { runtime }), none);
        const on = await lost.partialFit(head(points, 5), { eta: () => 0.5, runtime });
        expectEqual(on.steps, 705, 'steps');
        const json = JSON.parse(text) as Record<string, unknown>;
        for (const [part, wrong] of [
          ['counts', [1, 2, 3]],
          ['counts', [1, 2, 3, -4]],
          ['steps', -1],
          ['eta', 2],
          ['eta', 'count'],
          ['batchSize', 0],
          ['centred', undefined],
        ] as const) {
          await expectThrows(() => OnlineKMeansModel.fromJSON({ ...json, [part]: wrong }), {
            name: 'InvalidArgumentError',
            message: new RegExp(`'${part}'`),
          });
        }
      },
    },
    {
      name: 'bad input',
      run: async ({ library, runtime }) => {
        const fit = (options: object) =>
          library.onlineKMeans(points, { k: 2, runtime, ...options });
        const model = library.OnlineKMeansModel.fromCentroids(head(points, 3));
        const nan = head(points, 9);
        nan.data[5 * 7 + 1] = Number.NaN;
        const invalid = (message: RegExp) => ({ name: 'InvalidArgumentError', message });
        const cases = [
          [() => fit({ k: undefined }), invalid(/k is missing/)],
          [() => library.onlineKMeans(head(points, 3), { k: 4, runtime }), invalid(/only 3 rows/)],
          [() => fit({ eta: 0 }), invalid(/eta is 0; it must be a number above 0/)],
          [() => fit({ eta: 1.5 }), invalid(/eta is 1.5/)],
          [() => fit({ eta: '1/n' }), invalid(/'1\/count'/)],
          [() => fit({ eta: (t: number) => 1 / t }), invalid(/eta\(0\) is Infinity.*from 0/)],
          [() => fit({ eta: (t: number) => 0.1 + t / 1e4 }), invalid(/eta\(1\).*never grow/)],
          [
            () => fit({ eta: (t: number) => 1 - t / 100 }),
            invalid(/eta\(100\) is 0, but must be above/),
          ],
          [() => fit({ eta: () => Number.NaN }), invalid(/eta\(0\) is NaN/)],
          [() => fit({ initialCounts: [1] }), invalid(/initialCounts has 1 entry/)],
          [() => fit({ initialCounts: [1, -2] }), invalid(/\[1\] is -2/)],
          [() => fit({ initialCounts: -1 }), invalid(/initialCounts is -1/)],
          [() => fit({ passes: 0 }), invalid(/passes is 0/)],
          [() => fit({ shuffle: 1 }), invalid(/shuffle is 1/)],
          [() => fit({ batchSize: 0.5 }), invalid(/batchSize is 0.5/)],
          [() => fit({ metric: 'cosine' }), invalid(/no option 'metric'/)],
          [() => fit({ init: [[1, 2]] }), { name: 'ShapeError' }],
          [
            () =>
              fit({
                init: [
                  [1, 2],
                  [3, 4],
                ],
              }),
            { name: 'ShapeError', message: /init has 2 columns/ },
          ],
          [() => fit({ k: 2 ** 31 }), invalid(/only 700 rows/)],
          [
            () => library.onlineKMeans(streamed(points), { k: 2, shuffle: true, runtime }),
            invalid(/shuffle/),
          ],
          [() => library.onlineKMeans(nan, { k: 2, runtime }), { name: 'NonFiniteError' }],
          [() => model.partialFit(nan, { runtime }), { message: /batch.*row 7, column 1/ }],
          [() => model.partialFit([[1, 2]], { runtime }), { name: 'ShapeError' }],
          [() => model.partialFit(points, { sampleWeight: [1] }), invalid(/700 rows/)],
        ] as const;
        for (const [action, pattern] of cases) await expectThrows(action, pattern);
      },
    },
    {
      name: 'rows on the device are learnt from where they lie',
      where: 'everywhere',
      needsGpu: true,
      run: async ({ library }) => {
        const runtime = await library.createRuntime();
        try {
          const { device } = runtime;
          const usage = 0x4 | 0x8; // COPY_SRC, COPY_DST
          const buffer = device.createBuffer({ size: points.data.byteLength, usage });
          device.queue.writeBuffer(buffer, 0, points.data);
          const init = head(points, 4);
          const there = { buffer, shape: points.shape };
          const model = await library.onlineKMeans(there, { k: 4, init, passes: 2, runtime });
          const expected = await library.onlineKMeans(points, { k: 4, init, passes: 2, runtime });
          expectEqual(outcome(model), outcome(expected));
          await expectThrows(
            () => library.onlineKMeans(there, { k: 4, init, batchSize: 9, runtime }),
            { name: 'InvalidArgumentError', message: /batchSize is 9.*on the device/ },
          );
        } finally {
          runtime.dispose();
        }
      },
    },
  ],
};

/** Online k-means by batches in float64: winners first, then the moves in order. */
function inBatches(
  x: Float32Array,
  d: number,
  centroids: Float64Array,
  eta: number | '1/count',
  size: number,
  passes: number,
): { readonly centroids: Float64Array; readonly counts: Float64Array } {
  const [n, k] = [x.length / d, centroids.length / d];
  const counts = new Float64Array(k);
  for (let batch = 0; batch < passes * Math.ceil(n / size); batch++) {
    const first = (batch % Math.ceil(n / size)) * size;
    const before = centroids.slice();
    for (let i = first; i < Math.min(n, first + size); i++) {
      let [best, winner] = [Number.POSITIVE_INFINITY, 0];
      for (let c = 0; c < k; c++) {
        let squared = 0;
        for (let j = 0; j < d; j++) squared += (x[i * d + j] - before[c * d + j]) ** 2;
        if (squared < best) [best, winner] = [squared, c];
      }
      const rate = eta === '1/count' ? 1 / ++counts[winner] : (counts[winner]++, eta);
      for (let j = 0; j < d; j++) {
        centroids[winner * d + j] += rate * (x[i * d + j] - centroids[winner * d + j]);
      }
    }
  }
  return { centroids, counts };
}
