/** The drop-ins beside the peers themselves: equal answers for random points, starts and seeds. */
import { clustersDbscan as theirDbscan } from '@turf/clusters-dbscan';
import { clustersKmeans as theirKmeans } from '@turf/clusters-kmeans';
import densityClustering from 'density-clustering';
import fc from 'fast-check';
import * as mlKmeans from 'ml-kmeans';
import nodeKmeans from 'node-kmeans';
import theirSkmeans from 'skmeans';
import { describe, expect, it } from 'vitest';
import * as density from '../../src/compat/density_kmeans.js';
import { kmeans, kmeansGenerator, type Options } from '../../src/compat/ml_kmeans.js';
import { clusterize } from '../../src/compat/node_kmeans.js';
import skmeans from '../../src/compat/skmeans.js';
import { clustersDbscan, clustersKmeans, type PointCollection } from '../../src/compat/turf.js';
import { copied, points, seeded, seeds, withStarts } from './support.js';

const RUNS = { numRuns: 60 };

describe('ml-kmeans', () => {
  const fields = (
    result: Awaited<ReturnType<typeof kmeans>> | ReturnType<typeof mlKmeans.kmeans>,
  ) => {
    const { clusters, centroids, converged, iterations } = result;
    return { clusters: [...clusters], centroids, converged, iterations };
  };
  const both = async (data: number[][], k: number, options: Options) => {
    let theirs: unknown;
    try {
      const result = mlKmeans.kmeans(copied(data), k, options);
      theirs = {
        ...fields(result),
        nearest: result.nearest(data),
        info: result.computeInformation(data),
      };
    } catch (error) {
      theirs = (error as Error).message;
    }
    const ours = await kmeans(data, k, options).then(
      (result) => ({
        ...fields(result),
        nearest: result.nearest(data),
        info: result.computeInformation(data),
      }),
      (error: unknown) => (error as Error).message,
    );
    expect(ours).toEqual(theirs);
  };

  it('given starts', () =>
    fc.assert(
      fc.asyncProperty(
        withStarts,
        fc.constantFrom(0, 1, 3, 100),
        fc.constantFrom(0, 1e-6, 0.5),
        ([data, starts], maxIterations, tolerance) =>
          both(data, starts.length, {
            initialization: starts,
            maxIterations: maxIterations || 50,
            tolerance,
          }),
      ),
      RUNS,
    ));

  it('seeds, and each way to start', () =>
    fc.assert(
      fc.asyncProperty(
        points(2),
        fc.integer({ min: 1, max: 6 }),
        seeds,
        fc.constantFrom('kmeans++', 'random', 'mostDistant'),
        (data, k, seed, initialization) => both(data, k, { seed, initialization }),
      ),
      RUNS,
    ));

  it('each step of the generator, another distance, and its errors', async () => {
    const manhattan = (p: number[], q: number[]) =>
      p.reduce((sum, value, i) => sum + Math.abs(value - q[i]), 0);
    const data = [
      [1, 1],
      [1.1, 0.95],
      [0, 0],
      [-0.04, 0.02],
      [5, 5],
      [4, 6],
    ];
    const initialization = [
      [0, 0],
      [1, 1],
      [0.5, 0.5],
    ];
    const options = { initialization, distanceFunction: manhattan };
    const theirs = Array.from(mlKmeans.kmeansGenerator(data, 3, options), fields);
    const ours = [];
    for await (const result of kmeansGenerator(data, 3, options)) ours.push(fields(result));
    expect(ours).toEqual(theirs);
    expect(initialization).toEqual([
      [0, 0],
      [1, 1],
      [0.5, 0.5],
    ]);
    for (const [rows, k, wrong] of [
      [[], 2, {}],
      [data, -1, {}],
      [data, 1.5, {}],
      [data, 7, {}],
      [data, 3, { initialization: [[1, 1]] }],
      [data, 3, { initialization: 'lol' as 'random' }],
      [data, 3, { seed: 0.5 }],
    ] as [number[][], number, Options][]) {
      await both(rows, k, wrong);
    }
    for await (const result of kmeansGenerator(data, 3, options)) {
      expect(result.iterations).toBe(1);
      break;
    }
    await expect(
      kmeans(
        [
          [1, 2],
          [Number.NaN, 1],
        ],
        1,
      ),
    ).rejects.toMatchObject({
      name: 'NonFiniteError',
    });
    await expect(kmeans([[1, 2], [3]], 1)).rejects.toMatchObject({ name: 'ShapeError' });
  });
});

