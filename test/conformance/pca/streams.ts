/** PCA of rows that come in blocks, or are kept as bytes, is that of resident rows. */
import type { PcaOptions, Points, PointStream } from '../../../src/index.js';
import { createRandom } from '../../../src/math/random.js';
import { type Case, type ConformanceContext, everywhere, type Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThrows } from '../expect.js';
import { smallRuntime, streamed } from '../kmeans/stream_support.js';
import type { Rows } from '../kmeans/support.js';
import { stretched } from './support.js';

/** 2,500 rows of 6 columns: on the small device two chunks, of 2,048 rows and of 452. */
const points = stretched(2500, 6, 1);
const bytes = { ...points, data: Uint8Array.from(points.data, (x) => 120 + 8 * x) };
const whole = { ...points, data: Float32Array.from(bytes.data) };

async function compare(
  context: ConformanceContext,
  resident: Rows,
  forms: Readonly<Record<string, Points | PointStream>>,
  options: PcaOptions,
): Promise<void> {
  const { library, runtime } = context;
  const expected = await library.pca(resident, { ...options, runtime });
  const scores = await expected.transform(resident, { runtime });
  const samples = await expected.scoreSamples(resident, { runtime });
  const small = await smallRuntime(context);
  const by = { runtime: small };
  for (const [form, rows] of Object.entries(forms)) {
    const model = await library.pca(rows, { ...options, ...by });
    const [json, other] = [model.toJSON(), expected.toJSON()];
    expectEqual({ ...json, engine: '' }, { ...other, engine: '' }, `${form}: model`);
    expectSameBits((await expected.transform(rows, by)).data, scores.data, `${form}: scores`);
    expectSameBits(await expected.scoreSamples(rows, by), samples, `${form}: densities`);
  }
  const { data } = await expected.inverseTransform(scores, { runtime });
  const back = await expected.inverseTransform(streamed(scores), by);
  expectSameBits(back.data, data, 'back from streamed scores');
}

const bySolver = (solver: NonNullable<PcaOptions['solver']>): Case => ({
  name: `streamed, or kept as bytes, equals resident, bit by bit: ${solver}`,
  run: async (context) => {
    const options = { solver, nComponents: 3, ...(solver === 'incremental' && { batchSize: 600 }) };
    await compare(context, points, { streamed: streamed(points) }, options);
    await compare(context, whole, { bytes, streamed: streamed(bytes) }, options);
  },
});

/** Pixels, four of five of them empty: 76 columns, so that rows are listed where there are subgroups. */
function pictures() {
  const random = createRandom(3);
  const [n, d] = [5000, 76];
  const data = new Uint8Array(n * d);
  for (let i = 0; i < n; i++) {
    const shown = Array.from({ length: 6 }, () => random.below(5) === 0);
    for (let j = 0; j < d; j++) {
      if (shown[Math.floor(j / 14)]) data[i * d + j] = 50 + 10 * (j % 14) + random.below(30);
    }
  }
  return { data, shape: [n, d] as const };
}

export const pcaStreams: Suite = {
  name: 'pca streams',
  // The host cuts the rows; the kernels are those of resident data.
  where: 'each runtime',
  cases: [
    everywhere(bySolver('covariance')),
    ...(['randomized', 'deflation', 'incremental'] as const).map(bySolver),
    {
      name: 'streamed equals resident, bit by bit: of float64 numbers, and out of the range of squares',
      run: async (context) => {
        for (const factor of [1, 1e-20, 1e25]) {
          const data = Float64Array.from(points.data, (value) => (value + 1e3) * factor);
          const given = factor === 1 ? data : Float32Array.from(data);
          const rows = { ...points, data: given };
          await compare(context, rows, { streamed: streamed(rows) }, { nComponents: 2 });
        }
      },
    },
    {
      name: 'streamed, or kept as bytes, equals resident, bit by bit: of much background',
      needsGpu: true,
      run: async ({ library }) => {
        // Chunks of 2,048 rows, beside buffers that hold all of them: what is left out depends on those.
        const limits = { maxBufferSize: 2 ** 21, maxStorageBufferBindingSize: 2 ** 21 };
        const runtime = await library.createRuntime({ limits });
        try {
          const pixels = pictures();
          const options = { nComponents: 4, runtime };
          const resident = { ...pixels, data: Float32Array.from(pixels.data) };
          const expected = (await library.pca(resident, options)).toJSON();
          for (const rows of [pixels, streamed(pixels)]) {
            expectEqual((await library.pca(rows, options)).toJSON(), expected, 'model');
          }
        } finally {
          runtime.dispose();
        }
      },
    },
    {
      name: 'streams that are wrong are refused, and leave nothing behind',
      run: async (context) => {
        const { library } = context;
        const runtime = await smallRuntime(context);
        const { data, shape } = points;
        const model = await library.pca(points, { nComponents: 2, runtime });
        const used = runtime === 'cpu' ? 0 : runtime.pool.usedBytes;
        const short = { shape, blocks: () => [data.subarray(0, 6 * 2499)] };
        const tooFew = { name: 'ShapeError', message: /2499 of the 2500 rows/ };
        for (const solver of ['covariance', 'incremental'] as const) {
          await expectThrows(() => library.pca(short, { solver, runtime }), tooFew);
        }
        await expectThrows(() => model.transform(short, { runtime }), tooFew);
        await expectThrows(() => library.pca(streamed(stretched(1, 4, 1)), { runtime }), {
          name: 'ShapeError',
          message: /1 row/,
        });
        if (runtime !== 'cpu') expectEqual(runtime.pool.usedBytes, used, 'bytes in use');
      },
    },
  ],
};
