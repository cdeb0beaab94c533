import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairwiseSquaredDistances } from '../../src/ops/assign/pairwise_distances.twin.js';
import { grids, row, squared } from './support.js';

describe('pairwiseSquaredDistances', () => {
  it('is n x k, worked out by hand', () => {
    const x = Float32Array.of(0, 0, 3, 4, 1, 1);
    const c = Float32Array.of(0, 0, 3, 0);
    expect([...pairwiseSquaredDistances(x, 3, c, 2, 2)]).toEqual([0, 9, 25, 16, 2, 5]);
  });

  it('agrees with every pair computed alone', () => {
    fc.assert(
      fc.property(grids, ({ n, d, k, x, c }) => {
        const distances = pairwiseSquaredDistances(x, n, c, k, d);
        expect(distances).toHaveLength(n * k);
        distances.forEach((distance, at) => {
          const expected = squared(row(x, Math.floor(at / k), d), row(c, at % k, d));
          expect(distance).toBeCloseTo(expected, 10);
        });
      }),
    );
  });

  it('loses nothing far from the origin, where |x|^2 - 2 x.c + |c|^2 would', () => {
    const x = Float64Array.of(1e9 + 1, 1e9);
    expect([...pairwiseSquaredDistances(x, 2, x, 2, 1)]).toEqual([0, 1, 1, 0]);
  });
});