describe('skmeans', () => {
  type Starts = number[][] | 'kmrand' | 'kmpp' | undefined;
  const both = async (
    data: number[][] | number[],
    k: number,
    starts: Starts,
    maxit: number,
    seed = 1,
  ) => {
    const run = async (work: () => unknown) => {
      try {
        const { it, k, idxs, centroids } = (await seeded(seed, work)) as Awaited<
          ReturnType<typeof skmeans>
        >;
        return { it, k, idxs, centroids };
      } catch (error) {
        return (error as Error).message;
      }
    };
    // Both are seeded while they draw their starts, before the first turn of the event loop.
    const theirs = await run(() =>
      theirSkmeans(copied(data) as number[][], k, copied(starts), maxit),
    );
    const ours = await run(() => skmeans(data as number[][], k, starts, maxit));
    expect(ours).toEqual(theirs);
  };

  it('given starts', () =>
    fc.assert(
      fc.asyncProperty(withStarts, fc.constantFrom(0, 1, 3), ([data, starts], maxit) =>
        both(data, Math.min(starts.length, data.length), starts, maxit),
      ),
      RUNS,
    ));

  it('drawn starts, of vectors and of numbers', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(points(2, 4), fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4 })),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('kmrand' as const, 'kmpp' as const, undefined),
        seeds,
        (data, k, method, seed) => both(data, k, method, 50, seed),
      ),
      RUNS,
    ));

  it('another distance, the test of a point, and what would never end', async () => {
    const data = [
      [1, 2],
      [2, 1],
      [8, 8],
      [9, 9],
      [5, 5],
    ];
    const starts = [
      [1, 2],
      [8, 8],
    ];
    const given = copied(starts);
    const chebyshev = (a: number[], b: number[]) =>
      Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    const theirs = theirSkmeans(data, 2, copied(starts), 100, chebyshev);
    const ours = await skmeans(data, 2, given, 100, chebyshev);
    expect([ours.idxs, ours.centroids]).toEqual([theirs.idxs, theirs.centroids]);
    expect(ours.test([6, 6])).toEqual(theirs.test([6, 6]));
    expect(given).toEqual(starts);
    await expect(skmeans(data, 6)).rejects.toMatchObject({ name: 'InvalidArgumentError' });
    await expect(skmeans(data, 0)).rejects.toMatchObject({ name: 'InvalidArgumentError' });
  });
});

const collectionOf = (coordinates: number[][]): PointCollection => ({
  type: 'FeatureCollection',
  features: coordinates.map((point, i) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: point },
    properties: i % 3 === 0 ? { name: `p${i}`, nested: { at: [i] } } : {},
  })),
});

