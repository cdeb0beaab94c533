import { expect, test } from 'vitest';
import { type Rule, summing, withAssign } from '../../src/compat/assign.js';
import { rows64 } from '../../src/compat/rows.js';

/** Whole numbers 0 to 3, so that many distances are equal. */
function coarse(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 30;
  });
}

function nearest(row: readonly number[], centroids: readonly number[][], { ties, form }: Rule) {
  let [best, label] = [Number.POSITIVE_INFINITY, 0];
  for (const [j, centroid] of centroids.entries()) {
    const squared = row.reduce((sum, value, c) => sum + (value - centroid[c]) ** 2, 0);
    const distance = form === 'root' ? Math.sqrt(squared) : squared;
    if (ties === 'lowest' ? distance < best : distance <= best) [best, label] = [distance, j];
  }
  return label;
}

test.each([
  { ties: 'lowest', form: 'squared' },
  { ties: 'highest', form: 'squared' },
  { ties: 'lowest', form: 'root' },
] as const)('labels under bounds are those of all distances: %o', async (rule) => {
  const [n, d, k] = [400, 11, 9];
  const data = Array.from({ length: n }, (_, i) => coarse(d, i + 1));
  const rows = rows64('data', data);
  // Some hardly move, one leaps, one has no number for a while, and all come back to where they were.
  const start = Array.from({ length: k }, (_, j) => data[7 * j].slice());
  const moves = [
    start,
    start.map((row) => row.map((value, c) => value + 0.01 * c)),
    start.map((row, j) => (j === 4 ? row.map((value) => value + 2) : row)),
    start.map((row, j) => (j === 2 ? row.map(() => Number.NaN) : row)),
    start.map((row) => row.map((value) => value + 0.001)),
    start,
  ];
  await withAssign(rows, k, rule, { runtime: 'cpu' }, async (assign) => {
    const labels = new Uint32Array(n);
    for (const centroids of moves) {
      await assign(Float64Array.from(centroids.flat()), labels);
      expect([...labels]).toEqual(data.map((row) => nearest(row, centroids, rule)));
    }
  });
});

test('a cluster whose rows stay keeps its sum, the others are summed anew', () => {
  const rows = rows64('data', [[1], [2], [4], [8], [16]]);
  const sum = summing(rows, 4);
  const sums = (...labels: number[]) => {
    const { sums, counts } = sum(Uint32Array.from(labels));
    return [[...sums], [...counts]];
  };
  expect(sums(0, 0, 1, 1, 2)).toEqual([
    [3, 12, 16, 0],
    [2, 2, 1, 0],
  ]);
  expect(sums(0, 1, 1, 1, 2)).toEqual([
    [1, 14, 16, 0],
    [1, 3, 1, 0],
  ]);
  expect(sums(0, 1, 1, 1, 3)).toEqual([
    [1, 14, 0, 16],
    [1, 3, 0, 1],
  ]);
});
