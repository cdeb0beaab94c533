/** Mixtures of rows in chunks, because the device's limits are small, are those of resident rows. */
import type { RuntimeChoice } from '../../../src/fit/backend.js';
import type { GaussianMixtureOptions, Runtime } from '../../../src/index.js';
import { type Case, type ConformanceContext, everywhere, type Suite } from '../case.js';
import { expectEqual, expectSameBits } from '../expect.js';
import { clouds, type Rows } from '../kmeans/support.js';

/**
 * 3,000 rows of 13 columns take 4 vec4s each: 1,024 rows a chunk, and 952 in the last. In one dimension are
 * 16 workgroups, so that most dispatches are folded.
 */
const points = clouds(3000, 13, 3, 1);
const LIMITS = {
  maxBufferSize: 100_000,
  maxStorageBufferBindingSize: 100_000,
  maxComputeWorkgroupsPerDimension: 16,
} as const;

/** Kept for all cases, as compiling the kernels takes longer than they do. */
let limited: Promise<Runtime> | undefined;

const sampleWeight = Float32Array.from({ length: 3000 }, (_, i) => (i % 7) / 4);

/** Columns 11 and 12 as sums of others, but for a little: sums are taken in components' coordinates. */
const dependent = {
  shape: points.shape,
  data: points.data.map((value, at, all) =>
    at % 13 > 10 ? all[at - 5] + all[at - 8] + value / 1024 : value,
  ),
};

const chunked = (
  name: string,
  options: Omit<GaussianMixtureOptions, 'k'>,
  rows: Rows = points,
): Case => ({
  name: `chunked equals resident, bit by bit: ${name}`,
  needsGpu: true,
  run: async ({ library, runtime: resident }: ConformanceContext) => {
    limited ??= library.createRuntime({ limits: LIMITS });
    const runtime = await limited;
    const fit = { k: 3, maxIter: 4, tol: 0, seed: 2, ...options };
    const whole = await library.gaussianMixture(rows, { ...fit, runtime: resident });
    const parts = await library.gaussianMixture(rows, { ...fit, runtime });
    expectEqual({ ...parts.toJSON(), engine: '' }, { ...whole.toJSON(), engine: '' }, 'model');
    const { data } = await whole.predictProba(rows, { runtime: resident });
    expectSameBits((await whole.predictProba(rows, { runtime })).data, data, 'responsibilities');
  },
});

export const mixtureChunks: Suite = {
  name: 'mixture chunks',
  // The host cuts the rows; the kernels are those of whole data.
  where: 'each runtime',
  cases: [
    everywhere(chunked('full', { sampleWeight })),
    chunked('diag', { covarianceType: 'diag', init: 'random' }),
    chunked('tied, of dependent columns', { covarianceType: 'tied' }, dependent),
    {
      name: 'chunked equals resident, bit by bit: Bayesian',
      needsGpu: true,
      run: async ({ library, runtime: resident }) => {
        limited ??= library.createRuntime({ limits: LIMITS });
        const options = { k: 3, maxIter: 3, tol: 0 };
        const fit = async (runtime: RuntimeChoice) => ({
          ...(await library.bayesianGaussianMixture(points, { ...options, runtime })).toJSON(),
          engine: '',
        });
        expectEqual(await fit(await limited), await fit(resident), 'model');
      },
    },
  ],
};
