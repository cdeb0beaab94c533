import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/random.js';
import { gatherRows } from '../../src/math/sampling.js';
import {
  costsWith,
  kMeansParallel,
  kMeansPlusPlus,
  reduceCandidates,
} from '../../src/ops/seeding/seeding.twin.js';
import { grids, noPause, ones, row, scripted, squared, uniform } from './support.js';
import { localTrials } from '../../src/ops/seeding/trials.js';

describe('localTrials', () => {
  it('is 2 + floor(ln k)', () => {
    expect([1, 2, 3, 7, 8, 20, 21, 256].map(localTrials)).toEqual([2, 2, 3, 3, 4, 4, 5, 7]);
  });
});

describe('costsWith', () => {
  it('takes the candidate where it is nearer, and weighs the sum', () => {
    const x = Float32Array.of(0, 0, 3, 0, 3, 3);
    const { costs, potential } = costsWith(x, 3, 2, [1, 2, 0.5], [4, 5, 6], [3, 1]);
    expect([...costs]).toEqual([4, 1, 4]);
    expect(potential).toBe(4 + 2 + 2);
  });
});

describe('kMeansPlusPlus', () => {
  const line = Float32Array.of(0, 1, 10, 11);

  it('takes the trial that leaves the lowest potential', async () => {
    // First row 0; then squared distances 0 1 100 121, running sums 0 1 101 222. The trials draw
    // row 1 (potential 181), then row 3 (potential 2).
    const random = scripted([0, 0.004, 0.99]);
    expect([...(await kMeansPlusPlus(line, 4, 1, 2, ones(4), random, noPause))]).toEqual([0, 3]);
  });

  it('takes the first drawn of equally good trials', async () => {
    // Rows 0 and 2 are equally far from row 1 and equally good.
    const draws = scripted([0.5, 0.9, 0.1]);
    const x = Float32Array.of(-1, 0, 1);
    expect([...(await kMeansPlusPlus(x, 3, 1, 2, ones(3), draws, noPause))]).toEqual([1, 2]);
  });

  it('weighs the first draw and the later ones', async () => {
    const weights = [0, 2, 0, 1];
    const random = scripted([0.7, 0, 0.5]);
    expect([...(await kMeansPlusPlus(line, 4, 1, 2, weights, random, noPause))]).toEqual([3, 1]);
  });

  it('agrees with a version that recomputes everything from scratch', async () => {
    const [n, d, k] = [40, 3, 9];
    for (let seed = 0; seed < 10; seed++) {
      const x = uniform(n * d, seed);
      const weights = uniform(n, seed + 100).map((value) => Math.max(0, value));
      const stream = createRandom(seed);
      const draws = Array.from({ length: 1 + (k - 1) * localTrials(k) }, () => stream.next());
      const rows = await kMeansPlusPlus(x, n, d, k, weights, scripted(draws), noPause);
      expect([...rows]).toEqual(fromScratch(x, n, d, k, weights, draws));
    }
  });

  it('goes on from rows already chosen', async () => {
    const rows = await kMeansPlusPlus(line, 4, 1, 3, ones(4), createRandom(1), noPause, [1, 0]);
    expect([...rows.subarray(0, 2)]).toEqual([1, 0]);
    expect(rows[2]).toBeGreaterThanOrEqual(2);
  });

  it('ends with the error of its pause', async () => {
    const stop = () => Promise.reject(new Error('stopped'));
    const seeding = kMeansPlusPlus(line, 4, 1, 2, ones(4), createRandom(1), stop);
    await expect(seeding).rejects.toThrow('stopped');
  });
});

/** Greedy k-means++ without any running state. */
function fromScratch(
  x: Float32Array,
  n: number,
  d: number,
  k: number,
  weights: Float32Array,
  draws: readonly number[],
): number[] {
  const costs = (chosen: number[]) =>
    Array.from({ length: n }, (_, i) => {
      const distances = chosen.map((j) => squared(row(x, i, d), row(x, j, d)));
      return weights[i] * Math.min(...distances);
    });
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const draw = (values: number[], u: number) => {
    let left = u * total(values);
    return values.findIndex((value) => (left -= value) < 0);
  };
  const chosen = [draw([...weights], draws[0])];
  for (let at = 1; chosen.length < k; at += localTrials(k)) {
    const before = costs(chosen);
    const trials = draws.slice(at, at + localTrials(k)).map((u) => draw(before, u));
    const potentials = trials.map((i) => total(costs([...chosen, i])));
    chosen.push(trials[potentials.indexOf(Math.min(...potentials))]);
  }
  return chosen;
}

