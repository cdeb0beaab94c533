/** What scikit-learn answers (test/golden/): fits from given starts, a model used, seeds in the mean. */
import {
  type Dataset,
  type DatasetName,
  type KMeansCase,
  type KMeansGolden,
  loadDataset,
  loadKMeans,
  MNIST_FILE,
  type Sample,
  type SphericalCase,
  startCentroids,
} from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import { INERTIA, ROUNDING } from './support.js';

/** The fits of kmeans.json, by name: a suite must name its cases before any file is read. */
const FITS = [
  'iris-3',
  'iris-8',
  'iris-8-tol0',
  'iris-3-weighted',
  'iris-8-maxiter2',
  'iris-4-empty1',
  'iris-8-empty2',
  'wine-3',
  'digits-10',
  'digits-10-tol0',
  'digits-10-tol0.01',
  'digits-10-weighted',
  'digits-10-maxiter3',
  'digits-10-empty1',
  'digits-64',
  'mnist-10',
  'mnist-10-weighted',
  'mnist-64-maxiter5',
];
/** 62 more iterations over 10,000 MNIST rows, of kinds that the cases above hold. */
const TOO_LONG = ['mnist-10-tol0.1', 'mnist-64'];
/** One fit of MNIST is enough of a wait on the CPU twin, and on each driver. */
const LONG = ['mnist-10-weighted', 'mnist-64-maxiter5'];
const SPHERICAL = ['digits-10-cosine', 'digits-10-cosine-weighted'];

function read({ readFile }: ConformanceContext) {
  return (name: string): Promise<Uint8Array> =>
    readFile(name === MNIST_FILE ? name : `golden/${name}`);
}

const golden = (context: ConformanceContext): Promise<KMeansGolden> => loadKMeans(read(context));

const dataset = (context: ConformanceContext, name: DatasetName, rows: number): Promise<Dataset> =>
  loadDataset(read(context), name, rows);

function find<T extends { readonly name: string }>(cases: readonly T[], name: string): T {
  const found = cases.find((one) => one.name === name);
  expectThat(found !== undefined, `kmeans.json has no case '${name}'.`);
  return found;
}

/** The root of the mean of the columns' variances. */
function deviation({ data, shape: [n, d] }: Dataset): number {
  const sums = new Float64Array(d);
  for (let at = 0; at < n * d; at++) sums[at % d] += data[at];
  let squares = 0;
  for (let at = 0; at < n * d; at++) squares += (data[at] - sums[at % d] / n) ** 2;
  return Math.sqrt(squares / (n * d));
}

async function fit(context: ConformanceContext, expected: KMeansCase | SphericalCase) {
  const points = await dataset(context, expected.dataset, expected.rows);
  const [, d] = points.shape;
  const init = {
    data: startCentroids(expected.start, points).data,
    shape: [expected.k, d],
  } as const;
  const model = await context.library.kmeans(points, {
    k: expected.k,
    init,
    ...('tol' in expected
      ? { tol: expected.tol, maxIter: expected.maxIter }
      : { tol: 0, metric: 'cosine' }),
    ...(expected.sampleWeight ? { sampleWeight: expected.sampleWeight.data } : {}),
    runtime: context.runtime,
  });
  return { points, model };
}

async function compareFit(
  context: ConformanceContext,
  expected: KMeansCase | SphericalCase,
): Promise<void> {
  const { points, model } = await fit(context, expected);
  expectEqual(model.labels, Uint32Array.from(expected.labels.data), 'labels');
  expectClose(model.centroids.data, expected.centroids.data, {
    relative: 1e-5,
    // One rounding of a coordinate as large as four deviations, where a centroid is near 0.
    absolute: 4 * ROUNDING * ('tol' in expected ? deviation(points) : 1),
    because:
      'rows are held as float32 differences from the mean: a coordinate near 0 is as exact as they are',
    what: 'centroids',
  });
  expectClose(model.inertia, expected.inertia, INERTIA);
  expectClose(model.iterations, expected.iterations, {
    absolute: 1,
    because: 'the last decision to stop may hang on rounding',
    what: 'iterations',
  });
  const both = Math.min(model.iterations, expected.iterations);
  expectClose(model.history.slice(0, both), expected.history.data.slice(0, both), {
    relative: 6e-6,
    because: '1,024 costs are added one after the other: 3 sqrt(1024) 2^-24, a random walk',
    what: 'history',
  });
  const cut = 'stop' in expected && expected.stop === 'maxIter';
  expectEqual(model.converged, !cut, 'converged');
}

