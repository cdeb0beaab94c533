import { expect, test } from 'vitest';
import { ColumnPoints } from '../../src/rows/column_points.js';
import type { RowParts } from '../../src/rows/rows.js';

test('rows whose columns have scales of their own are not taken for rows of one scale', async () => {
  const parts = { shape: [2, 2], chunks: [] } as unknown as RowParts;
  const multiplied: number[][] = [];
  const points = new ColumnPoints(parts, Float64Array.of(0, 0), 2, (by) => {
    multiplied.push([...by]);
    return Promise.resolve();
  });
  expect(points.scale).toBe(2);
  await points.scaleColumns(Float64Array.of(4, 0.5));
  expect([...points.columnScale]).toEqual([8, 1]);
  expect(multiplied).toEqual([[4, 0.5]]);
  expect(() => points.scale).toThrow(/scales of their own/);
});
