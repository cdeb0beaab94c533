import { describe, expect, it } from 'vitest';
import { centre, columnMeans, columnVariances } from '../../src/rows/column_means.twin.js';

// Columns 1 3 5 and 2 2 8.
const x = Float32Array.of(1, 2, 3, 2, 5, 8);

describe('column means', () => {
  it('are those worked out by hand', () => {
    expect([...columnMeans(x, 3, 2)]).toEqual([3, 4]);
  });

  it('leave columns of mean zero once subtracted', () => {
    const centred = centre(x, 3, 2, columnMeans(x, 3, 2));
    expect([...centred]).toEqual([-2, -2, 0, -2, 2, 4]);
    expect([...x]).toEqual([1, 2, 3, 2, 5, 8]);
  });

  it('are summed in float64: 2^24 + 1 float32 ones still count', () => {
    const n = 2 ** 24 + 1;
    expect(columnMeans(new Float32Array(n).fill(1), n, 1)[0]).toBe(1);
  });
});

describe('column variances', () => {
  it('are population variances', () => {
    const variances = columnVariances(x, 3, 2);
    expect(variances[0]).toBeCloseTo(8 / 3, 14);
    expect(variances[1]).toBe(8);
  });

  it('survive an offset at which E[x^2] - m^2 has no digits left', () => {
    const offset = Float64Array.of(1e9 - 1, 1e9, 1e9 + 1);
    expect(columnVariances(offset, 3, 1)[0]).toBeCloseTo(2 / 3, 14);
  });

  it('are 0 for a constant column and for a single row', () => {
    expect([...columnVariances(Float32Array.of(7, 7, 7), 3, 1)]).toEqual([0]);
    expect([...columnVariances(Float32Array.of(7, -1), 1, 2)]).toEqual([0, 0]);
  });
});
