/** Sizes at which float32 is put to the test: many rows, many columns, many components. */
import { type Case, type ConformanceContext, everywhere, type Suite } from '../case.js';
import { expectClose } from '../expect.js';
import { clouds } from '../kmeans/support.js';

interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
  readonly covarianceType: 'full' | 'diag';
  readonly maxIter: number;
}

/** The device in float32 beside the twin in float64, step by step from the same start. */
async function compareWithTwin(
  { library, runtime }: ConformanceContext,
  { rows, columns, k, covarianceType, maxIter }: Size,
): Promise<void> {
  const points = clouds(rows, columns, k, 11);
  const even = Array.from({ length: k }, () => 1 / k);
  const first = points.data.slice(0, k * columns);
  const options = {
    k,
    covarianceType,
    maxIter,
    tol: 0,
    init: {
      weights: even,
      means: { data: first, shape: [k, columns] },
      precisions: precisionsOf(covarianceType, k, columns),
    },
  } as const;
  const device = await library.gaussianMixture(points, { ...options, runtime });
  const twin = await library.gaussianMixture(points, { ...options, runtime: 'cpu' });
  const because = 'the demand on float32, whatever the size';
  expectClose(device.means.data, twin.means.data, {
    relative: 1e-4,
    absolute: 1e-4,
    because,
    what: 'means',
  });
  expectClose(device.weights.data, twin.weights.data, {
    relative: 1e-4,
    absolute: 1e-7,
    because,
    what: 'weights',
  });
  expectClose(device.logLikelihood / rows, twin.logLikelihood / rows, {
    absolute: 1e-5,
    because,
    what: 'mean log-likelihood',
  });
}

/** Unit precisions. */
function precisionsOf(type: Size['covarianceType'], k: number, d: number) {
  if (type === 'diag') return { data: new Float64Array(k * d).fill(1), shape: [k, d] } as const;
  const data = new Float64Array(k * d * d);
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) data[(c * d + j) * d + j] = 1;
  return { data, shape: [k, d, d] } as const;
}

const sizeCase = (name: string, size: Size): Case => ({
  name,
  // The twin beside itself shows nothing.
  needsGpu: true,
  timeoutMs: 180_000,
  run: (context) => compareWithTwin(context, size),
});

export const mixtureSizes: Suite = {
  name: 'mixture sizes',
  where: 'each runtime',
  cases: [
    sizeCase('1,000,000 rows', {
      rows: 1_000_000,
      columns: 2,
      k: 3,
      covarianceType: 'full',
      maxIter: 3,
    }),
    sizeCase('128 columns', {
      rows: 3000,
      columns: 128,
      k: 3,
      covarianceType: 'full',
      maxIter: 4,
    }),
    sizeCase('64 components', {
      rows: 6000,
      columns: 8,
      k: 64,
      covarianceType: 'full',
      maxIter: 3,
    }),
    everywhere(
      sizeCase('64 components, diagonal', {
        rows: 6000,
        columns: 20,
        k: 64,
        covarianceType: 'diag',
        maxIter: 3,
      }),
    ),
  ],
};
