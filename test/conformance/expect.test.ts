/** The assertions themselves: what must pass passes, what must fail fails and says why. */
import { describe, expect, test } from 'vitest';
import {
  expectClose,
  ExpectationError,
  expectEqual,
  expectSameBits,
  expectThat,
  expectThrows,
} from './expect.js';

const relative = { relative: 1e-3, because: 'sums of 1000 float32 terms' };

describe('expectClose', () => {
  test('accepts what the tolerance allows', () => {
    expectClose(1000.9, 1000, relative);
    expectClose([0.01, -2], Float32Array.of(0, -2), { absolute: 0.01, because: 'a test' });
  });

  test.each([
    ['beyond a relative tolerance', 1001.1, 1000],
    ['NaN', Number.NaN, 1],
    ['NaN on both sides', Number.NaN, Number.NaN],
    ['infinity on both sides', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['infinity expected', 1, Number.POSITIVE_INFINITY],
    ['another sign', -1, 1],
    ['fewer values', [1], [1, 1]],
    ['more values', [1, 1], [1]],
    ['a hole', new Array<number>(1), [0]],
  ])('refuses %s', (_, actual, expected) => {
    expect(() => {
      expectClose(actual, expected, relative);
    }).toThrow(ExpectationError);
  });

  test('refuses a tolerance of nothing or without a reason', () => {
    expect(() => {
      expectClose(1, 1, { because: 'they are equal' });
    }).toThrow(/tolerance needs/);
    expect(() => {
      expectClose(1, 1, { relative: 1, because: ' ' });
    }).toThrow(/a reason/);
  });

  test('shows the first mismatches and the worst, side by side', () => {
    const expected = new Float64Array(100).fill(1);
    const actual = expected.map((value, i) => (i < 50 ? value : value + i / 100));
    actual[90] = 4;
    let message = '';
    try {
      expectClose(actual, expected, { ...relative, what: 'centroids' });
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toContain('centroids: 50 of 100 differ');
    expect(message).toContain(relative.because);
    expect(message).toMatch(/ 50 +1 +1\.5 +5\.000e-1\n/);
    expect(message).toMatch(/ 90 +1 +4 +3\.000e\+0 {2}worst\n/);
    expect(message).toContain('... and 41 more');
  });
});

describe('expectEqual', () => {
  test('accepts equal values', () => {
    expectEqual({ a: [1, { b: new Set(['x']) }] }, { a: [1, { b: new Set(['x']) }] });
    expectEqual(Uint32Array.of(1, 2), Uint32Array.of(1, 2));
    expectEqual([Number.NaN], [Number.NaN]);
    expectEqual(0, -0);
  });

  test.each<[string, unknown, unknown, RegExp]>([
    ['numbers', 1, 2, /expected: 2\n +actual: +1/],
    ['numbers in arrays', [1, 5], [1, 2], /1 of 2 differ.*\n.*\n +1 +2 +5 +3\.000e\+0/],
    ['lengths', [1], [1, 2], /1 values, expected 2/],
    ['depths', { a: { b: 1 } }, { a: { b: 2 } }, /\[a\]\[b\]/],
    ['missing keys', {}, { a: 1 }, /\[a\] is missing/],
    ['keys too many', { a: undefined }, {}, /\[a\] is not expected/],
    ['kinds', Int32Array.of(1), Uint32Array.of(1), /Int32Array is not Uint32Array/],
    ['null and an object', null, {}, /actual: +null/],
  ])('refuses other %s', (_, actual, expected, message) => {
    expect(() => {
      expectEqual(actual, expected);
    }).toThrow(message);
  });
});

describe('expectSameBits', () => {
  test('accepts the same bits', () => {
    expectSameBits(Float32Array.of(1, Number.NaN, -0), Float32Array.of(1, Number.NaN, -0));
    expectSameBits(0.1, 0.1);
  });

  test('refuses one other bit', () => {
    const near = Float32Array.of(1 + 2 ** -23);
    expect(() => {
      expectSameBits(near, Float32Array.of(1));
    }).toThrow(/1 of 1 differ/);
    expect(() => {
      expectSameBits(Float32Array.of(0), Float32Array.of(-0));
    }).toThrow(/1 of 1 differ/);
    expect(() => {
      expectSameBits(new Float32Array(1), new Float32Array(2));
    }).toThrow(/1 values, expected 2/);
    const [quiet, other] = [0x7fc00000, 0x7fc00001].map(
      (bits) => new Float32Array(Uint32Array.of(bits).buffer),
    );
    expect(() => {
      expectSameBits(quiet, other);
    }).toThrow(/NaNs with different bits/);
  });
});

describe('expectThrows', () => {
  const refuse = () => Promise.reject(Object.assign(new RangeError('k is 0'), { code: 'range' }));

  test('accepts and returns the error that was described', async () => {
    const error = await expectThrows(refuse, { name: 'RangeError', code: 'range', message: /k/ });
    expect(error.message).toBe('k is 0');
    await expectThrows(
      () => {
        throw new TypeError('at once');
      },
      { name: 'TypeError' },
    );
  });

  test.each([
    ['another name', { name: 'TypeError' }],
    ['another code', { code: 'shape' }],
    ['another message', { message: /n is/ }],
    ['no description', {}],
  ])('refuses %s', async (_, pattern) => {
    await expect(expectThrows(refuse, pattern)).rejects.toThrow(ExpectationError);
  });

  test('refuses success', async () => {
    await expect(expectThrows(() => 1, { name: 'Error' })).rejects.toThrow(/nothing was thrown/);
  });
});

test('expectThat', () => {
  expectThat(true, 'fine');
  expect(() => {
    expectThat(false, 'not fine');
  }).toThrow('not fine');
});