const fitCase = (name: string): Case => ({
  name,
  ...(LONG.includes(name) && { needsGpu: true, where: 'once' as const }),
  run: async (context) => {
    await compareFit(context, find((await golden(context)).cases, name));
  },
});

const sphericalCase = (name: string): Case => ({
  name,
  run: async (context) => {
    await compareFit(context, find((await golden(context)).spherical, name));
  },
});

/** Fits from `seeds` seeds: the potential of the seeds themselves, and the inertia in the end. */
async function seeded(
  context: ConformanceContext,
  at: number,
  init: 'k-means++' | 'k-means||',
  seeds: number,
  maxIter: number,
) {
  const expected = (await golden(context)).seeding[at];
  const points = await dataset(context, expected.dataset, expected.rows);
  const { library, runtime, note } = context;
  const potentials: number[] = [];
  const inertias: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const model = await library.kmeans(points, { k: expected.k, init, seed, maxIter, runtime });
    potentials.push(model.history[0]);
    inertias.push(model.inertia);
  }
  const standing = (what: string, values: number[], sample: Sample) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const errors = (mean - sample.mean) / (sample.std * Math.sqrt(1 / seeds + 1 / expected.seeds));
    note(`mean ${what} over ${seeds} seeds: ${errors.toFixed(2)} standard errors from k-means++`);
    return errors;
  };
  return {
    potential: standing('potential', potentials, expected.potential),
    // Without the iterations scikit-learn made there is nothing to compare.
    ...(maxIter > 1 ? { inertia: standing('inertia', inertias, expected.inertia) } : {}),
  };
}

const FOUR_ERRORS = {
  absolute: 4,
  because: 'means of one distribution are further apart once in 16,000 times',
};

export const kmeansGolden: Suite = {
  name: 'kmeans golden',
  cases: [
    {
      name: 'every case of the file is known here',
      run: async (context) => {
        const { cases, spherical, seeding } = await golden(context);
        const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
        expectEqual(names(cases), [...FITS, ...TOO_LONG].sort());
        expectEqual(names(spherical), SPHERICAL);
        expectEqual(
          seeding.map(({ dataset: name }) => name),
          ['digits', 'mnist'],
        );
      },
    },
    ...firstEverywhere(FITS.map(fitCase)),
    ...SPHERICAL.map(sphericalCase),
    {
      name: 'predict, transform and score of new points',
      where: 'everywhere',
      run: async (context) => {
        const { cases, model: expected } = await golden(context);
        const { model } = await fit(context, find(cases, expected.case));
        const { runtime } = context;
        const [m, d] = expected.queries.shape;
        const queries = { data: expected.queries.data, shape: [m, d] } as const;
        const labels = await model.predict(queries, { runtime });
        expectEqual(labels, Uint32Array.from(expected.predict.data), 'predict');
        const distances = await model.transform(queries, { runtime });
        expectEqual([...distances.shape], [...expected.transform.shape], 'shape');
        expectClose(distances.data, expected.transform.data, {
          relative: 1e-6,
          because: 'the distances are some 4 float32 operations of the centroids and the points',
          what: 'transform',
        });
        expectClose(await model.score(queries, { runtime }), expected.score, INERTIA);
        const sampleWeight = Uint8Array.from({ length: m }, (_, i) => i + 1);
        const weighted = await model.score(queries, { runtime, sampleWeight });
        expectClose(weighted, expected.weightedScore, INERTIA);
      },
    },
    {
      name: 'k-means++ seeds as well as scikit-learn: digits',
      where: 'each runtime',
      run: async (context) => {
        const { potential, inertia } = await seeded(context, 0, 'k-means++', 20, 300);
        expectClose(potential, 0, { ...FOUR_ERRORS, what: 'potential, in standard errors' });
        expectClose(inertia!, 0, { ...FOUR_ERRORS, what: 'inertia, in standard errors' });
      },
    },
    {
      name: 'k-means++ seeds as well as scikit-learn: mnist',
      where: 'once',
      run: async (context) => {
        const { potential } = await seeded(context, 1, 'k-means++', 10, 1);
        expectClose(potential, 0, { ...FOUR_ERRORS, what: 'potential, in standard errors' });
      },
    },
    {
      // It reduces about 100 candidates to 10 by the same greedy k-means++: no worse is to be had.
      name: 'k-means|| seeds no worse than k-means++: digits',
      where: 'once',
      run: async (context) => {
        const { potential, inertia } = await seeded(context, 0, 'k-means||', 20, 300);
        for (const errors of [potential, inertia!]) {
          expectThat(errors < 4, `k-means|| is ${errors} standard errors worse than k-means++.`);
        }
      },
    },
  ],
};