describe('turf', () => {
  it('clustersKmeans', () =>
    fc.assert(
      fc.asyncProperty(points(2, 2), fc.constantFrom(undefined, 1, 3, 50), async (data, wanted) => {
        const options = wanted === undefined ? {} : { numberOfClusters: wanted };
        const given = collectionOf(data);
        const theirs = theirKmeans(copied(given), { ...options });
        expect(await clustersKmeans(given, options)).toEqual(theirs);
        expect(given).toEqual(collectionOf(data));
      }),
      RUNS,
    ));

  const places = fc.array(
    fc.tuple(
      fc.integer({ min: -40, max: 40 }).map((value) => value / 20),
      fc.integer({ min: -40, max: 40 }).map((value) => value / 20),
    ),
    { minLength: 1, maxLength: 60 },
  );

  it('clustersDbscan, in the plane, about poles and across meridians', () =>
    fc.assert(
      fc.asyncProperty(
        places,
        fc.constantFrom([0, 0], [10, 50], [-70, -88], [179, 20], [0, 89]),
        fc.constantFrom(5, 8, 30),
        fc.constantFrom(undefined, 2, 4),
        async (offsets, [east, north], distance, minPoints) => {
          const data = offsets.map(([x, y]) => [east + x, Math.max(-90, Math.min(90, north + y))]);
          const options = minPoints === undefined ? {} : { minPoints };
          const theirs = theirDbscan(collectionOf(data), distance, options);
          expect(await clustersDbscan(collectionOf(data), distance, options)).toEqual(theirs);
        },
      ),
      RUNS,
    ));

  it('units, mutate, and what are no points', async () => {
    const data = [
      [0, 0],
      [0.01, 0],
      [0.02, 0],
      [5, 5],
    ];
    const given = collectionOf(data);
    const options = { units: 'miles' as const, minPoints: 2, mutate: true };
    const theirs = theirDbscan(collectionOf(data), 1, options);
    const ours = await clustersDbscan(given, 1, options);
    expect(ours).toBe(given);
    expect(ours).toEqual(theirs);
    await expect(clustersDbscan(given, 1, { units: 'parsecs' })).rejects.toThrow(
      'parsecs units is invalid',
    );
    const line = { ...given.features[0], geometry: { type: 'LineString', coordinates: [] } };
    const lines = { type: 'FeatureCollection', features: [line] } as unknown as PointCollection;
    await expect(clustersKmeans(lines)).rejects.toMatchObject({ name: 'InvalidArgumentError' });
  });
});

describe('density-clustering', () => {
  it('DBSCAN: clusters and noise in their order', () =>
    fc.assert(
      fc.asyncProperty(
        points(2),
        fc.constantFrom(0.5, 1, 2.5),
        fc.constantFrom(1, 2, 4),
        async (data, epsilon, minPts) => {
          const theirs = new densityClustering.DBSCAN();
          const ours = new density.DBSCAN();
          expect(await ours.run(data, epsilon, minPts)).toEqual(theirs.run(data, epsilon, minPts));
          expect(ours.noise).toEqual(theirs.noise);
        },
      ),
      RUNS,
    ));

  it('KMEANS: from the same random numbers', () =>
    fc.assert(
      fc.asyncProperty(
        points(2, 6),
        fc.integer({ min: 1, max: 4 }),
        seeds,
        async (data, k, seed) => {
          const theirs = new densityClustering.KMEANS();
          const ours = new density.KMEANS();
          const expected = await seeded(seed, () => theirs.run(data, k));
          expect(await seeded(seed, () => ours.run(data, k))).toEqual(expected);
          expect(ours.centroids).toEqual(theirs.centroids);
        },
      ),
      RUNS,
    ));
});

describe('node-kmeans', () => {
  const called = <T>(call: (done: (error: unknown, result?: T) => void) => void) =>
    new Promise<T | string>((resolve) => {
      call((error, result) => {
        resolve(error ? (error as Error).message : result!);
      });
    });

  it('from the same random numbers', () =>
    fc.assert(
      fc.asyncProperty(
        points(2, 6),
        fc.integer({ min: 1, max: 3 }),
        seeds,
        async (data, k, seed) => {
          // So many different points that no group is left without one to begin again at.
          fc.pre(new Set(data.map(String)).size > k + 2);
          const theirs = await seeded(seed, () =>
            called((done) => nodeKmeans.clusterize(copied(data), { k }, done)),
          );
          const ours = await seeded(seed, () =>
            called((done) => {
              clusterize(data, { k }, done);
            }),
          );
          expect(ours).toEqual(theirs);
        },
      ),
      RUNS,
    ));

  it('its errors', async () => {
    for (const args of [[], [[[1]]], [[[1]], { k: 1 }], [[[1]], { k: 1 }, 5]]) {
      const message = (call: (...given: never[]) => unknown) => {
        try {
          call(...(args as never[]));
        } catch (error) {
          return (error as Error).message;
        }
        return 'nothing';
      };
      expect(message(clusterize)).toBe(message(nodeKmeans.clusterize as typeof clusterize));
    }
    for (const [data, k] of [
      [[[1]], 0],
      [[[1]], 2],
      ['text', 1],
    ] as [number[][], number][]) {
      expect(
        await called((done) => {
          clusterize(data, { k }, done);
        }),
      ).toBe(
        await called((done) => {
          nodeKmeans.clusterize(data, { k }, done);
        }),
      );
    }
  });
});
