/** Rows that leave directions (almost) empty, against scikit-learn from the same start (test/golden/). */
import type { MixtureModel } from '../../../src/index.js';
import { cholesky } from '../../../src/math/cholesky.js';
import { createRandom, standardNormal } from '../../../src/math/random.js';
import { loadNarrow, type NarrowCase } from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import { find } from './support.js';

const KINDS = [
  'dependent',
  'few-rows',
  'one-hot',
  'correlated-0.001',
  'correlated-0.001-unregularised',
  'correlated-0.0001',
  'correlated-0.0001-unregularised',
  'counties',
];
const NAMES = KINDS.flatMap((kind) => [`${kind}-full`, `${kind}-tied`]);

const ROW = { absolute: 1e-4, because: 'the demand on the bound of a row' } as const;

const golden = async ({ readFile }: ConformanceContext) =>
  (await loadNarrow((name) => readFile(`golden/${name}`))).cases;

/** Every covariance has a Cholesky factor, whose determinant is that of the precision's. */
function expectConsistent({ covariances, precisionsCholesky, precisions }: MixtureModel): void {
  const d = covariances.shape[covariances.shape.length - 1];
  for (let at = 0; at < covariances.data.length; at += d * d) {
    const { factor, failed } = cholesky(covariances.data.subarray(at, at + d * d), d);
    expectEqual(failed, -1, 'the column where the covariance is not positive definite');
    let traces = 0;
    for (let i = 0; i < d; i++) {
      const logs = Math.log(factor[i * (d + 1)] * precisionsCholesky.data[at + i * (d + 1)]);
      expectClose(logs, 0, { absolute: 1e-5, because: 'both are of one matrix, in float64' });
      for (let j = 0; j < d; j++) {
        traces += covariances.data[at + i * d + j] * precisions.data[at + j * d + i];
      }
    }
    expectClose(traces / d, 1, { absolute: 1e-5, because: 'the trace of C P = I, in float64' });
  }
}

/** How far a bound ever falls. */
const fallOf = (history: Float64Array) =>
  history.reduce((most, bound, i) => Math.max(most, i > 0 ? history[i - 1] - bound : 0), 0);

async function compare(context: ConformanceContext, expected: NarrowCase): Promise<void> {
  const { library, runtime } = context;
  const { data, shape } = expected.points;
  const [n, d] = shape;
  const points = { data, shape: [n, d] } as const;
  const options = {
    k: expected.k,
    covarianceType: expected.covarianceType,
    regCovar: expected.regCovar,
    maxIter: expected.maxIter,
    tol: 0,
    runtime,
  };
  const model = await library.gaussianMixture(points, { ...options, init: expected.start });
  expectConsistent(model);
  expectClose(model.history, expected.history.data, { ...ROW, what: 'bounds' });
  expectClose(model.lowerBound, expected.lowerBound, { ...ROW, what: 'bound' });
  expectClose(model.logLikelihood / n, expected.score, { ...ROW, what: 'log-likelihood' });
  expectClose(await model.bic(points, { runtime }), expected.bic, {
    absolute: 0.1,
    because: 'the demand on the criterion',
    what: 'bic',
  });
  if (expected.regCovar === 0) {
    const fall = fallOf(model.history);
    expectThat(fall <= 1e-5, `The bound falls by ${fall}, more than float32 rounding.`);
  }
  const init = { labels: expected.startLabels.data };
  const bayesian = await library.bayesianGaussianMixture(points, { ...options, init });
  expectConsistent(bayesian);
  const { lowerBound, score } = expected.bayesian;
  expectClose(bayesian.lowerBound / n, lowerBound / n, { ...ROW, what: 'Bayesian bound a row' });
  expectClose(bayesian.logLikelihood / n, score, { ...ROW, what: 'Bayesian log-likelihood' });
}

/**
 * Rows in pairs of opposite ones, whose mean is 0, so that float32 holds them as they are; every third
 * column is the sum of the two before it.
 */
function dependentPairs(n: number, d: number) {
  const random = createRandom(5);
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i += 2) {
    for (let j = 0; j < d; j++) {
      const at = i * d + j;
      data[at] = j % 3 === 2 ? data[at - 2] + data[at - 1] : random.below(2 ** 12) / 8 - 2 ** 8;
      data[at + d] = -data[at];
    }
  }
  return { data, shape: [n, d] } as const;
}

