import { expect, it } from 'vitest';
import { labelCounts } from '../../src/ops/sums/label_counts.twin.js';

it('counts the rows of each cluster, empty ones included', () => {
  expect(labelCounts(Uint32Array.of(2, 0, 2, 2), 4)).toEqual(Uint32Array.of(1, 0, 3, 0));
});
