import { expect, test } from 'vitest';
import { stateOf } from '../../src/cli/job.js';
import { formatMean, formatShare, formatSpread } from '../../src/cli/format.js';

test('a share is shown in percent', () => {
  expect(formatShare(0.58936)).toBe('58.9\u00a0%');
  expect(formatShare(1)).toBe('100.0\u00a0%');
});

test.each([
  [54.4798, 5.894, '54.5 ± 5.9'],
  [2.0365, 0.2632, '2.04 ± 0.26'],
  [-1.4e-9, 1, '0.0 ± 1.0'],
  [-0.05, 1, '-0.1 ± 1.0'],
  [123456.7, 9876, '123457 ± 9876'],
  [1e-6, 3.3e-8, '0.000001000 ± 0.000000033'],
  [7, 0, '7 ± 0'],
])('%d with a deviation of %d is %s', (mean, deviation, text) => {
  expect(formatSpread(mean, deviation).replace(/\u00a0/g, ' ')).toBe(text);
});

test.each([
  [54.47979312, 5.894, '54.47979'],
  [-0.0123456789, 1, '-0.01234568'],
  [1700003630.25, 3600, '1,700,003,630.25'],
  [1700003630.125, 0, '1,700,003,630.125'],
  [0, 0, '0'],
])('the mean %d with a deviation of %d is %s', (mean, deviation, text) => {
  expect(formatMean(mean, deviation)).toBe(text);
});

test('a fit that took all its iterations is told what helps', () => {
  const ended = { iterations: 5, converged: false };
  expect(stateOf({ iterations: 1, converged: true }, { maxIter: 5 })).toBe(
    '1 iteration, converged',
  );
  expect(stateOf(ended, { maxIter: 5, tol: 1e-3 })).toMatch(/not converged: raise --max-iter$/);
  expect(stateOf(ended, { maxIter: 9 })).toMatch(/not converged$/);
  expect(stateOf(ended, { maxIter: 5, tol: 0 })).toMatch(
    /all of them: no change is below --tol 0$/,
  );
});
