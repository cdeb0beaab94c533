/** Rows that come in blocks, pass after pass, give what resident rows give. */
import type { KMeansOptions, PointStream, Runtime } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat } from '../expect.js';
import { BUFFER_LIMIT, smallRuntime, streamed } from './stream_support.js';
import { clouds, fit, head, outcome, type Rows, SEEDINGS } from './support.js';

/** 2,500 rows of 13 columns: on the small device two chunks of 1,024 rows, and one of 452. */
const points = clouds(2500, 13, 1, 1);
const weights = Float32Array.from({ length: 2500 }, (_, i) => (i % 7) / 4);

async function compare(
  context: ConformanceContext,
  rows: Rows,
  stream: PointStream,
  options: KMeansOptions,
): Promise<void> {
  const runtime = await smallRuntime(context);
  const whole = await fit(context, rows, options);
  const passing = await fit(context, stream, { ...options, runtime });
  expectEqual(outcome(passing), outcome(whole), 'model');
  expectSameBits(passing.centroids.data, whole.centroids.data, 'centroids');
  expectSameBits(passing.history, whole.history, 'history');
}

const seeded = (init: (typeof SEEDINGS)[number]): Case => ({
  name: `streamed equals resident, bit by bit: ${init}`,
  run: (context) =>
    compare(context, points, streamed(points), { k: 12, init, nInit: 1, maxIter: 6 }),
});

/** Four times the bytes that one buffer may have: 16,384 rows of 16 columns. */
const FOUR_TIMES = clouds(16_384, 16, 5, 4);

