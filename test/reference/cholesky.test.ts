import { describe, expect, test } from 'vitest';
import { cholesky, transpose, triangularInverse } from '../../src/reference/cholesky.js';

// L = [[2, 0, 0], [1, 3, 0], [-1, 2, 1]].
const MATRIX = [4, 2, -2, 2, 10, 5, -2, 5, 6];
const FACTOR = [2, 0, 0, 1, 3, 0, -1, 2, 1];

describe('cholesky', () => {
  test('a matrix whose factor is known', () => {
    expect(cholesky(MATRIX, 3)).toEqual({ factor: Float64Array.from(FACTOR), failed: -1 });
  });

  test('names the first column that is not positive definite', () => {
    expect(cholesky([1, 1, 1, 1], 2).failed).toBe(1);
    expect(cholesky([-1, 0, 0, 1], 2).failed).toBe(0);
    expect(cholesky([Number.NaN], 1).failed).toBe(0);
  });

  test('a pivot within the noise counts as zero, or is raised to it', () => {
    const matrix = [1, 1, 1, 1 + 1e-9];
    expect(cholesky(matrix, 2).failed).toBe(-1);
    expect(cholesky(matrix, 2, 1e-6).failed).toBe(1);
    const { factor, failed } = cholesky(matrix, 2, 1e-6, true);
    expect(failed).toBe(-1);
    expect(factor[3]).toBeCloseTo(1e-3, 8);
  });
});

test('triangularInverse', () => {
  const inverse = triangularInverse(FACTOR, 3);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const product = [0, 1, 2].reduce((sum, p) => sum + FACTOR[3 * i + p] * inverse[3 * p + j], 0);
      expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
    }
  }
});

test('transpose', () => {
  expect([...transpose([1, 2, 3, 4], 2)]).toEqual([1, 3, 2, 4]);
});
