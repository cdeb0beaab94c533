import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/random.js';
import {
  cumulativeWeights,
  fillUp,
  gatherRows,
  sampleFromWeights,
  sampleRows,
} from '../../src/math/sampling.js';
import { grids, ones } from './support.js';

describe('sampleFromWeights', () => {
  const cumulative = cumulativeWeights([0, 1, 0, 3, 0]);

  it('draws from running sums', () => {
    expect([...cumulative]).toEqual([0, 1, 1, 4, 4]);
  });

  it.each([
    [0, 1],
    [0.2499, 1],
    [0.25, 3],
    [0.999, 3],
    [1 - 2 ** -53, 3],
  ])('maps u = %f to index %i, past the indices of weight 0', (u, index) => {
    expect(sampleFromWeights(cumulative, u)).toBe(index);
  });

  it('is the first index whose running sum exceeds u times the total', () => {
    fc.assert(
      fc.property(
        grids,
        fc.double({ min: 0, max: 1 - 2 ** -53, noNaN: true }),
        ({ weights }, u) => {
          const sums = cumulativeWeights(weights);
          const expected = sums.findIndex((sum) => sum > u * sums[sums.length - 1]);
          expect(sampleFromWeights(sums, u)).toBe(expected);
        },
      ),
    );
  });
});

describe('sampleRows', () => {
  it('draws distinct rows of positive weight while there are any', () => {
    fc.assert(
      fc.property(grids, fc.nat(1000), ({ weights, k }, seed) => {
        const rows = [...sampleRows(weights, k, createRandom(seed))];
        const positive = weights.filter((weight) => weight > 0).length;
        expect(rows).toHaveLength(k);
        expect(new Set(rows).size).toBe(Math.min(k, positive));
        expect(rows.every((i) => weights[i] > 0)).toBe(true);
      }),
    );
  });

  it('includes each row as often as drawing one by one without replacement would', () => {
    const random = createRandom(7);
    const included = [0, 0, 0];
    const first = [0, 0, 0];
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) {
      const rows = sampleRows([1, 2, 3], 2, random);
      first[rows[0]]++;
      rows.forEach((i) => included[i]++);
    }
    // Standard error about 0.0035; row 0: 1/6 + 2/6 x 1/4 + 3/6 x 1/3 = 5/12, and so on.
    [1 / 6, 2 / 6, 3 / 6].forEach((p, i) => {
      expect(Math.abs(first[i] / draws - p)).toBeLessThan(0.015);
    });
    [5 / 12, 11 / 15, 17 / 20].forEach((p, i) => {
      expect(Math.abs(included[i] / draws - p)).toBeLessThan(0.015);
    });
  });

  it('gives the same rows for the same seed, and all rows for k = n', () => {
    const weights = ones(50);
    const rows = sampleRows(weights, 50, createRandom(3));
    expect(rows).toEqual(sampleRows(weights, 50, createRandom(3)));
    expect(rows).not.toEqual(sampleRows(weights, 50, createRandom(4)));
    expect([...rows].sort((a, b) => a - b)).toEqual([...weights.keys()]);
  });
});

describe('fillUp', () => {
  it('adds the lowest rows of positive weight, then repeats the first', () => {
    expect([...fillUp([3], 3, [1, 0, 1, 1])]).toEqual([3, 0, 2]);
    expect([...fillUp([0], 3, [1, 0, 1, 1])]).toEqual([0, 2, 3]);
    expect([...fillUp([3], 5, [1, 0, 1, 1])]).toEqual([3, 0, 2, 3, 3]);
    expect([...fillUp([2, 1], 2, [1, 1, 1])]).toEqual([2, 1]);
  });
});

describe('gatherRows', () => {
  it('copies rows in the order given', () => {
    expect([...gatherRows(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 0, 2], 2)]).toEqual([
      5, 6, 1, 2, 5, 6,
    ]);
  });
});
