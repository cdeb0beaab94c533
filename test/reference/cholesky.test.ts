import { describe, expect, test } from 'vitest';
import {
  cholesky,
  lowerProduct,
  ownProduct,
  product,
  transpose,
  triangularInverse,
} from '../../src/math/cholesky.js';

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

  test('a pivot within the noise is raised to it, and the rest of its column is dropped', () => {
    const matrix = [1, 1, 0, 1, 1 + 1e-9, 1e-8, 0, 1e-8, 1];
    expect(cholesky(matrix, 3).factor[7]).toBeGreaterThan(1e-4);
    const { factor, failed } = cholesky(matrix, 3, [1e-6, 1e-6, 1e-6]);
    expect(failed).toBe(-1);
    expect(factor[4]).toBeCloseTo(1e-3, 8);
    expect(factor[7]).toBe(0);
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

test('products of lower triangular matrices', () => {
  expect([...ownProduct(FACTOR, 3)]).toEqual(MATRIX);
  expect([...lowerProduct(FACTOR, FACTOR, 3)]).toEqual([...product(FACTOR, FACTOR, 3)]);
});

test('product', () => {
  expect([...product([1, 2, 3, 4], [0, 1, 1, 2], 2)]).toEqual([2, 5, 4, 11]);
});
