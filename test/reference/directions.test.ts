import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors.js';
import { directionShift, directionsOf, lengthOf, spreadRows } from '../../src/rows/directions.js';

const none = [0, 0];

describe('directions', () => {
  it('are rows of length 1 less what they share', () => {
    expect([...directionsOf(Float32Array.of(3, 4, 0, -2), 2, 2, none)]).toEqual([0.6, 0.8, 0, -1]);
    expect([...directionsOf([3, 4], 1, 2, [0.5, 1])]).toEqual([0.6 - 0.5, 0.8 - 1]);
  });

  it('are kept by rows near both ends of float64', () => {
    const unit = directionsOf([1e-320, 0, 1e308, 1e308], 2, 2, none);
    expect([unit[0], unit[1]]).toEqual([1, 0]);
    expect(unit[2]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(unit[3]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(lengthOf([3e200, 4e200], 0, 2)).toBeCloseTo(5e200, -186);
  });

  it("are not those of a row of zeros, which is refused by its number in the caller's matrix", () => {
    const refused = () => directionsOf(Float32Array.of(1, 0, 0, 0), 2, 2, none, 'points', 100);
    expect(refused).toThrow(InvalidArgumentError);
    expect(refused).toThrow(/row 101 is all zeros.*'euclidean'/);
  });
});

describe('directionShift', () => {
  it('is the mean of the directions in float32', () => {
    expect([...directionShift([3, 4, 0, 10, 0, 0], 3, 2)]).toEqual(
      [0.6 / 3, 1.8 / 3].map(Math.fround),
    );
  });

  it('is taken from rows spread over all', () => {
    expect(spreadRows(3)).toEqual([0, 1, 2]);
    const rows = spreadRows(10_000);
    expect(rows.length).toBe(1024);
    expect([rows[0], rows[512], rows[1023]]).toEqual([0, 5000, 9990]);
  });
});
