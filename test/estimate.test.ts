import { expect, test } from 'vitest';
import { estimate } from '../src/methods/estimate/index.js';

test('rows beyond what the device is to hold pass through it', () => {
  const resident = estimate('kmeans', { n: 1e6, d: 100, k: 8 });
  const streamed = estimate('kmeans', { n: 1e7, d: 100, k: 8 });
  expect([resident.streamed, streamed.streamed]).toEqual([false, true]);
  expect(resident.deviceBytes).toBeGreaterThan(4e8);
  expect(streamed.deviceBytes).toBeLessThan(streamed.flops / 20);
  expect(streamed.seconds).toBeUndefined();
});

test('the arithmetic of an iteration, times their number', () => {
  const once = estimate('kmeans', { n: 1000, d: 10, k: 9 });
  expect(once.flops).toBe(2 * 1000 * 10 * 10);
  expect(estimate('kmeans', { n: 1000, d: 10, k: 9, iterations: 3 }).flops).toBe(3 * once.flops);
});

test('the CPU takes nothing of a device, and holds the rows once more', () => {
  const options = { n: 1000, d: 10, k: 9 };
  const { deviceBytes, hostBytes } = estimate('kmeans', { ...options, runtime: 'cpu' });
  expect(deviceBytes).toBe(0);
  expect(hostBytes).toBe(estimate('kmeans', options).hostBytes + 4 * 1000 * 11);
});

test.each([
  ['kmean', { n: 1, d: 1, k: 1 }, /no 'kmean'; there are kmeans, /],
  ['kmeans', { n: 1, d: 1 }, /k is missing/],
  ['pca', { n: 0, d: 1 }, /n is 0; it must be a whole number >= 1/],
  ['kmeans', { n: 1, d: 1, k: 1, rows: 2 }, /no option 'rows'/],
] as const)('%s with %o is refused', (method, options, message) => {
  expect(() => estimate(method as 'kmeans', options)).toThrow(message);
});
