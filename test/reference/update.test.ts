import { describe, expect, it } from 'vitest';
import { update } from '../../src/ops/sums/update.twin.js';

describe('update', () => {
  it('moves each centroid to its mean and sums the squared moves', () => {
    const { centroids, shift } = update([1, 1, 8, 0], 2, 2, [1, 4, 1, 0], [2, 0.5], 'euclidean');
    expect([...centroids]).toEqual([1.5, 3, 10, 0]);
    expect(shift).toBe(0.25 + 4 + 4);
  });

  it('keeps the centroid of an empty cluster', () => {
    const { centroids, shift } = update([1, 2, 3, 4], 2, 2, [0, 0, 1, 0], [0, 1], 'euclidean');
    expect([...centroids]).toEqual([1, 2, 4, 4]);
    expect(shift).toBe(1);
  });

  it('scales the mean to length 1 for cosine', () => {
    // Members (1, 0) and (0, 1), old centroid (1, 0): the mean (1/2, 1/2) points to 45 degrees.
    const { centroids, shift } = update([1, 0], 1, 2, [-1, 1], [2], 'cosine');
    expect(centroids[0]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(centroids[1]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(shift).toBeCloseTo(2 - Math.SQRT2, 15);
  });

  it.each([
    ['exactly', 0],
    ['but for rounding', 1e-9],
  ])('keeps the centroid for cosine where members cancel %s', (_, remainder) => {
    const { centroids, shift } = update([0, 1], 1, 2, [remainder, -2], [2], 'cosine');
    expect([...centroids]).toEqual([0, 1]);
    expect(shift).toBe(0);
  });

  it('leaves its arguments as they were', () => {
    const c = Float64Array.of(0);
    update(c, 1, 1, [3], [1], 'euclidean');
    expect([...c]).toEqual([0]);
  });
});
