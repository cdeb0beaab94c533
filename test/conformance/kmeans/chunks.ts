/** Data in chunks, because the device's limits are small, give what resident data give. */
import type { KMeansOptions, Runtime, RuntimeLimits } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { clouds, fit, head, outcome, type Rows, SEEDINGS } from './support.js';

/**
 * 2,500 rows of 13 columns take 4 vec4s each: 1,024 rows a chunk, and 452 in the last. In one
 * dimension are 16 workgroups, so that most dispatches are folded.
 */
const points = clouds(2500, 13, 1, 1);
const LIMITS: RuntimeLimits = {
  maxBufferSize: 100_000,
  maxStorageBufferBindingSize: 100_000,
  maxComputeWorkgroupsPerDimension: 16,
};

/** Kept for all cases, as compiling the kernels takes longer than they do. */
let shared: Promise<Runtime> | undefined;

function limitedRuntime({ library }: ConformanceContext): Promise<Runtime> {
  shared ??= library.createRuntime({ limits: LIMITS });
  return shared;
}

async function compare(
  context: ConformanceContext,
  rows: Rows,
  options: KMeansOptions,
): Promise<void> {
  const runtime = await limitedRuntime(context);
  const whole = await fit(context, rows, options);
  const chunked = await fit(context, rows, { ...options, runtime });
  expectEqual(outcome(chunked), outcome(whole), 'model');
  expectSameBits(chunked.centroids.data, whole.centroids.data, 'centroids');
  expectEqual(await whole.predict(rows, { runtime }), whole.labels, 'predict');
  const distances = await whole.transform(rows);
  expectSameBits((await whole.transform(rows, { runtime })).data, distances.data, 'transform');
  expectSameBits(await whole.score(rows, { runtime }), await whole.score(rows), 'score');
}

const weights = Float32Array.from({ length: 2500 }, (_, i) => (i % 7) / 4);

const seeded = (init: (typeof SEEDINGS)[number]): Case => ({
  name: `chunked equals resident, bit by bit: ${init}`,
  needsGpu: true,
  run: (context) => compare(context, points, { k: 12, init, nInit: 1, maxIter: 6 }),
});

export const kmeansChunks: Suite = {
  name: 'kmeans chunks',
  // The host cuts the rows; the kernels are those of whole data.
  where: 'each runtime',
  cases: [
    ...SEEDINGS.map(seeded),
    {
      name: 'with weights, and empty clusters to be relocated across chunks',
      needsGpu: true,
      run: async (context) => {
        const init = head(points, 9);
        init.data.fill(500, 4 * 13);
        const options = { k: 9, init, sampleWeight: weights, maxIter: 6 };
        await compare(context, points, options);
      },
    },
    {
      name: 'with the cosine metric',
      where: 'everywhere',
      needsGpu: true,
      run: (context) => compare(context, points, { k: 5, metric: 'cosine', maxIter: 4 }),
    },
    {
      name: 'of float64 numbers',
      needsGpu: true,
      run: async (context) => {
        const data = Float64Array.from(points.data, (value) => value + 1e5);
        const options = { k: 5, maxIter: 4, runtime: undefined };
        const whole = await fit(context, { ...points, data }, options);
        const runtime = await limitedRuntime(context);
        const chunked = await fit(context, { ...points, data }, { ...options, runtime });
        expectEqual(outcome(chunked), outcome(whole), 'model');
      },
    },
    {
      name: 'of rows held in less bytes than the lists of them take, and of many clusters',
      needsGpu: true,
      run: async (context) => {
        const limits = { maxBufferSize: 70_000, maxStorageBufferBindingSize: 70_000 };
        const runtime = await context.library.createRuntime({ limits });
        const rows = clouds(13_000, 4, 1, 5);
        const whole = { ...rows, data: rows.data.map((value) => Math.round(10 * value) & 255) };
        const options = { init: 'random', nInit: 1, maxIter: 1 } as const;
        const sets = [
          [whole, { k: 3, ...options }],
          [head(rows, 9000), { k: 150, storage: 'float16', ...options }],
        ] as const;
        for (const [some, given] of sets) {
          const chunked = await fit(context, some, { ...given, runtime });
          expectEqual(outcome(chunked), outcome(await fit(context, some, given)), 'model');
        }
        runtime.dispose();
      },
    },
    {
      name: 'sizes one below, at and one above a multiple of the chunk',
      needsGpu: true,
      run: async (context) => {
        for (const n of [1023, 1024, 1025, 2049]) {
          const options = { k: 6, init: 'k-means++', maxIter: 3 } as const;
          await compare(context, head(points, n), options);
        }
      },
    },
    {
      name: 'so many draws that their workgroups are folded',
      needsGpu: true,
      run: async (context) => {
        // 1,200 rows a round in workgroups of 64, 6,000 in all.
        const options = { k: 600, init: 'k-means||', maxIter: 1 } as const;
        const rows = clouds(800, 2, 1, 2);
        const limits = { maxComputeWorkgroupsPerDimension: 16 };
        const runtime = await context.library.createRuntime({ limits });
        const folded = await fit(context, rows, { ...options, runtime });
        runtime.dispose();
        expectEqual(outcome(folded), outcome(await fit(context, rows, options)), 'model');
      },
    },
    {
      name: 'data beyond the device in any chunking: what was asked, what there is, what to do',
      needsGpu: true,
      run: async (context) => {
        const { kmeans } = context.library;
        const runtime = await limitedRuntime(context);
        const wide = clouds(500, 80, 1, 3);
        const tooWide = () => kmeans(wide, { k: 3, runtime });
        // 1,024 rows of 80 columns take 327,680 bytes; 100,000 hold one block of 256.
        const pattern = { name: 'DeviceLimitError', code: 'device-limit' };
        const error = await expectThrows(tooWide, { ...pattern, message: /1024.*\b256\b/s });
        expectThat(/fewer columns|larger buffers/.test(error.message), error.message);
        const tooMany = () => kmeans(points, { k: 2000, runtime });
        const many = await expectThrows(tooMany, { ...pattern, message: /\b100000\b/ });
        expectThat(/fewer clusters/.test(many.message), many.message);
        await fit(context, head(points, 100), { k: 3, runtime });
      },
    },
  ],
};