export const kmeansStreams: Suite = {
  name: 'kmeans streams',
  // The host cuts the rows; the kernels are those of resident data.
  where: 'each runtime',
  cases: [
    ...SEEDINGS.map(seeded),
    {
      name: 'four times what a buffer may hold, in less memory than the data take',
      needsGpu: true,
      run: async (context) => {
        const { data } = FOUR_TIMES;
        expectEqual(data.byteLength, 4 * BUFFER_LIMIT, 'bytes');
        const runtime = await smallRuntime(context);
        if (runtime === 'cpu') throw new Error('no device');
        const options = { k: 8, init: 'k-means||', maxIter: 8 } as const;
        const whole = await fit(context, FOUR_TIMES, options);
        runtime.pool.resetPeak();
        const before = runtime.pool.usedBytes;
        const stream = streamed(FOUR_TIMES, [1500]);
        const passing = await fit(context, stream, { ...options, runtime });
        expectEqual(outcome(passing), outcome(whole), 'model');
        expectSameBits(passing.centroids.data, whole.centroids.data, 'centroids');
        const peak = runtime.pool.peakBytes;
        context.note(`${data.byteLength} bytes of rows in ${peak} bytes of device memory`);
        expectThat(peak < data.byteLength, `${peak} bytes were in use at once.`);
        expectEqual(runtime.pool.usedBytes, before, 'bytes in use when done');
        expectEqual(stream.ended, stream.begun, 'passes ended');
      },
    },
    {
      name: 'rows that are not to be kept, or find no room, pass through, bit by bit',
      needsGpu: true,
      run: async (context) => {
        const { byteLength } = FOUR_TIMES.data;
        const options = { k: 8, maxIter: 4, init: 'random', nInit: 1 } as const;
        const whole = await fit(context, FOUR_TIMES, options);
        const limits = { maxBufferSize: BUFFER_LIMIT, maxResidentBytes: byteLength - 1 };
        const runtime = await context.library.createRuntime({ limits });
        const { device } = runtime;
        const createBuffer = device.createBuffer.bind(device);
        const check = async (where: Runtime, why: string) => {
          where.pool.resetPeak();
          expectEqual(
            outcome(await fit(context, FOUR_TIMES, { ...options, runtime: where })),
            outcome(whole),
            why,
          );
          const { peakBytes } = where.pool;
          expectThat(peakBytes < byteLength, `${why}: ${peakBytes} bytes were in use at once.`);
        };
        await check(runtime, 'not to be kept');
        const roomy = await context.library.createRuntime({
          device,
          limits: { maxBufferSize: BUFFER_LIMIT },
        });
        device.createBuffer = (descriptor) => {
          if (roomy.pool.usedBytes + descriptor.size < byteLength) return createBuffer(descriptor);
          throw new RangeError('no room');
        };
        await check(roomy, 'no room');
        runtime.dispose();
      },
    },
    {
      name: 'a pass for the means, one for the variance, one an iteration, one for the labels',
      needsGpu: true,
      run: async (context) => {
        const stream = streamed(points);
        const init = head(points, 7);
        const runtime = await smallRuntime(context);
        const { iterations } = await fit(context, stream, { k: 7, init, maxIter: 5, runtime });
        // And one that stopped at the first block, to see what kind of numbers it holds.
        expectEqual(stream.begun, 4 + iterations, 'passes');
        expectEqual(stream.ended, stream.begun, 'passes ended');
      },
    },
    {
      name: 'with weights, and empty clusters to be relocated',
      where: 'everywhere',
      run: async (context) => {
        const init = head(points, 9);
        init.data.fill(500, 4 * 13);
        const options = { k: 9, init, sampleWeight: weights, maxIter: 6 };
        await compare(context, points, streamed(points), options);
      },
    },
    {
      name: 'with the cosine metric',
      run: (context) =>
        compare(context, points, streamed(points), { k: 5, metric: 'cosine', maxIter: 4 }),
    },
    {
      name: 'several runs, of which the best is kept',
      run: (context) =>
        compare(context, points, streamed(points), { k: 6, nInit: 3, init: 'random', maxIter: 3 }),
    },
    {
      name: 'of float64 numbers far from 0, and of whole numbers',
      run: async (context) => {
        const options = { k: 5, maxIter: 4 };
        const double = { ...points, data: Float64Array.from(points.data, (value) => value + 1e5) };
        const runtime = await smallRuntime(context);
        const bytes = { ...points, data: Uint8Array.from(points.data, (x) => 128 + 20 * x) };
        for (const rows of [double, bytes]) {
          const whole = await fit(context, rows, options);
          const passing = await fit(context, streamed(rows), { ...options, runtime });
          expectEqual(outcome(passing), outcome(whole), rows.data.constructor.name);
        }
      },
    },
    {
      name: 'blocks of any size and form',
      run: async (context) => {
        const options = { k: 6, maxIter: 3 };
        for (const sizes of [[1, 1024, 3], [2500], [1023, 2, 2048]]) {
          await compare(context, points, streamed(points, sizes), options);
        }
        const some = head(points, 1300);
        const rows = Array.from({ length: 1300 }, (_, i) => [
          ...some.data.subarray(13 * i, 13 * (i + 1)),
        ]);
        // Plain numbers have the precision of float64: compared with what they give when resident.
        const whole = await fit(context, rows, options);
        const runtime = await smallRuntime(context);
        const blocks = () => [rows.slice(0, 7), [], rows.slice(7)];
        const listed = await fit(context, { shape: some.shape, blocks }, { ...options, runtime });
        expectEqual(outcome(listed), outcome(whole), 'rows in arrays');
      },
    },
    {
      name: 'sizes one below, at and one above a multiple of the chunk',
      run: async (context) => {
        for (const n of [6, 1023, 1024, 1025, 2049]) {
          const some = head(points, n);
          await compare(context, some, streamed(some), { k: 6, maxIter: 3 });
        }
      },
    },
    {
      name: 'a Blob of float32 rows behind a header',
      where: 'everywhere',
      run: async (context) => {
        const blob = new Blob([new Uint8Array(10), points.data as Float32Array<ArrayBuffer>]);
        const rows = context.library.blobRows(blob, 13, 10);
        expectEqual(rows.shape, [2500, 13], 'shape');
        await compare(context, points, rows, { k: 4, maxIter: 3 });
      },
    },
    {
      name: 'predict, transform and score take streams',
      run: async (context) => {
        const runtime = await smallRuntime(context);
        for (const metric of ['euclidean', 'cosine'] as const) {
          const model = await fit(context, points, { k: 5, metric, maxIter: 3 });
          const again = await model.predict(streamed(points), { runtime });
          expectEqual(again, model.labels, 'predict');
          const whole = await model.transform(points, { runtime: context.runtime });
          const passing = await model.transform(streamed(points), { runtime });
          expectSameBits(passing.data, whole.data, 'transform');
          const score = { sampleWeight: weights };
          expectSameBits(
            await model.score(streamed(points), { ...score, runtime }),
            await model.score(points, { ...score, runtime: context.runtime }),
            'score',
          );
        }
      },
    },
    {
      name: 'rows whose squares leave float32, in a fit and under a model of other rows',
      run: async (context) => {
        const small = head(points, 1100);
        const runtime = await smallRuntime(context);
        const one = await fit(context, small, { k: 1 });
        for (const factor of [1e-29, 1e20, 1e25]) {
          // Of float64 rows the shift is known before their magnitude is.
          const data = Float64Array.from(small.data, (value) => value * factor);
          const whole = await fit(context, { ...small, data }, { k: 3, maxIter: 3 });
          const passing = await fit(context, streamed({ ...small, data }), {
            k: 3,
            maxIter: 3,
            runtime,
          });
          expectEqual(outcome(passing), outcome(whole), `fit of rows times ${factor}`);
          const single = { ...small, data: Float32Array.from(data) };
          // The only centroid lies at 0, as far as float32 can tell.
          const centre = await fit(context, single, { k: 1 });
          for (const model of [one, centre]) {
            expectSameBits(
              (await model.transform(streamed(single), { runtime })).data,
              (await model.transform(single, { runtime: context.runtime })).data,
              `transform of rows times ${factor}`,
            );
          }
        }
      },
    },
    {
      name: 'onIteration is told what it is told of resident rows',
      run: async (context) => {
        const told: unknown[] = [];
        const expected: unknown[] = [];
        const options = { k: 9, maxIter: 5, tol: 0 };
        const runtime = await smallRuntime(context);
        await fit(context, points, { ...options, onIteration: (one) => expected.push(one) });
        await fit(context, streamed(points), {
          ...options,
          runtime,
          onIteration: (one) => told.push(one),
        });
        expectEqual(told, expected);
      },
    },
  ],
};
