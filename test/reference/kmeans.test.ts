import { describe, expect, it } from 'vitest';
import { ClusteringError, InvalidArgumentError } from '../../src/errors.js';
import type { LoadOptions } from '../../src/rows/load_options.js';
import { checkMatrix, type GpuMatrix } from '../../src/rows/matrix.js';
import { createRandom } from '../../src/math/random.js';
import { largestDifference, ones, row, squared, uniform } from './support.js';
import { distances } from '../../src/ops/assign/distances.js';
import { assign, inertiasOf } from '../../src/ops/clustering/assign.js';
import { lloyd } from '../../src/ops/clustering/lloyd.js';
import { hostEngine } from '../../src/ops/host_engine.twin.js';
import { seedCentroids } from '../../src/ops/seeding/seed.js';
import { meanVariance } from '../../src/ops/sums/mean_variance.js';

type Data = Float32Array | Float64Array;

function load(data: Data, d: number, options: Partial<LoadOptions> = {}) {
  const directions = options.metric === 'cosine';
  const rules = { directions, ...(options.shift ? { columns: d, shift: options.shift } : {}) };
  const points = checkMatrix('points', { data, shape: [data.length / d, d] }, rules);
  return hostEngine.load(points, { metric: 'euclidean', ...options });
}

describe('the data of a session', () => {
  it('are centred by their column means', async () => {
    const session = await load(Float32Array.of(1, 10, 3, 30), 2);
    expect(session.shape).toEqual([2, 2]);
    expect([...session.shift]).toEqual([2, 20]);
    const [start] = await session.run(seedCentroids, 'random', 2, [createRandom(1)]);
    expect([row(start, 0, 2), row(start, 1, 2)].sort((a, b) => a[0] - b[0])).toEqual([
      [-1, -10],
      [1, 10],
    ]);
  });

  it('are float32(x - shift) for a shift of float32 numbers', async () => {
    const data = uniform(300, 1).map((value) => 100 + value);
    const session = await load(data, 3);
    expect([...session.shift]).toEqual([...session.shift].map(Math.fround));
    const [rows] = await session.run(seedCentroids, 'random', 100, [createRandom(1)]);
    const expected = data.map((value, at) => value - session.shift[at % 3]);
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });

  it('keep the digits of float64 numbers with a large offset', async () => {
    const data = Float64Array.of(1e9 + 0.25, 1e9 + 0.5, 1e9 + 0.75);
    const session = await load(data, 1);
    expect(session.shift[0]).toBe(1e9 + 0.5);
    expect(await session.run(meanVariance)).toBeCloseTo(1 / 24, 12);
  });

  it.each([
    ['float32', uniform(600, 1)],
    ['float64', Float64Array.from(uniform(600, 1), (value) => value + 1e6)],
  ])('of %s repeat bit for bit, whole or in part, with the shift of a fit', async (_, data) => {
    const fitted = await load(data, 3);
    const part = await load(data.slice(0, 90), 3, { shift: fitted.shift });
    const [start] = await fitted.run(seedCentroids, 'k-means++', 5, [createRandom(1)]);
    expect(part.shift).toEqual(fitted.shift);
    const { labels } = await fitted.run(assign, start, 5);
    expect((await part.run(assign, start, 5)).labels).toEqual(labels.slice(0, 30));
    const found = await fitted.run(distances, start, 5);
    expect(await part.run(distances, start, 5)).toEqual(found.slice(0, 150));
  });

  it('are unit rows less their mean for cosine, of float64 numbers too', async () => {
    const directions = [3, 4, 0, 2, -5, 0];
    for (const data of [Float32Array.from(directions), Float64Array.from(directions)]) {
      const session = await load(data, 2, { metric: 'cosine' });
      expect([...session.shift]).toEqual([-0.4 / 3, 1.8 / 3].map(Math.fround));
      const [rows] = await session.run(seedCentroids, 'random', 3, [createRandom(1)]);
      const unit = rows.map((value, at) => value + session.shift[at % 2]);
      const sorted = [0, 1, 2].map((i) => row(unit, i, 2)).sort((a, b) => a[0] - b[0]);
      expect(largestDifference(sorted.flat(), [-1, 0, 0, 1, 0.6, 0.8])).toBeLessThan(1e-6);
    }
  });

  it('are refused for cosine where a row is zero, by its number', async () => {
    const rows = 2 ** 22 + 2; // the zero row stands in a second block
    const data = new Float32Array(rows).fill(1);
    data[rows - 1] = 0;
    const refused = load(data, 1, { metric: 'cosine' });
    await expect(refused).rejects.toThrow(InvalidArgumentError);
    await expect(refused).rejects.toThrow(`row ${rows - 1} is all zeros`);
  });

  it('are refused on a GPU', async () => {
    const points = { buffer: {}, shape: [4, 2] } as unknown as GpuMatrix;
    const refused = hostEngine.load(points, { metric: 'euclidean' });
    await expect(refused).rejects.toThrow(InvalidArgumentError);
    await expect(refused).rejects.toThrow(/shape \[4, 2\].*CPU.*WebGPU runtime/s);
  });

  it('are never written to', async () => {
    const data = uniform(60, 1);
    const before = data.slice();
    const session = await load(data, 3, { metric: 'cosine' });
    const [start] = await session.run(seedCentroids, 'k-means||', 4, [createRandom(1)]);
    await session.run(lloyd, [start], 4, { maxIter: 10, tolerance: 0 });
    expect(data).toEqual(before);
  });

  it('are gone after dispose', async () => {
    const session = await load(uniform(6, 1), 2);
    session.dispose();
    await expect(session.run(assign, new Float32Array(2), 1)).rejects.toThrow(ClusteringError);
    await expect(session.run(meanVariance)).rejects.toThrow(/disposed/);
  });
});

