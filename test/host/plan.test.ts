import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeviceLimitError } from '../../host/errors.js';
import { ceilDiv, foldGrid, roundUp, splitRows } from '../../host/plan.js';

const counts = (max: number) => fc.integer({ min: 1, max });

test.each([
  [0, 4, 0, 0],
  [1, 4, 1, 4],
  [4, 4, 1, 4],
  [5, 4, 2, 8],
])('ceilDiv and roundUp of %d by %d', (a, b, quotient, rounded) => {
  expect(ceilDiv(a, b)).toBe(quotient);
  expect(roundUp(a, b)).toBe(rounded);
});

describe('foldGrid', () => {
  test.each([
    [1, 65535, [1, 1, 1]],
    [65535, 65535, [65535, 1, 1]],
    [65536, 65535, [32768, 2, 1]],
    [65535 ** 2, 65535, [65535, 65535, 1]],
    [9, 8, [5, 2, 1]],
  ])('%d workgroups of at most %d a dimension', (workgroups, most, grid) => {
    expect(foldGrid(workgroups, most)).toEqual(grid);
  });

  test('covers all workgroups within the limit and wastes less than a row', () => {
    fc.assert(
      fc.property(counts(300), counts(90_000), (most, workgroups) => {
        fc.pre(workgroups <= most ** 2);
        const [x, y, z] = foldGrid(workgroups, most);
        expect(Math.max(x, y)).toBeLessThanOrEqual(most);
        expect(z).toBe(1);
        expect(x * y).toBeGreaterThanOrEqual(workgroups);
        expect(x * y - workgroups).toBeLessThan(y);
      }),
    );
  });

  test('refuses what two dimensions cannot hold', () => {
    expect(() => foldGrid(65, 8)).toThrow(DeviceLimitError);
    expect(() => foldGrid(65, 8)).toThrow(/65 workgroups.*8 x 8.*split/);
  });
});

describe('splitRows', () => {
  test.each([
    [10, 10, 4, [[0, 10]]],
    [
      10,
      9,
      4,
      [
        [0, 8],
        [8, 2],
      ],
    ],
    [3, 100, 64, [[0, 3]]],
    [
      128,
      64,
      64,
      [
        [0, 64],
        [64, 64],
      ],
    ],
    [
      5,
      1,
      1,
      [
        [0, 1],
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
      ],
    ],
  ])('%d rows, at most %d, aligned to %d', (rows, most, align, expected) => {
    const ranges = expected.map(([start, count]) => ({ start, rows: count }));
    expect(splitRows(rows, most, align)).toEqual(ranges);
  });

  test('covers every row once, in order, each range aligned and within the limit', () => {
    fc.assert(
      fc.property(counts(5000), counts(600), counts(100), (rows, most, align) => {
        fc.pre(most >= align);
        const ranges = splitRows(rows, most, align);
        let next = 0;
        for (const range of ranges) {
          expect(range.start).toBe(next);
          expect(range.start % align).toBe(0);
          expect(range.rows).toBeGreaterThan(0);
          expect(range.rows).toBeLessThanOrEqual(most);
          next += range.rows;
        }
        expect(next).toBe(rows);
      }),
    );
  });

  test('refuses a limit below the alignment', () => {
    expect(() => splitRows(100, 63.9, 64)).toThrow(DeviceLimitError);
    expect(() => splitRows(100, 63.9, 64)).toThrow(/64 rows.*only 63.*fewer columns/);
  });
});
