/** What scikit-learn answers (test/golden/): both mixtures from given starts. */
import { loadMixture } from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual } from '../expect.js';
import { compareParameters, dataset, find, golden, TYPES } from './support.js';

const FITS = ['faithful-2', 'iris-3', 'digits_pca16-10', 'wine-3'].flatMap((data) =>
  TYPES.flatMap((type) => [`${data}-${type}-tol0`, `${data}-${type}-tol0.001`]),
);
const BAYESIAN = ['dp', 'dd'].flatMap((prior) => [
  ...['faithful-5', 'iris-6'].flatMap((data) =>
    TYPES.map((type) => `${data}-${type}-tol0-${prior}`),
  ),
  ...['full', 'diag'].map((type) => `faithful-5-${type}-tol0-${prior}-priors`),
]);

const SCORE = {
  absolute: 1e-5,
  because: 'the demand on the mean log-likelihood in float32',
} as const;
/** One log-density: a sum of some 16 float32 squares of up to 100. */
const ROW = { relative: 1e-5, absolute: 1e-4, because: 'float32 squares of whitened differences' };

const fitCase = (name: string): Case => ({
  name,
  run: async (context) => {
    const expected = find((await golden(context)).mixtures, name);
    const points = await dataset(context, expected.dataset);
    const { library, runtime } = context;
    const model = await library.gaussianMixture(points, {
      k: expected.k,
      covarianceType: expected.covarianceType,
      tol: expected.tol,
      maxIter: expected.maxIter,
      regCovar: expected.regCovar,
      init: expected.start,
      runtime,
    });
    compareParameters(model, expected, points);
    expectClose(model.iterations, expected.iterations, {
      absolute: 1,
      because: 'the last decision to stop may hang on rounding',
      what: 'iterations',
    });
    expectEqual(model.converged, expected.converged, 'converged');
    const both = Math.min(model.iterations, expected.iterations);
    expectClose(model.history.slice(0, both), expected.history.data.slice(0, both), {
      absolute: 1e-4,
      because: 'the bound of a start far from the data is a sum of large squares',
      what: 'history',
    });
    expectClose(model.lowerBound, expected.lowerBound, { ...SCORE, what: 'lower bound' });
    expectClose(await model.score(points, { runtime }), expected.score, SCORE);
    expectClose(model.logLikelihood / points.shape[0], expected.score, SCORE);
  },
});

const bayesianCase = (name: string): Case => ({
  name: `bayesian ${name}`,
  run: async (context) => {
    const expected = find((await golden(context)).bayesian, name);
    const points = await dataset(context, expected.dataset);
    const { library, runtime } = context;
    const own = name.endsWith('-priors');
    const model = await library.bayesianGaussianMixture(points, {
      k: expected.k,
      covarianceType: expected.covarianceType,
      tol: expected.tol,
      maxIter: expected.maxIter,
      regCovar: expected.regCovar,
      init: { labels: expected.startLabels.data },
      weightConcentrationPriorType: expected.weightConcentrationPriorType,
      ...(own && {
        weightConcentrationPrior: expected.weightConcentrationPrior,
        meanPrecisionPrior: expected.meanPrecisionPrior,
        meanPrior: expected.meanPrior.data,
        degreesOfFreedomPrior: expected.degreesOfFreedomPrior,
        covariancePrior: expected.covariancePrior,
      }),
      runtime,
    });
    compareParameters(model, expected, points);
    const because = 'the demand on float32 after 50 iterations';
    expectClose(model.lowerBound, expected.lowerBound, { relative: 1e-5, because });
    expectClose(model.covariancePrior.data, expected.covariancePrior.data, {
      relative: 1e-5,
      absolute: 1e-5,
      because,
      what: 'covariance prior',
    });
    for (const part of ['weightConcentration', 'meanPrecision', 'degreesOfFreedom'] as const) {
      const found = model[part];
      expectClose('data' in found ? found.data : found, expected[part].data, {
        relative: 1e-4,
        absolute: 1e-4,
        because,
        what: part,
      });
    }
    expectClose(await model.score(points, { runtime }), expected.score, SCORE);
    const loaded = library.BayesianGaussianMixtureModel.fromJSON(
      JSON.parse(JSON.stringify(model)) as unknown,
    );
    expectEqual(await loaded.predict(points, { runtime }), model.labels, 'labels of the JSON');
    expectEqual(loaded.toJSON(), model.toJSON(), 'JSON');
  },
});

/** What a fitted model says of chosen rows. */
const probes = (name: string): Case => ({
  name: `${name}: predictProba, scoreSamples, precisions, bic and aic`,
  run: async (context: ConformanceContext) => {
    const expected = find((await golden(context)).mixtures, name);
    const points = await dataset(context, expected.dataset);
    const { library, runtime } = context;
    const model = await library.gaussianMixture(points, {
      k: expected.k,
      covarianceType: expected.covarianceType,
      tol: expected.tol,
      maxIter: expected.maxIter,
      init: expected.start,
      runtime,
    });
    const { k } = expected;
    const probabilities = await model.predictProba(points, { runtime });
    const densities = await model.scoreSamples(points, { runtime });
    expectEqual([...probabilities.shape], [points.shape[0], k], 'shape of predictProba');
    const rows = [...expected.probeRows.data];
    expectClose(
      rows.flatMap((row) => [...probabilities.data.subarray(row * k, (row + 1) * k)]),
      expected.predictProba.data,
      { absolute: 1e-4, because: 'e to a difference of log-densities', what: 'predictProba' },
    );
    expectClose(
      rows.map((row) => densities[row]),
      expected.scoreSamples.data,
      { ...ROW, what: 'scoreSamples' },
    );
    for (const part of ['covariances', 'precisions', 'precisionsCholesky'] as const) {
      const most = expected[part].data.reduce((sum, value) => Math.max(sum, Math.abs(value)), 0);
      expectClose(model[part].data, expected[part].data, {
        absolute: 1e-4 * most,
        because: 'float32 sums; elements near 0 count by the largest',
        what: part,
      });
    }
    const n = points.shape[0];
    const criteria = { absolute: 2 * n * 1e-5, because: 'n log-likelihoods, each within 1e-5' };
    expectClose(await model.bic(points, { runtime }), expected.bic, { ...criteria, what: 'bic' });
    expectClose(await model.aic(points, { runtime }), expected.aic, { ...criteria, what: 'aic' });
  },
});

export const mixtureGolden: Suite = {
  name: 'mixture golden',
  cases: [
    {
      name: 'every case of the file is known here',
      run: async (context) => {
        const { mixtures, bayesian } = await loadMixture((name) =>
          context.readFile(`golden/${name}`),
        );
        const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
        expectEqual(names(mixtures), [...FITS].sort());
        // The bound of those at 1e-3 is a sum over the rows, whose float32 does not settle.
        const settled = bayesian.filter(({ tol }) => tol === 0);
        expectEqual(names(settled), [...BAYESIAN].sort());
      },
    },
    ...firstEverywhere(FITS.map(fitCase)),
    ...firstEverywhere(BAYESIAN.map(bayesianCase)),
    ...TYPES.map((type) => probes(`iris-3-${type}-tol0`)),
    probes('digits_pca16-10-full-tol0.001'),
  ],
};
