import { describe, expect, test } from 'vitest';
import { gaussianMixture } from '../../src/index.js';
import {
  boundGaps,
  covarianceOf,
  largestFall,
} from '../../src/methods/gaussian_mixture/cli/mixture_math.js';
import { placeGaussian, placeRows } from '../../src/cli/plane.js';
import { createRandom } from '../../src/math/random.js';

test('the largest fall of a history', () => {
  expect(largestFall([])).toBe(0);
  expect(largestFall([-3, -2, -2, -1])).toBe(0);
  expect(largestFall([-3, -2, -2.5, -1, -1.25])).toBe(0.5);
});

describe.each(['full', 'tied', 'diag', 'spherical'] as const)('of %s covariances', (type) => {
  const random = createRandom(5);
  const data = Float32Array.from(
    { length: 600 },
    (_, i) => (i % 3) * random.next() + (i < 300 ? 0 : 2),
  );
  const points = { data, shape: [200, 3] as const };
  const fitted = gaussianMixture(points, { k: 2, covarianceType: type, runtime: 'cpu' });

  test('the bound meets log p(x) with the true responsibilities, and only with those', async () => {
    const model = await fitted;
    const responsibilities = await model.predictProba(points, { runtime: 'cpu' });
    const logDensities = await model.scoreSamples(points, { runtime: 'cpu' });
    const gaps = boundGaps(model, data, responsibilities.data, logDensities);
    expect(gaps.largest).toBeLessThan(1e-5);
    expect(gaps.mean).toBeLessThanOrEqual(gaps.largest);
    const even = new Float32Array(400).fill(0.5);
    expect(boundGaps(model, data, even, logDensities).mean).toBeGreaterThan(0.01);
  });

  test('the covariance of a component is a whole matrix, the inverse of its precision', async () => {
    const model = await fitted;
    for (let c = 0; c < 2; c++) {
      const covariance = covarianceOf(model, c);
      const { data: precisions } = model.precisions;
      const precision = (i: number, j: number) =>
        ({
          full: precisions[9 * c + 3 * i + j],
          tied: precisions[3 * i + j],
          diag: i === j ? precisions[3 * c + i] : 0,
          spherical: i === j ? precisions[c] : 0,
        })[type];
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          let sum = 0;
          for (let p = 0; p < 3; p++) sum += covariance[3 * i + p] * precision(p, j);
          expect(sum).toBeCloseTo(i === j ? 1 : 0, 9);
        }
      }
    }
  });
});

test('rows and normal distributions in a plane', () => {
  // x = 2 (a - 1) + 10, y = b + c - 3.
  const plane = {
    names: ['x', 'y'],
    origin: [1, 0, 0],
    axes: [2, 0, 0, 0, 1, 1],
    offset: [10, -3],
  };
  const placed = { ...plane, names: ['x', 'y'] as const, offset: [10, -3] as const };
  const { x, y } = placeRows(placed, Float64Array.of(1, 2, 3, 4, 5, 6));
  expect([[...x], [...y]]).toEqual([
    [10, 16],
    [2, 8],
  ]);
  const covariance = Float64Array.of(4, 1, 2, 1, 9, 3, 2, 3, 16);
  expect(placeGaussian(placed, Float64Array.of(1, 2, 3), covariance)).toEqual({
    x: 10,
    y: 2,
    xx: 4 * 4,
    xy: 2 * (1 + 2),
    yy: 9 + 16 + 2 * 3,
  });
});
