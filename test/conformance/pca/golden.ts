/** What scikit-learn answers (test/golden/): components, variances, scores, likelihoods. */
import {
  type Dataset,
  type DatasetName,
  loadDataset,
  loadPca,
  MNIST_FILE,
  type PcaCase,
  pickRows,
} from '../../golden/index.js';
import type { PcaModel, PcaOptions } from '../../../src/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import { component, dot, expectProper, on } from './support.js';

/** The fits of pca.json, by name: a suite must name its cases before any file is read. */
const FITS = [
  'iris-all',
  'iris-2-whiten',
  'iris-fraction0.95',
  'wine-3',
  'faithful-1',
  'digits-16',
  'digits-16-whiten',
  'digits-fraction0.9',
  'mnist-20',
  'mnist-20-whiten',
  'mnist-fraction0.5',
];
/** What they have beyond mnist-20 is the host's work. */
const ONCE = ['mnist-20-whiten', 'mnist-fraction0.5'];
const SPECTRA = ['iris', 'wine', 'faithful', 'digits', 'mnist'] as const;
/** 10,000 rows of MNIST on the slowest engine, and more components than Lanczos' method is for. */
const SLOW_MS = 300_000;

function read({ readFile }: ConformanceContext) {
  return (name: string): Promise<Uint8Array> =>
    readFile(name === MNIST_FILE ? name : `golden/${name}`);
}

const dataset = (context: ConformanceContext, name: DatasetName, rows: number): Promise<Dataset> =>
  loadDataset(read(context), name, rows);

async function compareFit(
  context: ConformanceContext,
  name: string,
  options: PcaOptions = {},
): Promise<void> {
  const { cases } = await loadPca(read(context));
  const expected = cases.find((one) => one.name === name);
  expectThat(expected !== undefined, `pca.json has no case '${name}'.`);
  const points = await dataset(context, expected.dataset, expected.rows);
  const model = await context.library.pca(points, {
    nComponents: expected.nComponents ?? 'all',
    whiten: expected.whiten,
    ...on(context),
    ...options,
  });
  expectProper(model);
  const signs = compareParameters(model, expected);
  await compareUse(context, model, expected, points, signs);
}

/** Compares what the model says of itself; returns the sign of each of its components. */
function compareParameters(model: PcaModel, expected: PcaCase): readonly number[] {
  const [count, d] = expected.components.shape;
  expectEqual([...model.components.shape], [count, d], 'shape');
  expectClose(model.explainedVarianceRatio, expected.explainedVarianceRatio.data, {
    absolute: 1e-5,
    because: 'the covariance adds up in float32 over short runs of rows',
    what: 'variance ratios',
  });
  const [largest] = expected.explainedVariance.data;
  expectClose(model.explainedVariance, expected.explainedVariance.data, {
    absolute: 1e-6 * largest,
    because: 'float32 sums err relative to the largest',
    what: 'variances',
  });
  expectClose(model.singularValues, expected.singularValues.data, {
    absolute: 1e-5 * expected.singularValues.data[0],
    because: 'they are roots of the variances',
    what: 'singular values',
  });
  expectClose(model.noiseVariance, expected.noiseVariance, {
    absolute: 1e-6 * largest,
    because: 'it is a mean of the other variances',
    what: 'noise variance',
  });
  expectClose(model.mean, expected.mean.data, {
    relative: 1e-6,
    absolute: 1e-6 * Math.sqrt(largest),
    because: 'runs of 1,024 rows add up in float32, and few distinct numbers round alike',
    what: 'mean',
  });
  return Array.from({ length: count }, (_, t) => {
    const given = expected.components.data.subarray(t * d, (t + 1) * d);
    const own = component(model, t);
    const sign = Math.sign(dot(own, given));
    expectClose(
      own.map((value) => sign * value),
      given,
      {
        absolute: 1e-4,
        because: 'the covariance errs by some 1e-7 of its largest eigenvalue, divided by the gap',
        what: `component ${t}`,
      },
    );
    return sign;
  });
}

async function compareUse(
  context: ConformanceContext,
  model: PcaModel,
  expected: PcaCase,
  points: Dataset,
  signs: readonly number[],
): Promise<void> {
  const count = signs.length;
  const { data, shape } = pickRows(points, expected.probeRows.data);
  const probes = { data, shape: [shape[0], shape[1]] as const };
  const scores = await model.transform(probes, on(context));
  expectEqual([...scores.shape], [...expected.transform.shape], 'shape of the scores');
  expectClose(
    scores.data.map((value, at) => signs[at % count] * value),
    expected.transform.data,
    {
      absolute: 2e-4 * Math.max(...expected.transform.data.map(Math.abs)),
      because: 'components may differ by 1e-4',
      what: 'scores',
    },
  );
  expectClose(await model.scoreSamples(probes, on(context)), expected.scoreSamples.data, {
    relative: 5e-5,
    because:
      'the smallest variance, 1 / 200 of the largest, is known to 4e-5; in the mean less remains',
    what: 'log-likelihoods',
  });
  expectClose(await model.score(points, on(context)), expected.score, {
    relative: 1e-5,
    because: 'errors of variances hardly matter where the likelihood is largest',
    what: 'mean log-likelihood',
  });
}

