/** What the bench clusters: the same for everyone, every time, and without clusters that empty. */
import { expect, test } from 'vitest';
import { distinctRows } from '../../bench/data/synthetic.js';
import { GROWTH, type GrowthAxis, growthSizes } from '../../bench/growth.js';
import { inertiaOf } from '../../bench/objective.js';
import { assemble, chooseStart, SYNTHETIC } from '../../bench/sources.js';
import { growthWorkload } from '../../bench/workloads.js';

const smallShare = { blobs: 0.02, colours: 0.002, splats: 0.001 } as const;

test.each(Object.keys(smallShare) as (keyof typeof smallShare)[])(
  '%s are the same each time, and their start is calm',
  async (name) => {
    const source = SYNTHETIC[name];
    const [made, again] = [
      await assemble(source, smallShare[name]),
      await assemble(source, smallShare[name]),
    ];
    expect(made.data).toEqual(again.data);
    expect(made.data).toHaveLength(made.n * made.d);
    expect(made.data.every(Number.isFinite)).toBe(true);
    const { workload, references } = chooseStart({ ...made, k: 8 });
    expect(workload.start).toHaveLength(8 * made.d);
    // Lloyd's objective never rises.
    let before = inertiaOf(workload, { centroids: workload.start });
    for (const inertia of references) {
      expect(inertia).toBeLessThanOrEqual(before);
      before = inertia;
    }
  },
);

test('a start is near distinct rows, and too few of them are told', () => {
  const rows = Float32Array.of(1, 1, 2, 1, 1, 2);
  expect([...distinctRows(rows, 6, 2, 1)].map(Math.round).sort()).toEqual([1, 2]);
  expect(() => distinctRows(rows, 6, 3, 1)).toThrow(/fewer than 3 distinct rows/);
});

test.each(Object.keys(GROWTH) as GrowthAxis[])('each size along %s has a calm start', (axis) => {
  for (const [n, d, k] of growthSizes(axis)) {
    const workload = growthWorkload(Math.max(4 * k, n / 50), d, k);
    expect(workload.start).toHaveLength(k * d);
  }
});
