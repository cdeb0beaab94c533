/** Restarts that go side by side find what each finds by itself, with fewer waits and passes. */
import fc from 'fast-check';
import type {
  KMeansModel,
  KMeansOptions,
  KMeansProgress,
  PointStream,
  Runtime,
} from '../../../src/index.js';
import { loadDataset } from '../../golden/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat } from '../expect.js';
import { smallRuntime, streamed } from './stream_support.js';
import { clouds, fit, forAll, head, outcome, type Rows, SEEDINGS, someClouds } from './support.js';

type Options = KMeansOptions & { readonly nInit: number };

/** The seed of a restart is that of the fit plus so much for each one before it. */
const SEED_STEP = 0x9e3779b9;

/** Restarts one at a time, each as a fit of its own. */
async function oneByOne(
  context: ConformanceContext,
  points: Rows,
  { nInit, seed = 0, ...options }: Options,
): Promise<readonly KMeansModel[]> {
  const models: KMeansModel[] = [];
  for (let restart = 0; restart < nInit; restart++) {
    const own = (seed + restart * SEED_STEP) % 2 ** 32;
    models.push(await fit(context, points, { ...options, nInit: 1, seed: own }));
  }
  return models;
}

/** The best of several; of equal ones the first. */
const bestOf = (models: readonly KMeansModel[]) =>
  models.reduce((best, model) => (model.inertia < best.inertia ? model : best));

/** The restarts of one fit, and the same ones one at a time: every objective, and the best one's all. */
async function compare(
  context: ConformanceContext,
  points: Rows,
  options: Options,
  source: Rows | PointStream = points,
): Promise<readonly KMeansProgress[]> {
  const told: KMeansProgress[] = [];
  const apart = await oneByOne(context, points, options);
  const runtime = source === points ? context.runtime : await smallRuntime(context);
  const together = await fit(context, source, {
    ...options,
    runtime,
    onIteration: (progress) => told.push(progress),
  });
  apart.forEach(({ history }, restart) => {
    const own = told.filter((progress) => progress.restart === restart);
    const inertias = Float64Array.from(own, ({ inertia }) => inertia);
    expectSameBits(inertias, history, `history of restart ${restart}`);
    const iterations = own.map(({ iteration }) => iteration);
    expectEqual(
      iterations,
      [...iterations.keys()].map((i) => i + 1),
      `restart ${restart}`,
    );
  });
  const best = bestOf(apart);
  expectEqual(outcome(together), outcome(best), 'the best restart');
  expectSameBits(together.centroids.data, best.centroids.data, 'centroids');
  return told;
}

/** Rows on a grid, so that starts coincide and clusters are empty. */
const coarse = ({ data, shape }: Rows, step: number): Rows => ({
  data: data.map((value) => step * Math.round(value / step)),
  shape,
});

const points = clouds(2500, 13, 4, 1);

const streamedToo = (init: (typeof SEEDINGS)[number]): Case => ({
  name: `streamed: ${init}`,
  run: async (context) => {
    await compare(context, points, { k: 8, init, nInit: 3, maxIter: 6 }, streamed(points));
  },
});

/** Waits of the host for the device, those under way at once counted as one; and submissions. */
function watch(runtime: Runtime): { waits: number; submissions: number } {
  const counts = { waits: 0, submissions: 0 };
  const { queue } = runtime.device;
  const submit = queue.submit.bind(queue);
  const finished = runtime.finished.bind(runtime);
  let waiting = 0;
  queue.submit = (buffers) => {
    // Firefox is nudged by submissions of nothing.
    if ([...buffers].length > 0) counts.submissions++;
    submit(buffers);
  };
  runtime.finished = async (promise) => {
    if (waiting++ === 0) counts.waits++;
    try {
      return await finished(promise);
    } finally {
      waiting--;
    }
  };
  return counts;
}

