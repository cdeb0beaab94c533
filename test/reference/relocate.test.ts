import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accumulate } from '../../src/ops/sums/accumulate.twin.js';
import { assign } from '../../src/ops/assign/assign.twin.js';
import { relocate } from '../../src/ops/sums/relocate.twin.js';
import { update } from '../../src/ops/sums/update.twin.js';
import { grids, largestDifference, ones, row, type Grid } from './support.js';

/** One step of Lloyd's from `c`, up to the sums. */
function step({ x, n, c, k, d, weights }: Grid) {
  const { labels, costs } = assign(x, n, c, k, d);
  const { inertia, ...sums } = accumulate(x, n, c, k, d, labels, weights);
  const relocated = relocate(x, n, c, k, d, labels, costs, weights, sums);
  return { labels, costs, sums, relocated, inertia };
}

/** A step in one dimension with the centroids it leads to. */
function centroidsAfter(x: number[], c: number[], weights = ones(x.length)): number[] {
  const [n, k] = [x.length, c.length];
  const grid = { x: Float32Array.from(x), c: Float64Array.from(c), n, k, d: 1, weights };
  const { relocated } = step(grid);
  return [...update(c, k, 1, relocated.residuals, relocated.weightSums, 'euclidean').centroids];
}

describe('relocate', () => {
  it('gives an empty cluster the farthest row, and the donor the mean of the others', () => {
    expect(centroidsAfter([0, 1, 2, 10], [1, 100])).toEqual([1, 10]);
  });

  it('serves empty clusters in ascending order, farthest row first', () => {
    expect(centroidsAfter([-9, 1, 2, 3, 20], [-100, 2, -200])).toEqual([20, 2, -9]);
  });

  it('takes the lowest of equally far rows', () => {
    expect(centroidsAfter([4, 2, 0], [100, 2])).toEqual([4, 1]);
  });

  it('moves the whole weight of a row', () => {
    expect(centroidsAfter([0, 3, 10], [1, 100], Float32Array.of(2, 1, 5))).toEqual([1, 10]);
  });

  it('never takes a row of zero weight', () => {
    expect(centroidsAfter([0, 1, 50, 5], [1, 100], Float32Array.of(1, 1, 0, 1))).toEqual([0.5, 5]);
  });

  it('counts a cluster that holds only rows of zero weight as empty', () => {
    expect(centroidsAfter([0, 2, 100], [0, 100], Float32Array.of(1, 1, 0))).toEqual([0, 2]);
  });

  it('never takes the last row of a cluster', () => {
    // Row 30 is the farthest, but alone in cluster 1; of the others row 4 is.
    expect(centroidsAfter([0, 4, 30], [1, 20, 1000])).toEqual([0, 30, 4]);
  });

  it('leaves a cluster empty, in its place, where every row lies on its centroid', () => {
    expect(centroidsAfter([1, 1, 2], [1, 2, 7])).toEqual([1, 2, 7]);
  });

  it('returns the very sums where no cluster is empty', () => {
    const grid = { x: Float32Array.of(0, 9), c: Float64Array.of(1, 8), n: 2, k: 2, d: 1 };
    const { sums, relocated } = step({ ...grid, weights: ones(2) });
    expect(relocated).toBe(sums);
  });

  it('equals accumulating with the taken rows relabelled, row by row', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const { x, n, c, k, d, weights } = grid;
        const { labels, costs, relocated } = step(grid);
        const relabelled = Uint32Array.from(labels);
        const membersOf = (j: number) =>
          [...relabelled.keys()].filter((i) => relabelled[i] === j && weights[i] > 0);
        for (let j = 0; j < k; j++) {
          if (membersOf(j).length > 0) continue;
          let farthest = -1;
          for (let i = 0; i < n; i++) {
            const untouched = relabelled[i] === labels[i] && weights[i] > 0 && costs[i] > 0;
            if (!untouched || membersOf(labels[i]).length === 1) continue;
            if (farthest === -1 || costs[i] > costs[farthest]) farthest = i;
          }
          if (farthest !== -1) relabelled[farthest] = j;
        }
        const expected = accumulate(x, n, c, k, d, relabelled, weights);
        expect(largestDifference(relocated.residuals, expected.residuals)).toBeLessThan(1e-12);
        expect(relocated.weightSums).toEqual(expected.weightSums);
      }),
      { numRuns: 300 },
    );
  });

  it('conserves the total weight and the weighted sum of the rows', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const { x, n, c, k, d, weights } = grid;
        const { residuals, weightSums } = step(grid).relocated;
        const total = new Float64Array(d);
        residuals.forEach((residual, at) => {
          total[at % d] += residual + weightSums[Math.floor(at / d)] * c[at];
        });
        const expected = new Float64Array(d);
        for (let i = 0; i < n; i++) {
          row(x, i, d).forEach((value, j) => (expected[j] += weights[i] * value));
        }
        expect(largestDifference(total, expected)).toBeLessThan(1e-12);
        expect(weightSums.reduce((a, b) => a + b)).toBe(weights.reduce((a, b) => a + b));
        expect(weightSums).toHaveLength(k);
      }),
    );
  });

  it('never leaves a higher objective than it found', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const { c, k, d } = grid;
        const { relocated, inertia } = step(grid);
        const moved = update(c, k, d, relocated.residuals, relocated.weightSums, 'euclidean');
        expect(step({ ...grid, c: moved.centroids }).inertia).toBeLessThan(inertia + 1e-12);
      }),
    );
  });
});
