import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, assignInBlocks } from '../../src/ops/assign/assign.twin.js';
import { pairwiseSquaredDistances } from '../../src/ops/assign/pairwise_distances.twin.js';
import { grids, noPause, uniform } from './support.js';

describe('assign', () => {
  it('finds the nearest centroid and its squared distance', () => {
    const { labels, costs } = assign(Float32Array.of(0, 1, 9), 3, Float32Array.of(10, -1), 2, 1);
    expect([...labels]).toEqual([1, 1, 0]);
    expect([...costs]).toEqual([1, 4, 1]);
  });

  it('breaks ties to the lowest index, equal centroids included', () => {
    const c = Float32Array.of(5, 1, -1, 1);
    expect([...assign(Float32Array.of(0, 1), 2, c, 4, 1).labels]).toEqual([1, 1]);
  });

  it('is the first minimum of each row of the pairwise distances', () => {
    fc.assert(
      fc.property(grids, ({ n, d, k, x, c }) => {
        const distances = pairwiseSquaredDistances(x, n, c, k, d);
        const { labels, costs } = assign(x, n, c, k, d);
        for (let i = 0; i < n; i++) {
          const ofRow = [...distances.subarray(i * k, (i + 1) * k)];
          const least = Math.min(...ofRow);
          expect(costs[i]).toBe(least);
          expect(labels[i]).toBe(ofRow.indexOf(least));
        }
      }),
    );
  });
});

describe('assignInBlocks', () => {
  // 64 centroids of 1024 columns make blocks of 64 rows.
  it.each([63, 64, 65, 129])('gives what assign gives, for %i rows', async (n) => {
    const [k, d] = [64, 1024];
    const x = uniform(n * d, 1);
    const c = Float64Array.from(uniform(k * d, 2));
    let pauses = 0;
    const inBlocks = await assignInBlocks(x, n, c, k, d, () => {
      pauses++;
      return Promise.resolve();
    });
    expect(inBlocks).toEqual(assign(x, n, c, k, d));
    expect(pauses).toBe(Math.ceil(n / 64));
  });

  it('ends with the error of its pause', async () => {
    const c = Float64Array.of(0);
    await expect(assignInBlocks(Float32Array.of(1), 1, c, 1, 1, noPause)).resolves.toBeDefined();
    const stop = () => Promise.reject(new Error('stopped'));
    await expect(assignInBlocks(Float32Array.of(1), 1, c, 1, 1, stop)).rejects.toThrow('stopped');
  });
});
