import { expect, it } from 'vitest';
import { rowResiduals } from '../../src/ops/products/row_residuals.twin.js';

it('squared distances of rows to their images, worked out by hand', () => {
  expect([...rowResiduals([0, 0, 1, 1, 7, 7], [3, 4, 1, 2, 7, 7], 3, 2)]).toEqual([25, 1, 0]);
});
