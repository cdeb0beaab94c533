/** What the table says: ratios, wrong results, shares of the ceiling, exponents. */
import { describe, expect, test } from 'vitest';
import type { Ceiling } from '../../bench/ceiling.js';
import { GROWTH, growthExponent, growthSizes } from '../../bench/growth.js';
import { median } from '../../bench/measure.js';
import { bestCeiling, leastMilliseconds, shareOfCeiling, workOf } from '../../bench/roofline.js';
import { buildRows, type Measurement } from '../../bench/rows.js';
import { formatTable } from '../../bench/table.js';
import type { WorkloadShape } from '../../bench/workload.js';

const ceiling: Ceiling = {
  flopsPerSecond: 1e9,
  storageBytesPerSecond: 1e9,
  wideStorageBytesPerSecond: 2e9,
  workgroupBytesPerSecond: 4e9,
};

const shape: WorkloadShape = {
  name: 'w',
  title: 'workload',
  method: 'kmeans',
  n: 1000,
  d: 10,
  k: 5,
};

const measured = (
  contender: string,
  on: string,
  iteration: number,
  more: Partial<Measurement> = {},
): Measurement => ({
  workload: shape,
  contender,
  on,
  figures: { iteration, samples: 3, iterations: 5, ...more.figures },
  objective: 100,
  reference: 100,
  ...more,
});

const ours = 'webgpu-clustering';

describe('roofline', () => {
  test('what runs out first decides', () => {
    // 1e6 FLOPs take 1 ms here; 1e6 bytes, read by the faster loads, half of one.
    expect(leastMilliseconds({ flops: 1e6, bytes: 1e6 }, ceiling)).toBeCloseTo(1, 12);
    expect(leastMilliseconds({ flops: 1e6, bytes: 4e6 }, ceiling)).toBeCloseTo(2, 12);
  });

  test('the work of an iteration of K-means, of EM, and of a PCA', () => {
    expect(workOf(shape)).toEqual({ flops: 2 * 50_000 + 10_000, bytes: 44_000 });
    const mixture = { ...shape, method: 'mixture' } as const;
    expect(workOf({ ...mixture, covarianceType: 'full' }).flops).toBe(2 * 5000 * (2 * 55 + 10));
    expect(workOf({ ...mixture, covarianceType: 'diag' }).flops).toBe(2 * 5000 * 30);
    expect(workOf({ ...shape, method: 'pca' }).flops).toBe(110_000);
  });

  test('the share is the least time over the time', () => {
    expect(shareOfCeiling(shape, 0.22, ceiling)).toBeCloseTo(0.5, 12);
  });

  test('of two measurements of an adapter each rate’s better one counts', () => {
    const other = { ...ceiling, flopsPerSecond: 3e9, storageBytesPerSecond: 0.5e9 };
    expect(bestCeiling(ceiling, other)).toEqual({ ...ceiling, flopsPerSecond: 3e9 });
  });
});

describe('growth', () => {
  const curve = (exponent: number, fixed: number) =>
    [1, 2, 4, 8, 16].map((size) => ({ size, milliseconds: 3 * size ** exponent + fixed }));

  test.each([0.5, 1, 2])('an exponent of %d is found', (exponent) => {
    expect(growthExponent(curve(exponent, 0))).toBeCloseTo(exponent, 12);
  });

  test('the smallest size does not count, in whatever order', () => {
    const [first, ...rest] = curve(1, 0);
    const disturbed = [...rest.reverse(), { ...first, milliseconds: 1000 }];
    expect(growthExponent(disturbed)).toBeCloseTo(1, 12);
  });

  test('two sizes are too few', () => {
    expect(growthExponent(curve(1, 0).slice(0, 2))).toBeNaN();
  });

  test('a curve varies one size', () => {
    const sizes = growthSizes('k');
    expect(sizes.map(([, , k]) => k)).toEqual(GROWTH.k);
    expect(new Set(sizes.map(([n, d]) => `${n} ${d}`)).size).toBe(1);
  });
});

test('the median of odd and even counts', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

describe('rows', () => {
  const ceilings = { a: ceiling, b: { ...ceiling, flopsPerSecond: 2e9 } };

  test('a peer on a driver is held to ours on it; one on none to ours on each', () => {
    const rows = buildRows(
      [
        measured(ours, 'a', 2),
        measured(ours, 'b', 4),
        measured('x', 'b', 8),
        measured('y', 'cpu', 8),
      ],
      ceilings,
    );
    expect(rows.map(({ ratios }) => ratios)).toEqual([{}, {}, { b: 2 }, { a: 4, b: 2 }]);
    expect(rows[0].shareOfCeiling).toBeCloseTo(0.055, 12);
    expect(rows[1].shareOfCeiling).toBeCloseTo(0.01375, 12);
  });

  test('ours counts from before and after, and its drift is told', () => {
    const rows = buildRows(
      [measured(ours, 'a', 2), measured('x', 'a', 9), measured(ours, 'a', 4)],
      ceilings,
    );
    expect(rows.map(({ contender }) => contender)).toEqual([ours, 'x']);
    expect(rows[1].ratios).toEqual({ a: 3 });
    expect(rows[0].notes).toContain('afterwards 100 %');
  });

  test.each([100.2, 0, Number.NaN])('an objective of %d in place of 100 is wrong', (objective) => {
    const [, row] = buildRows(
      [measured(ours, 'a', 2), measured('x', 'a', 1, { objective })],
      ceilings,
    );
    expect(row.isWrong).toBe(true);
    expect(row.ratios).toEqual({});
    expect(row.shareOfCeiling).toBeUndefined();
    expect(row.notes).toContain('wrong result');
    expect(formatTable([row], ['a'])).toMatch(/\bx\b.*wrong result/);
  });

  test('nobody is held to a wrong result of ours', () => {
    const [wrong, row] = buildRows(
      [measured(ours, 'a', 1, { objective: 50 }), measured('x', 'a', 9)],
      ceilings,
    );
    expect(wrong.isWrong).toBe(true);
    expect(row.isWrong).toBe(false);
    expect(row.ratios).toEqual({});
  });

  test('a small difference is told, a smaller one not', () => {
    const notes = (objective: number) =>
      buildRows([measured('x', 'a', 1, { objective })], ceilings)[0].notes;
    expect(notes(100.01)).toEqual(['objective off by 1.0e-4']);
    expect(notes(100.0001)).toEqual([]);
  });

  test('a peer that was cut off keeps what it got to, and says so', () => {
    const [row] = buildRows(
      [
        {
          workload: shape,
          contender: 'x',
          on: 'a',
          figures: { first: 7 },
          problem: 'cut off after 60 s',
        },
      ],
      ceilings,
    );
    expect(row.iteration).toBeUndefined();
    expect(row.notes).toEqual(['cut off after 60 s']);
  });

  test('compilation is what the first run takes longer; whole fits are held to ours', () => {
    const fit = (milliseconds: number) => ({
      figures: {
        first: 30,
        warm: 20,
        iteration: 1,
        samples: 3,
        wholeFit: { milliseconds, iterations: 9, result: { centroids: [] } },
      },
    });
    const [, row] = buildRows(
      [measured(ours, 'a', 1, fit(10)), measured('x', 'cpu', 1, fit(5))],
      ceilings,
    );
    expect(row.compilation).toBe(10);
    expect(row.wholeFitRatios).toEqual({ a: 0.5 });
  });
});
