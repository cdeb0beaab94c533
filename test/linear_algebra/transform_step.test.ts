import { describe, expect, it } from 'vitest';
import { createRandom, standardNormal } from '../../src/math/random.js';
import { svd } from '../../src/math/svd.js';
import { combine, dot } from '../../src/math/vectors.js';
import { transformStep } from '../../src/methods/transform_learning/transform_step.js';

const pause = () => Promise.resolve();
const random = createRandom(3);
const normals = (rows: number, columns: number) =>
  Array.from({ length: rows }, () =>
    Float64Array.from({ length: columns }, () => standardNormal(random)),
  );
const most = (values: Iterable<number>) => Math.max(...Array.from(values, Math.abs));

/** A'B, of rows. */
const productOf = (a: readonly Float64Array[], b: readonly Float64Array[]) =>
  Float64Array.from({ length: a[0].length * b[0].length }, (_, at) => {
    const [i, j] = [Math.floor(at / b[0].length), at % b[0].length];
    return a.reduce((sum, row, r) => sum + row[i] * b[r][j], 0);
  });

describe('svd', () => {
  it('gives back the matrix, by orthonormal vectors, whatever its rank', async () => {
    const full = normals(5, 7);
    const flat = [...full.slice(0, 2), full[0].map((value, i) => value - 2 * full[1][i])];
    for (const rows of [full, flat, [new Float64Array(3), new Float64Array(3)]]) {
      const { left, values, right } = await svd(rows, random, pause);
      for (const side of [left, right]) {
        side.forEach((a, i) => {
          side.forEach((b, j) => {
            expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
          });
        });
      }
      rows.forEach((row, r) => {
        const weights = values.map((value, i) => value * left[i][r]);
        expect(most(combine(weights, right).map((value, c) => value - row[c]))).toBeLessThan(1e-12);
      });
    }
  });

  it('keeps the digits of small values', async () => {
    const rows = [Float64Array.of(1, 1, 0), Float64Array.of(1, 1 + 1e-9, 1e-9)];
    const { values } = await svd(rows, random, pause);
    // sqrt(det A A') is the product of the values.
    expect((values[0] * values[1]) / (1e-9 * Math.sqrt(2 + 1))).toBeCloseTo(1, 6);
  });
});

describe('transformStep', () => {
  it.each([
    ['square', 6],
    ['tall', 9],
  ] as const)('leaves no gradient where T is %s', async (_, k) => {
    const d = 6;
    const x = normals(40, d);
    const z = normals(40, k);
    const penalty = 0.3;
    const [gram, cross] = [productOf(x, x), productOf(x, z)];
    const found = await transformStep({ gram, cross, d, k, penalty }, random, pause);
    const { atoms } = found;
    // (T'T)^-1 by its own decomposition; the gradient is 2 T (X'X + l I) - 2 Z'X - l T (T'T)^-1.
    const rows = Array.from({ length: k }, (__, a) => atoms.subarray(a * d, (a + 1) * d));
    const { left, values } = await svd(
      Array.from({ length: d }, (__, i) => productOf(rows, rows).subarray(i * d, (i + 1) * d)),
      random,
      pause,
    );
    expect(found.logDet).toBeCloseTo(
      values.reduce((sum, value) => sum + Math.log(value) / 2, 0),
      10,
    );
    expect(found.condition).toBeCloseTo(Math.sqrt(values[0] / values[d - 1]), 8);
    let largest = 0;
    rows.forEach((row, a) => {
      for (let j = 0; j < d; j++) {
        const inverse = left.reduce(
          (sum, vector, i) => sum + (dot(row, vector) * vector[j]) / values[i],
          0,
        );
        const fit = row.reduce((sum, value, i) => sum + value * gram[i * d + j], 0);
        const gradient = 2 * (fit + penalty * row[j] - cross[j * k + a]) - penalty * inverse;
        largest = Math.max(largest, Math.abs(gradient));
      }
    });
    expect(largest / most(cross)).toBeLessThan(1e-12);
  });

  it('refuses rows that leave directions empty where the penalty is too small to help', async () => {
    const gram = Float64Array.of(1, 1, 1, 1);
    const work = transformStep({ gram, d: 2, k: 2, penalty: 1e-20 }, random, pause);
    await expect(work).rejects.toThrow(/penalty is 1e-20.*larger penalty/);
  });
});
