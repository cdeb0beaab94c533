import { expect, test } from 'vitest';
import { backgroundShift } from '../../src/ops/products/background.js';
import { createRandom } from '../../src/math/random.js';

const ROWS = 256;
const COLUMNS = 64;

function sample(draw: (random: ReturnType<typeof createRandom>, column: number) => number) {
  const random = createRandom(5);
  return Float32Array.from({ length: ROWS * COLUMNS }, (_, at) => draw(random, at % COLUMNS));
}

test('the value of most rows, in each column its own', () => {
  const rows = sample((random, j) => (random.below(30) === 0 ? random.next() : j / 4));
  expect(backgroundShift(rows, ROWS, COLUMNS)).toEqual(
    Float64Array.from({ length: COLUMNS }, (_, j) => j / 4),
  );
});

test('also where it is that of a third of the rows only, but of most numbers', () => {
  const rows = sample((random, j) =>
    random.below(j < 8 ? 3 : 20) > 0 === j < 8 ? random.next() : 7,
  );
  expect(backgroundShift(rows, ROWS, COLUMNS)).toEqual(new Float64Array(COLUMNS).fill(7));
});

test('the mean where a column has no such value', () => {
  const rows = sample((random, j) => (j === 3 ? 5 + random.next() : 0));
  const shift = backgroundShift(rows, ROWS, COLUMNS)!;
  expect(Math.abs(shift[3] - 5.5)).toBeLessThan(0.1);
  expect(Math.fround(shift[3])).toBe(shift[3]);
  shift[3] = 0;
  expect(shift).toEqual(new Float64Array(COLUMNS));
});

test('constant columns are background', () => {
  const rows = sample((random, j) => (j < 16 ? random.next() : 3));
  const shift = backgroundShift(rows, ROWS, COLUMNS)!;
  expect([...shift.subarray(16)]).toEqual(new Array(48).fill(3));
});

test('dense rows are left alone', () => {
  expect(
    backgroundShift(
      sample((random) => random.next()),
      ROWS,
      COLUMNS,
    ),
  ).toBeUndefined();
});

test('so are rows whose zeros lie everywhere: too few tiles are empty', () => {
  const rows = sample((random) => (random.below(10) === 0 ? random.next() : 0));
  expect(backgroundShift(rows, ROWS, COLUMNS)).toBeUndefined();
});

test('the squared distance of the mean stays within three variances', () => {
  // The least share that is taken: 1 in 4 rows.
  const rows = sample((random, j) => (j === 0 && random.below(100) < 70 ? 1 : 0));
  const shift = backgroundShift(rows, ROWS, COLUMNS)!;
  const own = Array.from({ length: ROWS }, (_, i) => rows[i * COLUMNS]);
  const mean = own.reduce((sum, value) => sum + value) / ROWS;
  const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ROWS;
  expect((mean - shift[0]) ** 2).toBeLessThanOrEqual(3 * variance);
});
