import { describe, expect, it } from 'vitest';
import { crossProducts } from '../../src/ops/products/cross_products.twin.js';
import { gram } from '../../src/ops/products/gram.twin.js';
import { largestDifference, uniform } from './support.js';

describe('crossProducts', () => {
  it('is x^T y, worked out by hand', () => {
    const x = [1, 2, 3, 4];
    const y = [1, 0, 2, 5, 1, 0];
    expect([...crossProducts(x, y, 2, 2, 3)]).toEqual([16, 3, 2, 22, 4, 4]);
  });

  it('of a matrix with itself is its Gram matrix', () => {
    const x = uniform(60, 1);
    expect(largestDifference(crossProducts(x, x, 12, 5, 5), gram(x, 12, 5))).toBeLessThan(1e-14);
  });
});
