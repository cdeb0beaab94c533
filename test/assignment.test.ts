import { expect, test } from 'vitest';
import { leastAssignment } from '../src/math/assignment.js';
import { createRandom } from '../src/math/random.js';

/** The least sum of costs over all ways to give each row from `row` on a column that is left. */
function leastOfAll(costs: Float64Array, rows: number, columns: number, taken: number[]): number {
  const row = taken.length;
  if (row === rows) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < columns; j++) {
    if (taken.includes(j)) continue;
    const rest = leastOfAll(costs, rows, columns, [...taken, j]);
    least = Math.min(least, costs[row * columns + j] + rest);
  }
  return least;
}

test('the least assignment is that of all assignments, with ties and negative costs', () => {
  const random = createRandom(6);
  for (let trial = 0; trial < 200; trial++) {
    const rows = 1 + random.below(5);
    const columns = rows + random.below(3);
    const costs = Float64Array.from({ length: rows * columns }, () => random.below(9) - 4);
    const assigned = leastAssignment(costs, rows, columns);
    expect(new Set(assigned).size).toBe(rows);
    const sum = assigned.reduce((total, j, row) => total + costs[row * columns + j], 0);
    expect(sum).toBe(leastOfAll(costs, rows, columns, []));
  }
});

test('a thousand classes are matched in well under the seconds that plain potentials take', () => {
  const random = createRandom(7);
  const size = 1000;
  const costs = new Float64Array(size ** 2);
  for (let row = 0; row < 10 * size; row++) {
    costs[(row % size) * size + random.below(size)] -= 1;
  }
  const started = performance.now();
  const assigned = leastAssignment(costs, size, size);
  expect(performance.now() - started).toBeLessThan(3000);
  expect(new Set(assigned).size).toBe(size);
});
