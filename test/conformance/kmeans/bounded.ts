/** Distances left out by the triangle inequality change nothing: labels, centroids, iterations. */
import fc from 'fast-check';
import type { KMeansOptions } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectSameBits } from '../expect.js';
import { clouds, fit, forAll, head, outcome, pick, type Rows, someClouds } from './support.js';

/** Fits with either algorithm, and expects one outcome. */
async function compare(
  context: ConformanceContext,
  points: Rows,
  options: KMeansOptions,
): Promise<void> {
  const lloyd = await fit(context, points, { ...options, algorithm: 'lloyd' });
  for (const algorithm of ['bounded', 'auto'] as const) {
    const other = await fit(context, points, { ...options, algorithm });
    expectEqual(outcome(other), outcome(lloyd), algorithm);
    expectSameBits(other.centroids.data, lloyd.centroids.data, `${algorithm}: centroids`);
  }
}

/** After every number of iterations up to `most`: no difference may come and go unseen. */
async function compareEveryIteration(
  context: ConformanceContext,
  points: Rows,
  options: KMeansOptions,
  most: number,
): Promise<void> {
  for (let maxIter = 1; maxIter <= most; maxIter++) {
    await compare(context, points, { ...options, maxIter, tol: 0 });
  }
}

/** Shapes with one group of clusters and several, full and not, and of one and more tiles. */
const SHAPES = [
  [300, 2, 5],
  [700, 6, 16],
  [1025, 3, 17],
  [1500, 9, 63],
  [1500, 8, 65],
  [3000, 33, 130],
  [2500, 5, 700],
] as const;

const everyShape = (metric: 'euclidean' | 'cosine', weighted: boolean): Case => ({
  name: `every shape: ${metric}${weighted ? ', weighted' : ''}`,
  run: async (context) => {
    for (const [n, d, k] of SHAPES) {
      if (!context.gpu && k > 200) continue;
      const points = clouds(n, d, Math.ceil(k / 2), n);
      const weights = weighted ? { sampleWeight: points.data.slice(0, n).map(Math.abs) } : {};
      await compare(context, points, {
        k,
        init: head(points, k),
        metric,
        maxIter: 15,
        tol: 0,
        ...weights,
      });
    }
  },
});

export const kmeansBounded: Suite = {
  name: 'kmeans bounded',
  cases: [
    {
      name: 'any small problem, after every iteration',
      where: 'each runtime',
      run: (context) =>
        forAll(
          fc.tuple(someClouds, fc.constantFrom('euclidean', 'cosine')),
          async ([points, metric]) => {
            if (metric === 'cosine' && points.shape[1] === 1) return;
            const options = { k: points.k, init: head(points, points.k), metric };
            await compareEveryIteration(context, points, options, 4);
          },
          6,
        ),
    },
    {
      name: 'many clusters, after every iteration',
      where: 'each runtime',
      run: async (context) => {
        const points = clouds(1500, 10, 20, 1);
        const options = { k: 70, init: head(points, 70) };
        await compareEveryIteration(context, points, options, 6);
      },
    },
    // Those with weights stand for them on other drivers.
    { ...everyShape('euclidean', false), where: 'each runtime' },
    { ...everyShape('cosine', false), where: 'each runtime' },
    everyShape('euclidean', true),
    {
      name: 'ties: rows on a grid, every row twice, and centroids that are equal',
      where: 'each runtime',
      run: async (context) => {
        const grid = clouds(600, 2, 40, 2);
        const whole = { ...grid, data: grid.data.map((value) => Math.round(value)) };
        const twice = pick(
          whole,
          Uint32Array.from({ length: 1200 }, (_, i) => i >> 1),
        );
        const init = head(twice, 80);
        await compareEveryIteration(context, twice, { k: 80, init }, 5);
        await compare(context, twice, { k: 80, init, maxIter: 30, tol: 0 });
      },
    },
    {
      name: 'empty clusters are relocated, early and late',
      run: async (context) => {
        const points = clouds(1200, 7, 30, 3);
        const init = head(points, 66);
        init.data.fill(500, 60 * 7);
        await compareEveryIteration(context, points, { k: 66, init }, 4);
        await compare(context, points, { k: 66, init, maxIter: 20, tol: 0 });
      },
    },
    {
      name: 'clusters far smaller than their distance from the centre, where scores cancel',
      run: async (context) => {
        const points = clouds(1500, 12, 1, 4);
        const far = points.data.map(
          (value, at) => value * 1e-3 + 50 * (Math.floor(at / 12) % 2 === 0 ? 1 : -1),
        );
        const rows = { ...points, data: far };
        await compare(context, rows, { k: 64, init: head(rows, 64), maxIter: 15, tol: 0 });
      },
    },
    {
      name: 'data of very small and very large numbers',
      run: async (context) => {
        const points = clouds(800, 9, 30, 5);
        for (const scale of [1e-13, 1e13]) {
          const rows = { ...points, data: points.data.map((value) => scale * value) };
          await compare(context, rows, { k: 64, init: head(rows, 64), maxIter: 20, tol: 0 });
        }
      },
    },
    {
      name: 'rows that are all equal',
      where: 'everywhere',
      run: async (context) => {
        const rows = { data: new Float32Array(400).fill(3), shape: [100, 4] as const };
        await compare(context, rows, { k: 20, init: head(rows, 20), maxIter: 5 });
      },
    },
    {
      name: 'rows in chunks, with lists shorter than a chunk',
      where: 'each runtime',
      needsGpu: true,
      run: async (context) => {
        const points = clouds(2500, 13, 40, 6);
        const limits = {
          maxBufferSize: 100_000,
          maxStorageBufferBindingSize: 100_000,
          maxComputeWorkgroupsPerDimension: 16,
        };
        const runtime = await context.library.createRuntime({ limits });
        try {
          const options = { k: 100, init: head(points, 100), maxIter: 12, tol: 0 };
          const whole = await fit(context, points, { ...options, algorithm: 'lloyd' });
          const chunked = await fit(context, points, { ...options, algorithm: 'bounded', runtime });
          expectEqual(outcome(chunked), outcome(whole), 'model');
          expectSameBits(chunked.centroids.data, whole.centroids.data, 'centroids');
        } finally {
          runtime.dispose();
        }
      },
    },
  ],
};