describe('kMeansParallel', () => {
  it('starts once in each of 8 far blobs', async () => {
    const [blobs, each] = [8, 20];
    const noise = uniform(blobs * each, 5);
    const x = noise.map((value, i) => 100 * (i % blobs) + value);
    for (let seed = 0; seed < 10; seed++) {
      const random = createRandom(seed);
      const start = await kMeansParallel(x, x.length, 1, blobs, ones(x.length), random, noPause);
      const found = [...start]
        .map((value) => Math.abs(Math.round(value / 100)))
        .sort((a, b) => a - b);
      expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  it('draws 2k candidates in each of 5 rounds before it reduces them', async () => {
    const [n, k] = [500, 6];
    const stream = createRandom(1);
    let draws = 0;
    const counting = { ...stream, next: () => (draws++, stream.next()) };
    await kMeansParallel(uniform(n, 1), n, 1, k, ones(n), counting, noPause);
    expect(draws).toBe(1 + 5 * 2 * k + 1 + (k - 1) * localTrials(k));
  });

  it('fills up from the rows where its rounds found fewer than k candidates', async () => {
    // From the lowest place on, a round sees little but the farthest place left: 5 rounds find 6 of 9.
    const x = Float32Array.from({ length: 9 }, (_, i) => 10 ** (3 * (i - 4)));
    const stream = createRandom(1);
    const draws = [0, ...Array.from({ length: 500 }, () => stream.next())];
    const start = await kMeansParallel(x, 9, 1, 9, ones(9), scripted(draws), noPause);
    expect(start.toSorted()).toEqual(x);
  });

  it('weighs candidates by the rows they own', async () => {
    // Two heavy places and one light one far from both: 2 centroids belong to the heavy ones, as
    // light x distance^2 stays below heavy x distance^2.
    const x = Float32Array.of(0, 10, 25);
    const weights = [1e6, 1e6, 1];
    for (let seed = 0; seed < 10; seed++) {
      const start = await kMeansParallel(x, 3, 1, 2, weights, createRandom(seed), noPause);
      expect([...start].sort((a, b) => a - b)).toEqual([0, 10]);
    }
  });
});

describe('reduceCandidates', () => {
  it('chooses k of the candidates, none of weight 0', async () => {
    const candidates = Float32Array.of(0, 0, 5, 5, 9, 9);
    for (let seed = 0; seed < 10; seed++) {
      const start = await reduceCandidates(candidates, [1, 0, 3], 2, 2, createRandom(seed));
      const rows = [row(start, 0, 2), row(start, 1, 2)].sort((a, b) => a[0] - b[0]);
      expect(rows).toEqual([
        [0, 0],
        [9, 9],
      ]);
    }
  });
});

describe('both k-means++ and k-means||', () => {
  const seedings = {
    'k-means++': async (...[x, n, d, k, weights, random]: Parameters<typeof kMeansPlusPlus>) =>
      gatherRows(x, await kMeansPlusPlus(x, n, d, k, weights, random, noPause), d),
    'k-means||': (...[x, n, d, k, weights, random]: Parameters<typeof kMeansPlusPlus>) =>
      kMeansParallel(x, n, d, k, weights, random, noPause),
  };

  for (const [name, seed] of Object.entries(seedings)) {
    it(`${name} starts at rows of positive weight, distinct ones as far as there are`, async () => {
      await fc.assert(
        fc.asyncProperty(grids, fc.nat(1000), async ({ x, n, d, k, weights }, stream) => {
          const random = createRandom(stream);
          const start = await seed(x, n, d, k, weights, random, noPause);
          expect(start).toHaveLength(k * d);
          const candidates = new Set<string>();
          for (let i = 0; i < n; i++) if (weights[i] > 0) candidates.add(String(row(x, i, d)));
          const started = Array.from({ length: k }, (_, j) => String(row(start, j, d)));
          expect(started.filter((place) => !candidates.has(place))).toEqual([]);
          expect(new Set(started).size).toBe(Math.min(k, candidates.size));
        }),
      );
    });

    it(`${name} starts at the same rows for the same seed`, async () => {
      const x = uniform(300, 1);
      const run = (stream: number) => seed(x, 100, 3, 7, ones(100), createRandom(stream), noPause);
      expect(await run(1)).toEqual(await run(1));
      expect(await run(1)).not.toEqual(await run(2));
    });
  }
});
