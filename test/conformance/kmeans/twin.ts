/** The device in float32 against the CPU twin in float64. */
import type { Case, Suite } from '../case.js';
import { expectClose, expectEqual } from '../expect.js';
import { clouds, fit, head, INERTIA } from './support.js';

/** Shapes one below, at and one above what kernels split their work by: 4, 8, 64, 256, 1,024. */
const SHAPES = [
  [63, 1, 2],
  [64, 2, 7],
  [65, 3, 8],
  [255, 4, 9],
  [256, 5, 15],
  [257, 7, 16],
  [1023, 8, 17],
  [1024, 9, 63],
  [1025, 15, 64],
  [2049, 33, 65],
] as const;

const compared = (metric: 'euclidean' | 'cosine'): Case => ({
  name: `agrees with float64 at every tile's edge: ${metric}`,
  needsGpu: true,
  run: async (context) => {
    // Directions are rows of another length: every other shape is enough for them.
    for (const [n, d, k] of SHAPES.filter((_, i) => metric === 'euclidean' || i % 2 === 1)) {
      const points = clouds(n, d, k, n);
      for (const weighted of [false, true]) {
        const options = {
          k,
          init: head(points, k),
          metric,
          maxIter: 8,
          ...(weighted ? { sampleWeight: points.data.slice(0, n).map(Math.abs) } : {}),
        };
        const device = await fit(context, points, options);
        const twin = await fit(context, points, { ...options, runtime: 'cpu' });
        const what = `${n} x ${d}, k = ${k}${weighted ? ', weighted' : ''}`;
        expectEqual(device.labels, twin.labels, `${what}: labels`);
        expectEqual(device.counts, twin.counts, `${what}: counts`);
        expectEqual(device.iterations, twin.iterations, `${what}: iterations`);
        expectEqual(device.converged, twin.converged, `${what}: converged`);
        expectClose(device.centroids.data, twin.centroids.data, {
          relative: 1e-5,
          absolute: 1e-6,
          because: 'sums of float32 differences below 8, the twin rounds but once',
          what: `${what}: centroids`,
        });
        expectClose(device.inertia, twin.inertia, { ...INERTIA, what: `${what}: inertia` });
        expectClose(device.history, twin.history, { ...INERTIA, what: `${what}: history` });
        const [some, on] = [head(points, 50), { runtime: 'cpu' }] as const;
        const distances = await device.transform(some);
        expectClose(distances.data, (await device.transform(some, on)).data, {
          relative: 1e-6,
          absolute: 1e-6,
          because: 'differences below 8 squared, added and rooted in float32',
          what: `${what}: distances`,
        });
      }
    }
  },
});

export const kmeansTwin: Suite = {
  name: 'kmeans twin',
  cases: [
    compared('euclidean'),
    compared('cosine'),
    {
      name: "'random' takes the same rows of a seed on either",
      where: 'everywhere',
      needsGpu: true,
      run: async (context) => {
        const points = clouds(500, 4, 6, 1);
        const options = { k: 6, init: 'random', seed: 11 } as const;
        const device = await fit(context, points, options);
        const twin = await fit(context, points, { ...options, runtime: 'cpu' });
        expectEqual(device.labels, twin.labels, 'labels');
        expectClose(device.history, twin.history, { ...INERTIA, what: 'history' });
      },
    },
  ],
};
