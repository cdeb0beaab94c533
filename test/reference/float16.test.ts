import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  float16Scale,
  float16Shift,
  fromFloat16,
  largestOf,
  roundToFloat16,
  toFloat16,
} from '../../src/rows/float16.js';

const LEAST = 2 ** -14;
const LARGEST = 65504;

/** By the format: sign, 5 bits of exponent less 15, 10 bits of fraction. */
function decoded(half: number): number {
  const [sign, exponent, fraction] = [half >> 15, (half >> 10) & 31, half & 1023];
  return (sign === 0 ? 1 : -1) * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** Every normal number of float16 >= 2^-14, ascending, with its bits. */
const normals = Array.from({ length: 30 * 1024 }, (_, i) => i + 1024).map((half) => ({
  half,
  value: decoded(half),
}));

describe('float16', () => {
  test('each of its normal numbers is itself, of either sign', () => {
    for (const { half, value } of normals) {
      expect(toFloat16(value)).toBe(half);
      expect(toFloat16(-value)).toBe(half + 0x8000);
      expect(fromFloat16(half)).toBe(value);
      expect(fromFloat16(half + 0x8000)).toBe(-value);
    }
  });

  test('between two of them the nearer is taken, in the middle the even one', () => {
    for (let i = 0; i + 1 < normals.length; i++) {
      const [low, high] = [normals[i], normals[i + 1]];
      const middle = (low.value + high.value) / 2;
      expect(toFloat16(middle)).toBe(low.half % 2 === 0 ? low.half : high.half);
      // The neighbours of the middle in float32.
      const step = (high.value - low.value) * 2 ** -13;
      expect(toFloat16(middle - step)).toBe(low.half);
      expect(toFloat16(middle + step)).toBe(high.half);
    }
  });

  test('below the least normal number all is 0; up to 65,520 the largest is taken', () => {
    for (const x of [0, LEAST - 2 ** -38, 2 ** -15, 2 ** -24, 2 ** -149]) {
      expect([toFloat16(x), toFloat16(-x)]).toEqual([0, 0]);
    }
    expect(toFloat16(65519)).toBe(0x7bff);
    expect(fromFloat16(0x7bff)).toBe(LARGEST);
  });

  test('a scale puts the largest number just below 2^15', () => {
    const magnitude = fc.double({ min: 1e-33, max: 1e38, noNaN: true });
    fc.assert(
      fc.property(magnitude, (largest) => {
        const scale = float16Scale(largest);
        expect(Math.log2(scale) % 1).toBeCloseTo(0, 12);
        expect(largest * scale).toBeGreaterThan(2 ** 13);
        expect(largest * scale).toBeLessThanOrEqual(2 ** 15);
      }),
      { seed: 20 },
    );
    expect(float16Scale(0)).toBe(1);
    expect(Math.fround(float16Scale(2 ** -149))).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  test('whole numbers below 1,024 in magnitude lose nothing, whatever their means', () => {
    const rows = fc.array(fc.integer({ min: -1023, max: 1023 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, (whole) => {
        const means = Float64Array.of(whole.reduce((sum, value) => sum + value, 0) / whole.length);
        const scale = float16Scale(largestOf(Float32Array.from(whole)) + largestOf(means));
        const [shift] = float16Shift(means, scale);
        const centred = Float32Array.from(whole, (value) => value - shift);
        roundToFloat16(centred, scale);
        expect([...centred].map((value) => value + shift)).toEqual(whole);
      }),
      { seed: 20 },
    );
  });
});
