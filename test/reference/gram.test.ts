import { describe, expect, test } from 'vitest';
import { gram } from '../../src/ops/products/gram.twin.js';
import { moments } from '../../src/ops/mixtures/moments.twin.js';

// Rows (1, 2), (3, 0), (0, 1).
const X = [1, 2, 3, 0, 0, 1];

describe('gram', () => {
  test('X^T X of a small matrix, by hand', () => {
    expect([...gram(X, 3, 2)]).toEqual([10, 2, 2, 5]);
  });

  test('weighted and centred, for each cluster', () => {
    const weights = [1, 0, 2, 0, 3, 0];
    const centres = [0, 0, 1, 1];
    // 1 (1, 2)(1, 2)^T + 2 (0, 1)(0, 1)^T; 3 (2, -1)(2, -1)^T.
    expect([...gram(X, 3, 2, { k: 2, weights, centres })]).toEqual([1, 2, 2, 6, 12, -6, -6, 3]);
  });

  test('its diagonals are the moments squares', () => {
    const weights = [0.5, 1, 2, 3, 0.25, 0];
    const centres = [1, -1, 0.5, 2];
    const full = gram(X, 3, 2, { k: 2, weights, centres });
    const { squares, sums, weights: totals } = moments(X, 3, 2, 2, weights, centres);
    expect([...squares]).toEqual([full[0], full[3], full[4], full[7]]);
    expect([...totals]).toEqual([3.5, 3.25]);
    // Cluster 0: 0.5 (0, 3) + 1 (2, 1) + 2 (-1, 2).
    expect([...sums.subarray(0, 2)]).toEqual([0, 6.5]);
  });
});
