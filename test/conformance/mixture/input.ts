/** Bad input is refused with what was given, the rule and the remedy. */
import type { GaussianMixtureOptions } from '../../../src/index.js';
import type { Case, Suite } from '../case.js';
import { type ErrorPattern, expectThrows } from '../expect.js';
import { clouds } from '../kmeans/support.js';

const POINTS = clouds(20, 2, 2, 1);
const START = {
  weights: [0.5, 0.5],
  means: { data: [0, 0, 1, 1], shape: [2, 2] },
  precisions: { data: [1, 0, 0, 1, 1, 0, 0, 1], shape: [2, 2, 2] },
};

const refused = (
  name: string,
  options: Partial<Record<keyof GaussianMixtureOptions, unknown>>,
  pattern: ErrorPattern,
): Case => ({
  name,
  run: async ({ library, runtime }) => {
    await expectThrows(
      () =>
        library.gaussianMixture(POINTS, {
          k: 2,
          runtime,
          ...options,
        } as unknown as GaussianMixtureOptions),
      { name: 'InvalidArgumentError', ...pattern },
    );
  },
});

export const mixtureInput: Suite = {
  name: 'mixture input',
  // The host refuses, before a device has anything to do.
  where: 'each runtime',
  cases: [
    refused('k is missing', { k: undefined }, { message: /k is missing/ }),
    refused('k above n', { k: 21 }, { message: /k is 21, but points has only 20 rows/ }),
    refused('an unknown option', { clusters: 2 } as object, { message: /no option 'clusters'/ }),
    refused(
      'an unknown covariance type',
      { covarianceType: 'round' },
      { message: /'round'.*'full'/ },
    ),
    refused('regCovar below 0', { regCovar: -1 }, { message: /regCovar is -1.*>= 0/ }),
    refused('tol not a number', { tol: Number.NaN }, { message: /tol is NaN/ }),
    refused(
      'fixed without a variance',
      { covarianceType: 'fixed' },
      { message: /fixedVariance is missing/ },
    ),
    refused(
      'a variance that is not used',
      { fixedVariance: 1 },
      { message: /fixedVariance is 1 at .*'full'/ },
    ),
    refused(
      'weights that do not sum to 1',
      { init: { ...START, weights: [0.5, 0.6] } },
      { message: /sums to 1\.1.*sum to 1/ },
    ),
    refused(
      'a weight below 0',
      { init: { ...START, weights: [-0.5, 1.5] } },
      { message: /init\.weights/ },
    ),
    refused(
      'means of another shape',
      { init: { ...START, means: { data: [0, 0], shape: [1, 2] } } },
      { name: 'ShapeError', message: /init\.means has shape \[1, 2\].*\[2, 2\]/ },
    ),
    refused(
      'precisions missing',
      { init: { weights: START.weights, means: START.means } },
      { message: /init\.precisions is missing/ },
    ),
    refused(
      'precisions that are not positive definite',
      { init: { ...START, precisions: { data: [1, 0, 0, 1, 1, 2, 2, 1], shape: [2, 2, 2] } } },
      { message: /component 1 is not positive definite/ },
    ),
    refused(
      'precisions that are not symmetric',
      { init: { ...START, precisions: { data: [1, 0.5, 0, 1, 1, 0, 0, 1], shape: [2, 2, 2] } } },
      { message: /component 0 is not symmetric/ },
    ),
    refused(
      'a precision of 0',
      {
        covarianceType: 'diag',
        init: { ...START, precisions: { data: [1, 1, 0, 1], shape: [2, 2] } },
      },
      { message: /data\[2\] is 0; every precision must be above 0/ },
    ),
    refused(
      'means without a shape',
      { init: { ...START, means: { data: [0, 0, 1, 1] } } },
      { name: 'ShapeError', message: /init\.means has no shape/ },
    ),
    refused(
      'means that are no numbers',
      { init: { ...START, means: { data: [0, 0, '1', 1], shape: [2, 2] } } },
      { message: /init\.means\.data\[2\] is 1; every entry must be a finite number/ },
    ),
    {
      name: 'magnitudes that float32 arithmetic has no room for, whatever the start',
      run: async ({ library, runtime }) => {
        const points = { ...POINTS, data: POINTS.data.map((value) => value * 2 ** 121) };
        for (const init of ['kmeans', 'random'] as const) {
          await expectThrows(() => library.gaussianMixture(points, { k: 2, init, runtime }), {
            name: 'InvalidArgumentError',
            message: /points: the largest magnitude is .*from 7\.9e-31 to 1\.3e\+36/,
          });
        }
      },
    },
    refused('regCovar beyond float32', { regCovar: 1e300 }, { message: /regCovar is 1e\+300/ }),
    {
      name: 'a start too far from the rows for float32',
      needsGpu: true,
      run: async ({ library, runtime }) => {
        const init = { ...START, means: { data: [1e25, 0, 0, 1e25], shape: [2, 2] } };
        await expectThrows(() => library.gaussianMixture(POINTS, { k: 2, init, runtime }), {
          name: 'InvalidArgumentError',
          message: /start nearer to the rows/,
        });
      },
    },
    {
      name: 'matrices of 100,000 columns, and labels that are none',
      run: async ({ library, runtime }) => {
        const wide = {
          data: new Float32Array(400_000).map((_, at) => at % 7),
          shape: [4, 100_000],
        };
        const name = 'InvalidArgumentError';
        await expectThrows(() => library.gaussianMixture(wide, { k: 2, runtime }), {
          name,
          message: /needs k x columns\^2 = 20000000000 numbers/,
        });
        await expectThrows(
          () =>
            library.bayesianGaussianMixture(POINTS, {
              k: 2,
              runtime,
              init: { labels: null } as never,
            }),
          { name, message: /init is .*\{ labels \}/ },
        );
      },
    },
    {
      name: 'rows whose densities leave float32, by row',
      run: async ({ library, runtime }) => {
        const model = await library.gaussianMixture(POINTS, { k: 2, maxIter: 2, runtime });
        const far = { data: Float32Array.of(0, 0, 1e25, 0), shape: [2, 2] } as const;
        const pattern = { name: 'InvalidArgumentError', message: /row 1 lies so far/ };
        await expectThrows(() => model.predict(far, { runtime }), pattern);
        await expectThrows(() => model.predictProba(far, { runtime }), pattern);
        await expectThrows(() => model.scoreSamples(far, { runtime }), pattern);
        await expectThrows(() => model.score(far, { runtime }), pattern);
      },
    },
    {
      name: 'fewer distinct rows than k',
      run: async ({ library, runtime }) => {
        const data = Float32Array.from({ length: 20 }, (_, at) => (at < 10 ? 1 : 2));
        await expectThrows(
          () => library.gaussianMixture({ data, shape: [10, 2] }, { k: 3, runtime }),
          { name: 'InvalidArgumentError', message: /k is 3, but points has only 2 distinct rows/ },
        );
      },
    },
    {
      name: 'a warm start of another shape',
      run: async ({ library, runtime }) => {
        const model = await library.gaussianMixture(POINTS, { k: 2, maxIter: 1, runtime });
        await expectThrows(
          () => library.gaussianMixture(POINTS, { k: 3, warmStart: model, runtime }),
          { name: 'InvalidArgumentError', message: /warmStart has k 2.*k 3/ },
        );
      },
    },
    {
      name: 'NaN, and columns that do not fit, also in predict',
      where: 'everywhere',
      run: async ({ library, runtime }) => {
        const data = POINTS.data.slice();
        data[5] = Number.NaN;
        const bad = { data, shape: POINTS.shape };
        const pattern = { name: 'NonFiniteError', message: /row 2, column 1/ };
        await expectThrows(() => library.gaussianMixture(bad, { k: 2, runtime }), pattern);
        const model = await library.gaussianMixture(POINTS, { k: 2, maxIter: 1, runtime });
        await expectThrows(() => model.predict(bad, { runtime }), pattern);
        await expectThrows(() => model.score({ data: [1, 2, 3], shape: [1, 3] }, { runtime }), {
          name: 'ShapeError',
          message: /3 columns, but 2/,
        });
      },
    },
    {
      name: 'priors that cannot be',
      run: async ({ library, runtime }) => {
        const fit = (options: object) => () =>
          library.bayesianGaussianMixture(POINTS, { k: 2, runtime, ...options });
        const name = 'InvalidArgumentError';
        await expectThrows(fit({ degreesOfFreedomPrior: 1 }), { name, message: /must be above 1/ });
        await expectThrows(fit({ meanPrecisionPrior: 0 }), {
          name,
          message: /meanPrecisionPrior is 0/,
        });
        await expectThrows(fit({ covariancePrior: { data: [1, 2, 2, 1], shape: [2, 2] } }), {
          name,
          message: /positive definite/,
        });
        await expectThrows(fit({ init: { labels: [0, 1] } }), {
          name,
          message: /2 entries for 20/,
        });
        await expectThrows(fit({ init: { labels: new Array(20).fill(2) } }), {
          name,
          message: /labels\[0\] is 2/,
        });
      },
    },
  ],
};