/** Mean over the rows of |x - x'|^2. */
function meanError(points: Dataset, images: Float32Array): number {
  let total = 0;
  for (let at = 0; at < images.length; at++) total += (points.data[at] - images[at]) ** 2;
  return total / points.shape[0];
}

const spectrum = (name: DatasetName): Case => ({
  name: `variances and reconstruction errors: ${name}`,
  needsGpu: name === 'mnist',
  // Most of that is the host's work.
  ...(name === 'mnist' && { where: 'once' }),
  timeoutMs: SLOW_MS,
  run: async (context) => {
    const { spectra } = await loadPca(read(context));
    const expected = spectra.find(({ dataset: set, rows }) => set === name && rows <= 10_000);
    expectThat(expected !== undefined, `pca.json has no spectrum of '${name}'.`);
    const points = await dataset(context, name, expected.rows);
    const model = await context.library.pca(points, on(context));
    expectClose(model.explainedVarianceRatio, expected.explainedVarianceRatio.data, {
      absolute: 1e-5,
      because: 'the covariance adds up in float32 over short runs of rows',
      what: 'variance ratios',
    });
    // Each takes the rows to the device and back: of wide ones only the fewest.
    const chosen = expected.reconstruction.slice(0, name === 'mnist' ? 1 : undefined);
    for (const { components, error } of chosen) {
      const { data } = await model.reconstruct(points, components, on(context));
      expectClose(meanError(points, data), error, {
        relative: 1e-5,
        because: 'directions that differ by 1e-4 change the error by the square of that',
        what: `mean squared error from ${components} components`,
      });
    }
  },
});

const fitCase = (name: string): Case => ({
  name,
  // On the CPU twin 10,000 wide rows are a wait, and show no more than digits do.
  needsGpu: name.startsWith('mnist'),
  ...(ONCE.includes(name) && { where: 'once' }),
  timeoutMs: SLOW_MS,
  run: (context) => compareFit(context, name),
});

export const pcaGolden: Suite = {
  name: 'pca golden',
  cases: [
    {
      name: 'every case of the file is known here',
      run: async (context) => {
        const { cases } = await loadPca(read(context));
        expectEqual(
          cases.map(({ name }) => name),
          FITS,
        );
      },
    },
    ...firstEverywhere(FITS.map(fitCase)),
    {
      name: 'by the other solvers: iris, wine',
      run: async (context) => {
        for (const solver of ['randomized', 'deflation'] as const) {
          await compareFit(context, 'iris-2-whiten', { solver });
          await compareFit(context, 'wine-3', { solver });
        }
        await compareFit(context, 'iris-all', { solver: 'incremental', batchSize: 40 });
        await compareFit(context, 'iris-fraction0.95', { solver: 'deflation' });
      },
    },
    {
      name: 'by the randomized solver, in enough iterations: digits',
      run: (context) =>
        compareFit(context, 'digits-16', { solver: 'randomized', iteratedPower: 30 }),
    },
    ...SPECTRA.map(spectrum),
    {
      name: 'all 60,000 rows of MNIST, where the device needs chunks for them',
      needsGpu: true,
      timeoutMs: SLOW_MS,
      run: async (context) => {
        const { spectra } = await loadPca(read(context));
        const expected = spectra.find(({ rows }) => rows === 60_000)!;
        const { maxStorageBufferBindingSize } = (await context.requestAdapter()).limits;
        const bytes = 4 * 60_000 * 784;
        if (maxStorageBufferBindingSize >= bytes) {
          context.note('a buffer of this device holds them: no more to see than in 10,000 rows');
          return;
        }
        const points = await dataset(context, 'mnist', 60_000);
        const model = await context.library.pca(points, { nComponents: 50, ...on(context) });
        expectClose(
          model.explainedVarianceRatio,
          expected.explainedVarianceRatio.data.slice(0, 50),
          {
            relative: 1e-5,
            because:
              'the covariance adds up in float32 over short runs of rows, float64 over those',
            what: 'variance ratios',
          },
        );
      },
    },
  ],
};