/** So many that a pass over them takes the host long: the device does not leave them to float64. */
async function compareMany(
  { library, runtime }: ConformanceContext,
  covarianceType: 'full' | 'tied',
): Promise<void> {
  const [n, d, k] = [9400, 60, 2];
  const points = dependentPairs(n, d);
  const matrices = covarianceType === 'full' ? k : 1;
  const precisions = {
    data: Float64Array.from({ length: matrices * d * d }, (_, at) =>
      (at % (d * d)) % (d + 1) === 0 ? 2 ** -15 : 0,
    ),
    shape: covarianceType === 'full' ? [k, d, d] : [d, d],
  };
  const options = {
    k,
    covarianceType,
    regCovar: 1e-6,
    maxIter: 2,
    tol: 0,
    init: {
      weights: [0.5, 0.5],
      // Of two pairs a row each, half way.
      means: {
        data: Float64Array.from(
          { length: k * d },
          (_, at) => points.data[at < d ? at : at + d] / 2,
        ),
        shape: [k, d],
      },
      precisions,
    },
  } as const;
  const model = await library.gaussianMixture(points, { ...options, runtime });
  const twin = await library.gaussianMixture(points, { ...options, runtime: 'cpu' });
  expectConsistent(model);
  expectClose(model.history, twin.history, { ...ROW, what: 'bounds' });
  expectClose(model.logLikelihood / n, twin.logLikelihood / n, { ...ROW, what: 'log-likelihood' });
}

/** Rows about (0, 0) and (10, 0), and a first one so far off that no spread of theirs shows beside it. */
function farRow() {
  const random = createRandom(11);
  const data = Float64Array.from({ length: 400 }, (_, at) =>
    at < 2 ? 1e8 : (at % 4 === 0 ? 10 : 0) + standardNormal(random),
  );
  return { data, shape: [200, 2] } as const;
}

/** Rows about three places, in columns whose squares float32 does not hold. */
function hugeColumns() {
  const random = createRandom(12);
  const data = Float64Array.from({ length: 360 }, (_, at) => {
    const place = at % 3 === 0 ? 10 * (Math.floor(at / 3) % 3) : 0;
    return [1e34, 1e34, 1e33][at % 3] * (place + standardNormal(random));
  });
  return { data, shape: [120, 3] } as const;
}

/** Bounds, log-likelihood and variances belong together: they are the twin's from the same start. */
async function compareVariances(
  { library, runtime }: ConformanceContext,
  covarianceType: 'diag' | 'spherical',
  { data, shape }: ReturnType<typeof farRow | typeof hugeColumns>,
  variance: number,
  regCovar: number,
): Promise<void> {
  const [n, d] = shape;
  const k = 3;
  const columns = covarianceType === 'diag' ? d : 1;
  const options = {
    k,
    covarianceType,
    regCovar,
    maxIter: 8,
    tol: 0,
    init: {
      weights: new Float64Array(k).fill(1 / k),
      means: { data: data.slice(0, k * d), shape: [k, d] },
      precisions: {
        data: new Float64Array(k * columns).fill(1 / variance),
        shape: columns === 1 ? [k] : [k, d],
      },
    },
  };
  const points = { data, shape };
  const model = await library.gaussianMixture(points, { ...options, runtime });
  const twin = await library.gaussianMixture(points, { ...options, runtime: 'cpu' });
  expectClose(model.history, twin.history, { ...ROW, what: 'bounds' });
  expectClose(model.logLikelihood / n, twin.logLikelihood / n, { ...ROW, what: 'log-likelihood' });
  expectClose(model.lowerBound, model.logLikelihood / n, { ...ROW, what: 'bound and its rows' });
  expectClose(model.covariances.data, twin.covariances.data, {
    relative: 1e-4,
    because: 'the demand on float32 after as many iterations',
    what: 'variances',
  });
}

/**
 * Rows in pairs of opposite ones, whose mean is 0, so that float32 holds them as they are: the first pair
 * so far off that beside its squares float64 keeps few digits of the others'.
 */
