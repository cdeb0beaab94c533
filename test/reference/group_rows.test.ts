import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupRows } from '../../src/reference/group_rows.js';

describe('groupRows', () => {
  it('groups a case worked out by hand', () => {
    const { order, ends, weightSums } = groupRows([2, 0, 2, 0, 3], 4, [1, 2, 0.5, 4, 1]);
    expect([...order]).toEqual([1, 3, 0, 2, 4]);
    expect([...ends]).toEqual([2, 2, 4, 5]);
    expect([...weightSums]).toEqual([6, 0, 1.5, 1]);
  });

  it('is a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6)), (labels) => {
        const { order } = groupRows(labels, 7, labels);
        const sorted = labels.map((_, i) => i).sort((a, b) => labels[a] - labels[b] || a - b);
        expect([...order]).toEqual(sorted);
      }),
    );
  });
});
