/** What `estimate` says beforehand is what fits allocate. */
import { estimate, type EstimateOptions } from '../../src/methods/estimate/index.js';
import type { Suite } from './case.js';
import { expectThat } from './expect.js';
import { clouds } from './kmeans/support.js';

const CLOSE = 0.2;

export const estimates: Suite = {
  name: 'estimate',
  // The host allocates; no driver has a part in it.
  where: 'once',
  cases: [
    {
      name: 'bytes on the device within 20 % of what fits allocate, and seconds once the pace is known',
      needsGpu: true,
      run: async ({ library, note }) => {
        const runtime = await library.createRuntime({ tuning: 'off' });
        const check = async (
          method: Parameters<typeof estimate>[0],
          [n, d]: readonly [number, number],
          of: Omit<EstimateOptions, 'n' | 'd' | 'runtime'>,
          options: object,
        ) => {
          const { deviceBytes } = estimate(method, { n, d, ...of, runtime });
          runtime.pool.resetPeak();
          const fit = library[method] as (points: object, options: object) => Promise<unknown>;
          await fit(clouds(n, d, 4, 1), { ...of, ...options, runtime });
          const { peakBytes } = runtime.pool;
          const off = Math.abs(deviceBytes / peakBytes - 1);
          note(`${method} of ${n} x ${d}: ${deviceBytes} for ${peakBytes}`);
          expectThat(off < CLOSE, `${method}: ${deviceBytes} bytes for ${peakBytes}`);
        };
        const start = { init: 'random', nInit: 1, maxIter: 3 };
        await check('kmeans', [9000, 6], { k: 40, algorithm: 'lloyd' }, start);
        await check('kmeans', [40_000, 6], { k: 5, algorithm: 'lloyd', storage: 'float16' }, start);
        await check('miniBatchKMeans', [9000, 6], { k: 5 }, { maxIter: 1 });
        await check('gaussianMixture', [6000, 6], { k: 5, covarianceType: 'diag' }, { maxIter: 2 });
        await check('pca', [6000, 30], {}, {});
        const { seconds = 0 } = estimate('kmeans', { n: 1e6, d: 6, k: 40, runtime });
        expectThat(seconds > 0, 'no seconds, though fits have run.');
        runtime.dispose();
      },
    },
  ],
};
