import { expect, it } from 'vitest';
import { createRandom } from '../src/math/random.js';

it('gives the same numbers for the same seed, others for another', () => {
  const take = (seed: number) => Array.from({ length: 5 }, () => createRandom(seed).next());
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
  expect(take(2 ** 32 - 1)).not.toEqual(take(0));
});

// Seeds are counted up, so the numbers of one seed and the next must be independent, the first too.
it.each([0, 1, 2, 3])('number %i of neighbouring seeds is uniform', (at) => {
  const seeds = 400;
  const values = Array.from({ length: seeds }, (_, seed) => {
    const random = createRandom(seed);
    return Array.from({ length: at + 1 }, () => random.next())[at];
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / seeds;
  const neighbours = values
    .slice(1)
    .reduce((sum, value, i) => sum + (value - 0.5) * (values[i] - 0.5), 0);
  // Standard errors of the mean, the variance and the correlation: 0.0144, 0.0037 and 0.05.
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.058);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.015);
  expect(Math.abs((12 * neighbours) / seeds)).toBeLessThan(0.2);
});

it('draws whole numbers below a bound', () => {
  const random = createRandom(3);
  const counts = new Uint32Array(6);
  for (let draw = 0; draw < 6000; draw++) counts[random.below(6)]++;
  // The standard error is 29.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(116);
});
