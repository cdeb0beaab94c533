import { describe, expect, it } from 'vitest';
import { isPositiveDefinite } from '../../src/math/positive_definite.js';
import { noPause, uniform } from '../reference/support.js';

/** L L^T of a lower triangular L with a positive diagonal, and L. */
function product(d: number) {
  const random = uniform(d * d, d);
  const factor = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++)
      factor[i * d + j] = i === j ? d + random[i * d + j] : random[i * d + j];
  }
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) matrix[i * d + j] += factor[i * d + k] * factor[j * d + k];
    }
  }
  return { factor, matrix };
}

describe('isPositiveDefinite', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 30, 31, 50])('leaves the factor of %i columns', async (d) => {
    const { factor, matrix } = product(d);
    expect(await isPositiveDefinite(matrix, d, noPause)).toBe(true);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        expect(Math.abs(matrix[i * d + j] - factor[i * d + j])).toBeLessThan(1e-10 * d);
      }
    }
  });

  it.each([1, 3, 4, 8, 30, 32])('finds one negative eigenvalue among %i', async (d) => {
    for (let i = 0; i < d; i++) {
      const { factor, matrix } = product(d);
      // Less than the square of the pivot: from there on it is below zero.
      matrix[i * d + i] -= 1.01 * factor[i * d + i] ** 2;
      expect(await isPositiveDefinite(matrix, d, noPause)).toBe(false);
    }
  });

  it('takes no NaN for a pivot', async () => {
    expect(await isPositiveDefinite(Float64Array.of(Number.NaN), 1, noPause)).toBe(false);
  });
});
