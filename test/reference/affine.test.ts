import { describe, expect, it } from 'vitest';
import { affine } from '../../src/ops/products/affine.twin.js';

describe('affine', () => {
  it('is matrix x + offset, worked out by hand', () => {
    const x = [1, 2, 3, -1];
    const matrix = [1, 0, 0, 1, 2, -1];
    expect([...affine(x, 2, matrix, [10, 20, 30], 2, 3)]).toEqual([11, 22, 30, 13, 19, 37]);
  });

  it('maps one column to many, and many to one', () => {
    expect([...affine([2, 3], 2, [1, 5], [0, 0], 1, 2)]).toEqual([2, 10, 3, 15]);
    expect([...affine([2, 3], 1, [1, 5], [1], 2, 1)]).toEqual([18]);
  });
});