function farPair(n: number, d: number) {
  const random = createRandom(13);
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i += 2) {
    for (let j = 0; j < d; j++) {
      data[i * d + j] = i === 0 ? 1e8 * (1 + j / 7) : (j === 0 ? 5 : 0) + standardNormal(random);
      data[(i + 1) * d + j] = -data[i * d + j];
    }
  }
  return { data, shape: [n, d] } as const;
}

/** The columns from the last to the first, of which no bound knows. */
function turned<Shape extends readonly number[]>(data: Float32Array, shape: Shape) {
  const d = shape[shape.length - 1];
  const own = data.map((_, at) => data[at - (at % d) + d - 1 - (at % d)]);
  return { data: own, shape };
}

/** Both kinds of mixtures, from the same start: the twin's bounds, whichever column comes first. */
async function compareFarPair(
  { library, runtime }: ConformanceContext,
  covarianceType: 'full' | 'tied',
  [n, d]: readonly [number, number],
): Promise<void> {
  const k = 3;
  const points = farPair(n, d);
  const options = { k, covarianceType, regCovar: 1e-6, maxIter: 4, tol: 0 } as const;
  const matrices = covarianceType === 'full' ? k : 1;
  const means = points.data.slice(2 * d, (2 + k) * d);
  means.set(points.data.subarray(0, d), 2 * d);
  const init = {
    weights: [0.5, 0.25, 0.25],
    precisions: {
      data: Float64Array.from({ length: matrices * d * d }, (_, at) =>
        (at % (d * d)) % (d + 1) === 0 ? 1 : 0,
      ),
      shape: covarianceType === 'full' ? [k, d, d] : [d, d],
    },
  };
  // Not the same of a row and its opposite, which no step would part.
  const labels = Uint32Array.from({ length: n }, (_, i) => (i < 2 ? 2 : i % 3 === 0 ? 1 : 0));
  const fits = async (given: typeof points, at: typeof means, place: typeof runtime | 'cpu') => [
    await library.gaussianMixture(given, {
      ...options,
      init: { ...init, means: { data: at, shape: [k, d] } },
      runtime: place,
    }),
    await library.bayesianGaussianMixture(given, { ...options, init: { labels }, runtime: place }),
  ];
  const models = await fits(points, means, runtime);
  const others = [
    ...(await fits(points, means, 'cpu')),
    ...(await fits(turned(points.data, points.shape), turned(means, points.shape).data, runtime)),
  ];
  for (const [i, other] of others.entries()) {
    const model = models[i % 2];
    const per = i % 2 === 0 ? 1 : n;
    expectClose(model.lowerBound / per, other.lowerBound / per, { ...ROW, what: 'bound' });
    expectClose(model.logLikelihood / n, other.logLikelihood / n, {
      ...ROW,
      what: 'log-likelihood',
    });
  }
}

export const mixtureNarrow: Suite = {
  name: 'mixture of narrow directions',
  cases: [
    {
      name: 'every case of the file is known here',
      run: async (context) => {
        expectEqual((await golden(context)).map(({ name }) => name).sort(), [...NAMES].sort());
      },
    },
    ...firstEverywhere(
      NAMES.map((name) => ({
        name,
        run: async (context) => compare(context, find(await golden(context), name)),
      })),
    ),
    ...(['full', 'tied'] as const).map((covarianceType): Case => ({
      name: `many rows of dependent columns, '${covarianceType}'`,
      needsGpu: true,
      run: async (context) => compareMany(context, covarianceType),
    })),
    ...(['full', 'tied'] as const).map((covarianceType): Case => ({
      name: `a pair of rows far from all others, '${covarianceType}'`,
      run: async (context) => compareFarPair(context, covarianceType, [120, 4]),
    })),
    ...(['diag', 'spherical'] as const).flatMap((covarianceType): readonly Case[] => [
      {
        name: `one row far from all others, '${covarianceType}'`,
        run: async (context) => compareVariances(context, covarianceType, farRow(), 1, 1e-6),
      },
      {
        name: `columns whose squares leave float32, '${covarianceType}'`,
        run: async (context) => compareVariances(context, covarianceType, hugeColumns(), 1e69, 0),
      },
    ]),
  ],
};