describe('meanVariance', () => {
  it('is the mean of the population variances, weights or none', async () => {
    const data = Float32Array.of(1, 0, 3, 8);
    const weights = Float32Array.of(0.5, 1.5);
    expect(await (await load(data, 2)).run(meanVariance)).toBe((1 + 16) / 2);
    expect(await (await load(data, 2, { weights })).run(meanVariance)).toBe((1 + 16) / 2);
  });
});

describe('assign', () => {
  it('gives labels, counts and the weighted inertia', async () => {
    const weights = Float32Array.of(0.5, 0.5, 2);
    const session = await load(Float32Array.of(0, 3, 6), 1, { weights });
    expect(await session.run(assign, Float32Array.of(-3, 10, 1), 3)).toEqual({
      labels: Uint32Array.of(0, 2, 2),
      counts: Uint32Array.of(1, 0, 2),
      inertia: 0.5 * 0 + 0.5 * 1 + 2 * 4,
    });
  });

  it('halves squared distances for cosine: 1 - cos', async () => {
    const session = await load(Float32Array.of(2, 0, 0, 3), 2, { metric: 'cosine' });
    const centroid = Float32Array.of(1, 0).map((value, j) => value - session.shift[j]);
    const { inertia } = await session.run(assign, centroid, 1);
    expect(inertia).toBe(1);
  });

  it('has the same inertia alone', async () => {
    const session = await load(uniform(300, 1), 3, { weights: uniform(100, 2).map(Math.abs) });
    const centroids = uniform(12, 3);
    expect(await session.run(inertiasOf, [centroids], 4)).toEqual([
      (await session.run(assign, centroids, 4)).inertia,
    ]);
  });

  it('hears an abort', async () => {
    const session = await load(uniform(6, 1), 2);
    const reason = new Error('enough');
    const assigning = session.run(assign, new Float32Array(2), 1, AbortSignal.abort(reason));
    await expect(assigning).rejects.toBe(reason);
  });
});

describe('distances', () => {
  it('are Euclidean, n x k, block after block', async () => {
    const [n, k, d] = [130, 64, 1024];
    const data = uniform(n * d, 1);
    const session = await load(data, d);
    const centroids = uniform(k * d, 2);
    const found = await session.run(distances, centroids, k);
    expect(found).toHaveLength(n * k);
    const shifted = centroids.map((value, at) => value + session.shift[at % d]);
    for (const [i, j] of [
      [0, 0],
      [63, 63],
      [64, 0],
      [129, 63],
    ]) {
      const expected = Math.sqrt(squared(row(data, i, d), row(shifted, j, d)));
      expect(found[i * k + j]).toBeCloseTo(expected, 4);
    }
  });

  it('are 1 - cos for cosine', async () => {
    const session = await load(Float32Array.of(2, 0, 0, 3, -1, 0), 2, { metric: 'cosine' });
    const centroid = Float32Array.of(1, 0).map((value, j) => value - session.shift[j]);
    const found = await session.run(distances, centroid, 1);
    expect(largestDifference(found, [0, 1, 2])).toBeLessThan(1e-6);
  });
});

describe('a fit from seeding to labels', () => {
  // Three clouds of 50 points round 0, 10 and 20 on each axis, interleaved.
  const n = 150;
  const data = uniform(n * 2, 9).map((value, at) => 10 * (Math.floor(at / 2) % 3) + value);

  it.each(['k-means++', 'k-means||'] as const)('finds three clouds from %s', async (seeding) => {
    const session = await load(data, 2);
    const [start] = await session.run(seedCentroids, seeding, 3, [createRandom(1)]);
    const { centroids, converged, history } = await session.run(lloyd, [start], 3, {
      maxIter: 50,
      tolerance: 0,
    });
    const { labels, counts, inertia } = await session.run(assign, centroids, 3);
    expect(converged).toBe(true);
    expect([...counts]).toEqual([50, 50, 50]);
    labels.forEach((label, i) => {
      expect(label).toBe(labels[i % 3]);
    });
    expect(inertia).toBeCloseTo(history[history.length - 1], 8);
  });

  it('gives the same bits for the same seed, and for weights of 1 as for none', async () => {
    const fit = async (options: Partial<LoadOptions>) => {
      const session = await load(data, 2, options);
      const [start] = await session.run(seedCentroids, 'random', 5, [createRandom(3)]);
      const run = await session.run(lloyd, [start], 5, { maxIter: 50, tolerance: 0 });
      return run;
    };
    const plain = await fit({});
    expect(await fit({})).toEqual(plain);
    expect(await fit({ weights: ones(n) })).toEqual(plain);
  });

  it('is not moved by a translation of the data', async () => {
    // Multiples of 1/64, which float32 still holds exactly next to 10,000.
    const coarse = data.map((value) => Math.round(value * 64) / 64);
    const fit = async (points: Float32Array) => {
      const session = await load(points, 2);
      const [start] = await session.run(seedCentroids, 'k-means++', 3, [createRandom(1)]);
      const run = await session.run(lloyd, [start], 3, { maxIter: 50, tolerance: 0 });
      return run;
    };
    const here = await fit(coarse);
    const there = await fit(coarse.map((value) => value + 1e4));
    expect(there.iterations).toBe(here.iterations);
    expect(largestDifference(there.centroids, here.centroids)).toBeLessThan(1e-3);
  });
});
