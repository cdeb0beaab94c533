import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accumulate } from '../../src/ops/sums/accumulate.twin.js';
import { assign } from '../../src/ops/assign/assign.twin.js';
import { grids, largestDifference, row } from './support.js';

describe('accumulate', () => {
  it('sums a case worked out by hand', () => {
    const x = Float32Array.of(0, 1, 2, 3, 10, 0);
    const c = Float64Array.of(1, 1, 8, 0);
    const sums = accumulate(x, 3, c, 2, 2, [0, 0, 1], [1, 2, 0.5]);
    // Row 0: (-1, 0); row 1, twice: (1, 2); row 2, half: (2, 0).
    expect([...sums.residuals]).toEqual([1, 4, 1, 0]);
    expect([...sums.weightSums]).toEqual([3, 0.5]);
    expect(sums.inertia).toBe(1 + 2 * 5 + 0.5 * 4);
  });

  it('keeps residual + weight x centroid = weighted sum of the members, and inertia = sum of costs', () => {
    fc.assert(
      fc.property(grids, ({ n, d, k, x, c, weights }) => {
        const { labels, costs } = assign(x, n, c, k, d);
        const sums = accumulate(x, n, c, k, d, labels, weights);
        const expected = new Float64Array(k * d);
        labels.forEach((label, i) => {
          row(x, i, d).forEach((value, j) => (expected[label * d + j] += weights[i] * value));
        });
        const restored = sums.residuals.map(
          (residual, at) => residual + sums.weightSums[Math.floor(at / d)] * c[at],
        );
        expect(largestDifference(restored, expected)).toBeLessThan(1e-12);
        expect(sums.inertia).toBe(costs.reduce((sum, cost, i) => sum + weights[i] * cost, 0));
        expect(sums.weightSums.reduce((sum, w) => sum + w)).toBe(weights.reduce((s, w) => s + w));
      }),
    );
  });

  it('takes a whole weight as that many copies of the row', () => {
    fc.assert(
      fc.property(grids, ({ n, d, k, x, c, weights }) => {
        const copies = Array.from(weights).flatMap((weight, i) => Array<number>(weight).fill(i));
        const repeated = Float32Array.from(copies.flatMap((i) => row(x, i, d)));
        const { labels } = assign(x, n, c, k, d);
        const repeatedLabels = copies.map((i) => labels[i]);
        const unit = copies.map(() => 1);
        expect(accumulate(x, n, c, k, d, labels, weights)).toEqual(
          accumulate(repeated, copies.length, c, k, d, repeatedLabels, unit),
        );
      }),
    );
  });
});
