import { describe, expect, it } from 'vitest';
import { largestByLanczos } from '../../src/math/lanczos.js';
import { largestEigenpairs } from '../../src/math/largest_eigenpairs.js';
import { type Eigenpairs, symmetricEigen } from '../../src/math/symmetric_eigen.js';
import { addScaled, dot, norm, orthonormalize, randomOrthogonal } from '../../src/math/vectors.js';
import { createRandom } from '../../src/math/random.js';
import { noPause, uniform } from '../reference/support.js';

/** A symmetric matrix with the given eigenvalues, about random axes. */
async function withEigenvalues(values: readonly number[], seed: number): Promise<Float64Array> {
  const d = values.length;
  const random = uniform(d * d, seed);
  const axes = await orthonormalize(
    values.map((_, i) => Float64Array.from(random.subarray(i * d, (i + 1) * d))),
    createRandom(seed),
    noPause,
  );
  const matrix = new Float64Array(d * d);
  axes.forEach((axis, t) => {
    for (let i = 0; i < d; i++) {
      addScaled(matrix.subarray(i * d, (i + 1) * d), values[t] * axis[i], axis);
    }
  });
  return matrix;
}

/** Residuals are small, vectors orthonormal, and values those expected. */
function expectPairs(matrix: Float64Array, { values, vectors }: Eigenpairs, expected: number[]) {
  const d = vectors[0].length;
  expect(values).toHaveLength(expected.length);
  const scale = Math.max(...expected);
  vectors.forEach((vector, t) => {
    expect(Math.abs(values[t] - expected[t])).toBeLessThan(1e-10 * scale);
    const residual = Float64Array.from({ length: d }, (_, i) =>
      dot(matrix.subarray(i * d, (i + 1) * d), vector),
    );
    addScaled(residual, -values[t], vector);
    expect(norm(residual)).toBeLessThan(1e-10 * scale);
    vectors.slice(0, t + 1).forEach((other, s) => {
      expect(Math.abs(dot(vector, other) - (s === t ? 1 : 0))).toBeLessThan(1e-11);
    });
  });
}

const falling = (d: number, ratio: number) => Array.from({ length: d }, (_, i) => ratio ** i);

describe('symmetricEigen', () => {
  it('by falling eigenvalue, worked out by hand', async () => {
    const { values, vectors } = await symmetricEigen(Float64Array.of(2, 1, 1, 2), 2, noPause);
    expect(values[0]).toBeCloseTo(3, 12);
    expect(values[1]).toBeCloseTo(1, 12);
    expect(Math.abs(vectors[0][0] + vectors[0][1])).toBeCloseTo(Math.SQRT2, 12);
  });

  it('of one number, and of nothing but zeros', async () => {
    expect([...(await symmetricEigen(Float64Array.of(5), 1, noPause)).values]).toEqual([5]);
    const { values } = await symmetricEigen(new Float64Array(9), 3, noPause);
    expect([...values]).toEqual([0, 0, 0]);
  });

  it.each([3, 4, 5, 64])('of %i x %i: all of them', async (d) => {
    const values = falling(d, 0.8);
    const matrix = await withEigenvalues(values, d);
    expectPairs(matrix, await symmetricEigen(matrix, d, noPause), values);
  });

  it('keeps the digits of small ones where columns are of very different sizes', async () => {
    // Of D C D they are those of C, near 1, times D's squares up to what C's other entries change.
    const [d, beside] = [12, 1e-3];
    const sizes = Array.from({ length: d }, (_, i) => 100 ** -((5 * i) % d));
    const matrix = Float64Array.from({ length: d * d }, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d];
      return sizes[i] * sizes[j] * (i === j ? 1 : beside);
    });
    const { values } = await symmetricEigen(matrix, d, noPause);
    values.forEach((value, t) => {
      expect(Math.abs(value / 1e-4 ** t - 1)).toBeLessThan(2 * d * beside ** 2);
    });
  });

  it('refuses what is no number', async () => {
    const matrix = Float64Array.of(1, Number.NaN, 2, Number.NaN, 1, 1, 2, 1, 3);
    await expect(symmetricEigen(matrix, 3, noPause)).rejects.toThrow(/float64/);
  });
});

describe('randomOrthogonal', () => {
  it('refuses to look for what there is not', () => {
    const random = createRandom(1);
    const all = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
    expect(() => randomOrthogonal(2, all, random)).toThrow(/orthogonal to 2 others/);
    const none = [Float64Array.of(Number.NaN, 0)];
    expect(() => randomOrthogonal(2, none, random)).toThrow(/float64/);
  });
});

describe('largestEigenpairs', () => {
  it.each([
    [6, 6],
    [6, 2],
    [200, 1],
    [200, 12],
    [200, 180],
  ])('of %i the first %i', async (d, count) => {
    const values = falling(d, 0.9);
    const matrix = await withEigenvalues(values, d);
    const pairs = await largestEigenpairs(matrix, d, count, noPause);
    expect(pairs.vectors.length).toBeGreaterThanOrEqual(count);
    expectPairs(matrix, pairs, values.slice(0, pairs.vectors.length));
  });

  it('that occur many times', async () => {
    const values = Array.from({ length: 200 }, (_, i) => (i < 60 ? 1 : (200 - i) / 400));
    const matrix = await withEigenvalues(values, 3);
    const pairs = await largestEigenpairs(matrix, 200, 30, noPause);
    expectPairs(matrix, pairs, values.slice(0, pairs.vectors.length));
  });

  it('of a matrix of zeros', async () => {
    const zeros = new Float64Array(200 ** 2);
    const { values, vectors } = await largestEigenpairs(zeros, 200, 3, noPause);
    expect(values).toEqual(new Float64Array(vectors.length));
    expect(norm(vectors[2])).toBeCloseTo(1, 12);
  });
});

describe('largestByLanczos', () => {
  it('finds them in far fewer steps than the matrix has rows', async () => {
    const values = falling(240, 0.9);
    const matrix = await withEigenvalues(values, 5);
    let pauses = 0;
    const pairs = await largestByLanczos(matrix, 240, 10, () => {
      pauses++;
      return Promise.resolve();
    });
    // Those of the whole matrix's reduction alone.
    expect(pauses).toBeLessThan(2 * 240);
    expectPairs(matrix, pairs!, values.slice(0, 10));
  });

  it('says so where it has seen too few copies of an eigenvalue', async () => {
    // Every second step finds a copy of 1: 45 of them at the first look, where all has converged.
    const values = Array.from({ length: 300 }, (_, i) => (i < 100 ? 1 : 0.5));
    const matrix = await withEigenvalues(values, 3);
    expect(await largestByLanczos(matrix, 300, 50, noPause)).toBeUndefined();
    const pairs = await largestEigenpairs(matrix, 300, 50, noPause);
    expectPairs(matrix, pairs, values);
  });
});
