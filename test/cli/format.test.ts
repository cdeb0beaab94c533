import { expect, test } from 'vitest';
import { formatShare, formatSpread } from '../../src/cli/format.js';

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
