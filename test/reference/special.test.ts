import { expect, test } from 'vitest';
import { digamma, logBeta, logGamma } from '../../src/math/special.js';

/** Euler's constant. */
const GAMMA = 0.5772156649015329;

test('logGamma of whole and half numbers', () => {
  expect(logGamma(1)).toBeCloseTo(0, 13);
  expect(logGamma(5)).toBeCloseTo(Math.log(24), 13);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
  expect(logGamma(100)).toBeCloseTo(359.1342053695754, 10);
});

test('digamma of whole and half numbers', () => {
  expect(digamma(1)).toBeCloseTo(-GAMMA, 13);
  expect(digamma(4)).toBeCloseTo(1 + 1 / 2 + 1 / 3 - GAMMA, 13);
  expect(digamma(0.5)).toBeCloseTo(-GAMMA - 2 * Math.LN2, 13);
});

test('logBeta', () => {
  // B(2, 3) = 1! 2! / 4!
  expect(logBeta(2, 3)).toBeCloseTo(Math.log(2 / 24), 13);
});
