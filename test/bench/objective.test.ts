/** The bench's own float64 checks, held to numbers worked out by hand and to the CPU twin. */
import { expect, test } from 'vitest';
import { distinctRows } from '../../bench/data/synthetic.js';
import { inertiaOf, lloydInertias, logLikelihoodOf, residualOf } from '../../bench/objective.js';
import type { Workload } from '../../bench/workload.js';
import { blobs } from '../../bench/data/synthetic.js';
import { gaussianMixture, kmeans, pca } from '../../src/index.js';

const make = (
  method: Workload['method'],
  data: readonly number[],
  [n, d, k]: readonly [number, number, number],
  start: readonly number[] = [],
  covarianceType?: 'full' | 'diag',
): Workload => ({
  name: 'hand',
  title: 'by hand',
  method,
  n,
  d,
  k,
  ...(covarianceType && { covarianceType }),
  data: Float32Array.from(data),
  start: Float32Array.from(start),
});

test('inertia by hand, and after one and two of Lloyd’s iterations', () => {
  // 0, 1 | 4, 6 from centroids 0 and 4: means 0.5 and 5; then nothing moves.
  const workload = make('kmeans', [0, 1, 4, 6], [4, 1, 2], [0, 4]);
  expect(inertiaOf(workload, { centroids: [0, 4] })).toBe(5);
  expect(lloydInertias(workload, 2)).toEqual([2.5, 2.5]);
});

test('a start that empties a cluster is told', () => {
  // Both rows are nearest to 0: 9 is left without any.
  expect(lloydInertias(make('kmeans', [0, 1], [2, 1, 2], [0, 9]), 1)).toBeUndefined();
});

test('Lloyd’s iterations are those of the library', async () => {
  const [n, d, k] = [400, 20, 5];
  const data = blobs(n, d, k, 3);
  const start = distinctRows(data, n, k, 1);
  const workload = { ...make('kmeans', [], [n, d, k]), data, start };
  const [, second] = lloydInertias(workload, 2)!;
  const { centroids, inertia } = await kmeans(
    { data, shape: [n, d] },
    { k, init: { data: start, shape: [k, d] }, maxIter: 2, tol: 0, runtime: 'cpu' },
  );
  expect(inertiaOf(workload, { centroids: centroids.data })).toBeCloseTo(inertia, 3);
  expect(Math.abs(second / inertia - 1)).toBeLessThan(1e-6);
});

test('centroids that are not numbers, or too few, are worth NaN', () => {
  const workload = make('kmeans', [0, 1, 4, 6], [4, 1, 2], [0, 4]);
  expect(inertiaOf(workload, { centroids: [0] })).toBeNaN();
  expect(inertiaOf(workload, { centroids: [Number.NaN, Number.NaN] })).toBeNaN();
});

test.each(['full', 'diag'] as const)('the log-likelihood of a %s mixture', async (type) => {
  const [n, d, k] = [300, 3, 2];
  const data = blobs(n, d, k, 5);
  const model = await gaussianMixture(
    { data, shape: [n, d] },
    { k, covarianceType: type, maxIter: 3, tol: 0, runtime: 'cpu' },
  );
  const workload = { ...make('mixture', [], [n, d, k], [], type), data };
  const { weights, means, precisionsCholesky } = model;
  const result = {
    weights: weights.data,
    means: means.data,
    factors: precisionsCholesky.data,
  };
  const expected = model.logLikelihood / n;
  expect(Math.abs(logLikelihoodOf(workload, result) / expected - 1)).toBeLessThan(1e-6);
});

test('the standard normal density by hand', () => {
  const workload = make('mixture', [0, 2], [2, 1, 1], [], 'diag');
  const result = { weights: [1], means: [0], factors: [1] };
  expect(logLikelihoodOf(workload, result)).toBeCloseTo(-Math.log(2 * Math.PI) / 2 - 1, 12);
});

test('what components leave of the variance; none that are not orthonormal', async () => {
  const workload = make('pca', [-1, 0, 1, 0, 0, 3, 0, -3], [4, 2, 1]);
  expect(residualOf(workload, { mean: [0, 0], components: [0, 1] })).toBeCloseTo(2, 12);
  expect(residualOf(workload, { mean: [0, 0], components: [1, 0] })).toBeCloseTo(18, 12);
  expect(residualOf(workload, { mean: [0, 0], components: [0, 1.1] })).toBeNaN();
  const model = await pca(
    { data: workload.data, shape: [4, 2] },
    { nComponents: 1, runtime: 'cpu' },
  );
  const { mean, components } = model;
  expect(residualOf(workload, { mean, components: components.data })).toBeCloseTo(2, 5);
});
