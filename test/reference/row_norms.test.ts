import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors.js';
import { normalizeRows, rowNorms } from '../../src/reference/row_norms.js';

describe('rowNorms', () => {
  it('are squared lengths', () => {
    expect([...rowNorms(Float32Array.of(3, 4, 0, 0, -1, 2), 3, 2)]).toEqual([25, 0, 5]);
  });
});

describe('normalizeRows', () => {
  it('scales every row to length 1', () => {
    expect([...normalizeRows(Float32Array.of(3, 4, 0, -2), 2, 2)]).toEqual([0.6, 0.8, 0, -1]);
  });

  it('keeps the direction of rows near both ends of float32', () => {
    const unit = normalizeRows(Float32Array.of(1e-45, 0, 3e38, 3e38), 2, 2);
    expect([unit[0], unit[1]]).toEqual([1, 0]);
    expect(unit[2]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(unit[3]).toBeCloseTo(Math.SQRT1_2, 15);
  });

  it("refuses a row of zeros by its number in the caller's matrix", () => {
    const refused = () => normalizeRows(Float32Array.of(1, 0, 0, 0), 2, 2, 100);
    expect(refused).toThrow(InvalidArgumentError);
    expect(refused).toThrow(/row 101 is all zeros.*'euclidean'/);
  });
});
