/** Mixtures of rows that come in blocks, or are kept as bytes, are those of resident rows. */
import type {
  CovarianceType,
  GaussianMixtureOptions,
  Points,
  PointStream,
} from '../../../src/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { BUFFER_LIMIT, smallRuntime, streamed } from '../kmeans/stream_support.js';
import { clouds, type Rows } from '../kmeans/support.js';

/** 2,500 rows of 5 columns: on the small device two chunks, of 2,048 rows and of 452. */
const points = clouds(2500, 5, 3, 1);
const sampleWeight = Float32Array.from({ length: 2500 }, (_, i) => (i % 7) / 4);
/** The same as pixels would be, and as float32 has them. */
const bytes = { ...points, data: Uint8Array.from(points.data, (x) => 120 + 20 * x) };
const whole = { ...points, data: Float32Array.from(bytes.data) };

async function compare(
  context: ConformanceContext,
  resident: Rows,
  forms: Readonly<Record<string, Points | PointStream>>,
  options: Partial<GaussianMixtureOptions>,
): Promise<void> {
  const { library, runtime } = context;
  const small = await smallRuntime(context);
  const fit = { k: 3, maxIter: 3, tol: 0, ...options };
  const expected = await library.gaussianMixture(resident, { ...fit, runtime });
  const proba = await expected.predictProba(resident, { runtime });
  const samples = await expected.scoreSamples(resident, { runtime });
  for (const [form, rows] of Object.entries(forms)) {
    const model = await library.gaussianMixture(rows, { ...fit, runtime: small });
    const [json, other] = [model.toJSON(), expected.toJSON()];
    expectEqual({ ...json, engine: '' }, { ...other, engine: '' }, `${form}: model`);
    const by = { runtime: small };
    expectSameBits((await expected.predictProba(rows, by)).data, proba.data, `${form}: proba`);
    expectSameBits(await expected.scoreSamples(rows, by), samples, `${form}: densities`);
    expectEqual(await expected.predict(rows, by), expected.labels, `${form}: labels`);
  }
}

const TYPES: readonly CovarianceType[] = ['full', 'tied', 'diag', 'spherical'];

const ofType = (covarianceType: CovarianceType): Case => ({
  name: `streamed, or kept as bytes, equals resident, bit by bit: ${covarianceType}`,
  run: (context) =>
    compare(
      context,
      whole,
      { bytes, streamed: streamed(bytes) },
      { covarianceType, sampleWeight, init: 'random' },
    ),
});

/** Columns that all but depend on each other, and more of them than the host takes over. */
const DEPENDENT = (() => {
  const [n, d] = [2100, 110];
  const data = clouds(n, d, 3, 2).data.map((value, at, all) =>
    at % d > 10 ? all[at - 5] + all[at - 8] + value / 256 : value,
  );
  return { data, shape: [n, d] as const };
})();

export const mixtureStreams: Suite = {
  name: 'mixture streams',
  // The host cuts the rows; the kernels are those of resident data.
  where: 'each runtime',
  cases: [
    ...firstEverywhere(TYPES.map(ofType)),
    {
      name: 'streamed equals resident, bit by bit: of float64 numbers far from 0',
      where: 'everywhere',
      run: async (context) => {
        const data = Float64Array.from(points.data, (value) => value + 1e5);
        const far = { ...points, data };
        await compare(context, far, { streamed: streamed(far) }, {});
      },
    },
    {
      name: 'streamed equals resident, bit by bit: in coordinates of their own',
      needsGpu: true,
      run: async ({ library, runtime: resident, ...context }) => {
        const limits = { maxBufferSize: 2 ** 20, maxStorageBufferBindingSize: 2 ** 20 };
        const runtime = await library.createRuntime({ limits });
        try {
          const options = {
            k: 3,
            maxIter: 2,
            tol: 0,
            covarianceType: 'tied',
            init: 'random',
          } as const;
          const expected = await library.gaussianMixture(DEPENDENT, {
            ...options,
            runtime: resident,
          });
          const model = await library.gaussianMixture(streamed(DEPENDENT), { ...options, runtime });
          expectEqual({ ...model.toJSON(), engine: '' }, { ...expected.toJSON(), engine: '' });
          context.note(`bound ${model.lowerBound}`);
        } finally {
          runtime.dispose();
        }
      },
    },
    {
      name: 'streamed equals resident: Bayesian',
      run: async (context) => {
        const { library, runtime } = context;
        const options = { k: 4, maxIter: 3, tol: 0 };
        const small = await smallRuntime(context);
        const expected = await library.bayesianGaussianMixture(points, { ...options, runtime });
        const model = await library.bayesianGaussianMixture(streamed(points), {
          ...options,
          runtime: small,
        });
        expectEqual({ ...model.toJSON(), engine: '' }, { ...expected.toJSON(), engine: '' });
      },
    },
    {
      name: 'four times what a buffer may hold, in less memory than the data take; passes end',
      needsGpu: true,
      run: async (context) => {
        const rows = clouds(16_384, 16, 2, 4);
        expectEqual(rows.data.byteLength, 4 * BUFFER_LIMIT, 'bytes');
        const runtime = await smallRuntime(context);
        if (runtime === 'cpu') throw new Error('no device');
        const options = { k: 2, covarianceType: 'diag', init: 'random', maxIter: 2 } as const;
        const stream = streamed(rows, [1500]);
        runtime.pool.resetPeak();
        const before = runtime.pool.usedBytes;
        await context.library.gaussianMixture(stream, { ...options, runtime });
        const peak = runtime.pool.peakBytes;
        context.note(`${rows.data.byteLength} bytes of rows in ${peak} bytes of device memory`);
        expectThat(peak < rows.data.byteLength, `${peak} bytes were in use at once.`);
        expectEqual(runtime.pool.usedBytes, before, 'bytes in use when done');
        expectEqual(stream.ended, stream.begun, 'passes ended');
      },
    },
    {
      name: 'streams that are wrong are refused, and leave nothing behind',
      run: async (context) => {
        const { library } = context;
        const runtime = await smallRuntime(context);
        const { data, shape } = points;
        const fit = (rows: PointStream, k = 3) =>
          library.gaussianMixture(rows, { k, maxIter: 1, runtime });
        const model = await library.gaussianMixture(points, { k: 2, maxIter: 1, runtime });
        const used = runtime === 'cpu' ? 0 : runtime.pool.usedBytes;
        const short = { shape, blocks: () => [data.subarray(0, 5 * 2499)] };
        const tooFew = { name: 'ShapeError', message: /2499 of the 2500 rows/ };
        await expectThrows(() => fit(short), tooFew);
        await expectThrows(() => model.predict(short, { runtime }), tooFew);
        const nan = data.slice();
        nan[5 * 2400 + 2] = Number.NaN;
        const broken = streamed({ data: nan, shape });
        await expectThrows(() => fit(broken), {
          name: 'NonFiniteError',
          message: /row 2400, column 2/,
        });
        const same = streamed({ data: new Float32Array(5 * 2500), shape });
        await expectThrows(() => fit(same, 2), { code: 'invalid-argument', message: /1 distinct/ });
        await expectThrows(() => model.predict(streamed(clouds(50, 4, 1, 1)), { runtime }), {
          name: 'ShapeError',
          message: /4 columns, but 5/,
        });
        if (runtime !== 'cpu') expectEqual(runtime.pool.usedBytes, used, 'bytes in use');
      },
    },
  ],
};
