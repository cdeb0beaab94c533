import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupRows } from '../../src/ops/sums/group_rows.twin.js';

describe('groupRows', () => {
  it('groups all rows of a case worked out by hand', () => {
    const { rows, leaves, begins, ends } = groupRows([2, 0, 2, 0, 3], 4);
    expect(rows).toEqual([1, 3, 0, 2, 4]);
    expect(leaves).toEqual([false, false, false, false, false]);
    expect(begins).toEqual([0, 2, 2, 4]);
    expect(ends).toEqual([2, 2, 4, 5]);
  });

  it('groups the rows that changed their label of a case worked out by hand', () => {
    const { rows, leaves, begins, ends } = groupRows([2, 0, 2, 0, 3], 4, [2, 1, 0, 0, 2]);
    expect(rows).toEqual([1, 2, 1, 2, 4, 4]);
    expect(leaves).toEqual([false, true, true, false, true, false]);
    expect(begins).toEqual([0, 2, 3, 5]);
    expect(ends).toEqual([2, 3, 5, 6]);
  });

  it('is a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6)), (labels) => {
        const sorted = labels.map((_, i) => i).sort((a, b) => labels[a] - labels[b] || a - b);
        expect(groupRows(labels, 7).rows).toEqual(sorted);
      }),
    );
  });
});
