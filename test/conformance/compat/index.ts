/** Drop-ins for other packages, on a device. Beside their peers they are tested on the host: test/compat. */
import type { Runtime } from '../../../host/runtime.js';
import { KMEANS } from '../../../src/compat/density_kmeans.js';
import { kmeans, kmeansGenerator } from '../../../src/compat/ml_kmeans.js';
import { clusterize, type Group } from '../../../src/compat/node_kmeans.js';
import type { Where } from '../../../src/compat/rows.js';
import skmeans from '../../../src/compat/skmeans.js';
import { clustersDbscan, clustersKmeans } from '../../../src/compat/turf.js';
import { createRandom } from '../../../src/math/random.js';
import { type Case, type ConformanceContext, type Suite } from '../case.js';
import { expectEqual } from '../expect.js';
import { openRuntime } from '../kernels/lab.js';
import { clouds } from '../kmeans/support.js';

/** Rows on a grid far from 0, with ties by the hundred, and rows anywhere. */
const rowsOf = (n: number, d: number, grid: number, offset: number): number[][] => {
  const { data } = clouds(n, d, 2, 9);
  return Array.from({ length: n }, (_, i) =>
    Array.from(
      data.subarray(i * d, (i + 1) * d),
      (value) => offset + (grid === 0 ? value : Math.round(value * grid) / grid),
    ),
  );
};

async function seeded<T>(work: () => Promise<T>): Promise<T> {
  const original = Math.random;
  const random = createRandom(3);
  Math.random = () => random.next();
  try {
    return await work();
  } finally {
    Math.random = original;
  }
}

const onDevice = (name: string, run: (where: Where) => Promise<unknown>): Case => ({
  where: 'once',
  needsGpu: true,
  name,
  run: async (context: ConformanceContext) => {
    const expected = await seeded(() => run({ runtime: 'cpu' }));
    const runtime: Runtime = await openRuntime(context);
    try {
      expectEqual(await seeded(() => run({ runtime })), expected, 'on the device');
    } finally {
      runtime.dispose();
    }
  },
});

const SETS = [rowsOf(600, 2, 2, 0), rowsOf(300, 5, 0, 1000), rowsOf(400, 1, 10, 0)];

const kMeans = onDevice(
  'K-means of five packages gives on a device what float64 gives',
  async (where) => {
    const found: unknown[] = [];
    for (const rows of SETS) {
      const initialization = rows.slice(0, 7);
      const { distance, ...result } = await kmeans(rows, 7, { initialization }, where);
      expectEqual(distance([1], [3]), 4, 'distance');
      found.push({ ...result });
      const { it, idxs, centroids } = await skmeans(rows, 7, rows.slice(3, 10), 40, null, where);
      found.push(it, idxs, centroids);
      found.push(
        await new Promise<Group[]>((resolve, reject) => {
          const done = (error: unknown, groups?: Group[]) => {
            if (groups) resolve(groups);
            else reject(error instanceof Error ? error : new Error(String(error)));
          };
          clusterize(rows, { k: 4 }, done, where);
        }),
      );
      const density = new KMEANS();
      found.push(await density.run(rows, 5, where), density.centroids);
      for await (const { iterations, clusters } of kmeansGenerator(rows, 3, { seed: 4 }, where)) {
        found.push(iterations, [...clusters]);
        if (iterations === 3) break;
      }
    }
    return found;
  },
);

const places = onDevice(
  'turf: clusters of places are on a device what float64 makes of them',
  async (where) => {
    const offset = [
      [8, 47],
      [-60, -3],
    ];
    const found: unknown[] = [];
    for (const [east, north] of offset) {
      const features = rowsOf(700, 2, 20, 0).map(([x, y]) => ({
        type: 'Feature' as const,
        geometry: { type: 'Point' as const, coordinates: [east + x / 4, north + y / 4] },
        properties: {},
      }));
      const points = { type: 'FeatureCollection' as const, features };
      found.push(await clustersKmeans(points, { numberOfClusters: 9 }, where));
      found.push(await clustersDbscan(points, 4, { minPoints: 5 }, where));
    }
    return found;
  },
);

export const compat: Suite = { name: 'drop-ins', cases: [kMeans, places] };
