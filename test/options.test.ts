import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../src/errors.js';
import {
  abortSignal,
  aFunction,
  anObject,
  checkOptions,
  either,
  nonNegative,
  oneOf,
  RUNTIME_RULES,
  wholeNumber,
} from '../src/fit/options.js';

describe('rules', () => {
  it.each([
    [
      'wholeNumber(1)',
      wholeNumber(1),
      [1, 7, Number.MAX_SAFE_INTEGER],
      [0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', null],
    ],
    ['wholeNumber(0, 3)', wholeNumber(0, 3), [0, 3], [-1, 4]],
    ['nonNegative', nonNegative, [0, 1e-300, 5], [-1e-9, NaN, Infinity, '0', null]],
    ["oneOf('a', 'b')", oneOf('a', 'b'), ['a', 'b'], ['A', '', 0, undefined]],
    ["either('a', >= 1)", either(oneOf('a'), wholeNumber(1)), ['a', 1], ['b', 0]],
    ['aFunction', aFunction, [() => undefined], [{}, 'f']],
    ['anObject', anObject, [{}, []], [null, 1, 'x']],
    [
      'abortSignal',
      abortSignal,
      [AbortSignal.abort(), new AbortController().signal],
      [{}, null, { aborted: false }, { aborted: false, addEventListener: () => undefined }],
    ],
    ['runtime', RUNTIME_RULES.runtime, ['cpu'], ['gpu', {}, null, { device: {}, limits: {} }]],
  ])('%s', (_, { holds }, accepted: readonly unknown[], refused: readonly unknown[]) => {
    expect(accepted.map(holds)).toEqual(accepted.map(() => true));
    expect(refused.map(holds)).toEqual(refused.map(() => false));
  });

  it('say in words what they ask for', () => {
    expect(wholeNumber(1).rule).toBe('a whole number >= 1');
    expect(wholeNumber(0, 9).rule).toBe('a whole number from 0 to 9');
    expect(either(oneOf('a', 'b'), nonNegative).rule).toBe("'a' or 'b' or a finite number >= 0");
  });
});

describe('checkOptions', () => {
  const rules = { k: wholeNumber(1), tol: nonNegative };

  it('accepts what is right, absent or undefined', () => {
    expect(() => {
      checkOptions('fit', { k: 3, tol: undefined }, rules);
      checkOptions('fit', {}, rules);
      checkOptions('fit', undefined, rules);
    }).not.toThrow();
  });

  it.each<[string, unknown, string, string]>([
    ['a value', { k: 0 }, 'k', 'fit: k is 0; it must be a whole number >= 1.'],
    ['null', { tol: null }, 'tol', 'fit: tol is null; it must be a finite number >= 0.'],
    ['text', { k: '3' }, 'k', "fit: k is '3'; it must be a whole number >= 1."],
    ['an array', { k: [3] }, 'k', 'fit: k is an array of 1; it must be a whole number >= 1.'],
    ['an object', { k: {} }, 'k', 'fit: k is [object Object]; it must be a whole number >= 1.'],
    ['a name', { K: 3 }, 'K', "fit: there is no option 'K'; the options are k, tol."],
    [
      'a name of Object',
      { toString: 1 },
      'toString',
      "fit: there is no option 'toString'; the options are k, tol.",
    ],
    ['null options', null, 'options', 'fit: options is null; give an object.'],
  ])('refuses %s', (_, options, argument, message) => {
    let error: unknown;
    try {
      checkOptions('fit', options as object, rules);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ argument, message });
  });
});