export const kmeansRestarts: Suite = {
  name: 'kmeans restarts',
  // The host keeps restarts apart.
  where: 'each runtime',
  cases: [
    {
      name: 'any small problem, by any algorithm, weighted and not',
      run: (context) =>
        forAll(
          fc.record({
            some: someClouds,
            init: fc.constantFrom(...SEEDINGS),
            algorithm: fc.constantFrom('auto', 'lloyd', 'bounded'),
            metric: fc.constantFrom('euclidean', 'cosine'),
            weighted: fc.boolean(),
            nInit: fc.integer({ min: 2, max: 5 }),
            maxIter: fc.integer({ min: 1, max: 20 }),
          }),
          async ({ some, metric, weighted, ...options }) => {
            if (metric === 'cosine' && some.shape[1] === 1) return;
            const sampleWeight = Float32Array.from(
              { length: some.shape[0] },
              (_, i) => 1 + (i % 3),
            );
            const { k } = some;
            const given = { ...options, k, metric, ...(weighted ? { sampleWeight } : {}) };
            await compare(context, some, given);
          },
          8,
        ),
    },
    {
      name: 'empty clusters are relocated in some of them while others go on',
      run: async (context) => {
        const some = coarse(clouds(400, 2, 3, 3), 1);
        await compare(context, some, { k: 12, init: 'random', nInit: 8, tol: 0, seed: 5 });
        const bounded = { algorithm: 'bounded' } as const;
        await compare(context, some, { k: 12, init: 'random', nInit: 4, tol: 0, ...bounded });
      },
    },
    {
      name: 'some end early, some at maxIter',
      where: 'everywhere',
      run: async (context) => {
        const some = clouds(600, 3, 5, 4);
        for (const maxIter of [1, 2, 3, 7]) {
          await compare(context, some, { k: 9, init: 'random', nInit: 6, maxIter, tol: 0 });
        }
      },
    },
    {
      name: 'many clusters, where bounds may pay',
      run: async (context) => {
        const some = clouds(700, 9, 70, 5);
        await compare(context, some, { k: 66, init: 'random', nInit: 3, maxIter: 25, tol: 0 });
      },
    },
    ...SEEDINGS.map(streamedToo),
    {
      name: 'streamed, with empty clusters to be relocated',
      run: async (context) => {
        const some = coarse(head(points, 1500), 4);
        const two = { data: some.data.slice(0, 6000), shape: [3000, 2] as const };
        const options = { k: 9, init: 'random', nInit: 3, maxIter: 8, tol: 0 } as const;
        await compare(context, two, options, streamed(two));
      },
    },
    {
      name: 'a stream is passed over once an iteration, however many restarts there are',
      needsGpu: true,
      run: async (context) => {
        const stream = streamed(points);
        const runtime = await smallRuntime(context);
        const told: KMeansProgress[] = [];
        await fit(context, stream, {
          k: 7,
          init: 'random',
          nInit: 3,
          maxIter: 5,
          runtime,
          onIteration: (progress) => told.push(progress),
        });
        const longest = Math.max(...told.map(({ iteration }) => iteration));
        // The kind of numbers, the means, the variance, the starts, and the labels of each.
        expectEqual(stream.begun, 5 + longest, 'passes');
        expectEqual(stream.ended, stream.begun, 'passes ended');
      },
    },
    {
      name: 'ten restarts on iris wait for the device about as often as the longest of them',
      needsGpu: true,
      run: async (context) => {
        const { data, shape } = await loadDataset(
          (name) => context.readFile(`golden/${name}`),
          'iris',
        );
        const iris = { data: Float32Array.from(data), shape };
        const runtime = await context.library.createRuntime({
          gpu: { requestAdapter: context.requestAdapter } as unknown as GPU,
        });
        try {
          const counts = watch(runtime);
          const told: KMeansProgress[] = [];
          const onIteration = (progress: KMeansProgress) => told.push(progress);
          const options = { k: 3, init: 'random', nInit: 10, runtime, onIteration } as const;
          await fit(context, iris, options);
          const longest = Math.max(...told.map(({ iteration }) => iteration));
          context.note(
            `${told.length} iterations of 10 restarts, at most ${longest} of one: ` +
              `${counts.submissions} submissions, ${counts.waits} waits`,
          );
          // The longest, the means, the variance, the starts, which is best, its results and labels:
          // longest + 6 where waits overlap; on a busy machine some come one after the other. One
          // restart at a time would wait for every iteration of each.
          expectThat(told.length > 4 * longest, 'the restarts are too few to tell.');
          expectThat(
            counts.waits <= 2 * longest,
            `${counts.waits} waits for ${longest} iterations`,
          );
        } finally {
          runtime.dispose();
        }
      },
    },
  ],
};
