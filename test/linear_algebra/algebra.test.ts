import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.js';
import { NotPositiveDefiniteError } from '../../src/ops/algebra/not_positive_definite_error.js';
import { NO_ROW } from '../../src/ops/algebra/algebra.js';
import { hostAlgebra } from '../../src/ops/algebra/host_algebra.twin.js';

/** By hand: small enough to be seen to be right. */
describe('hostAlgebra', () => {
  const algebra = hostAlgebra();
  const held = async (rows: number, columns: number, values?: number[], count = 1) =>
    algebra.matrix(rows, columns, values, count);

  it('multiplies, transposes, accumulates and finishes', async () => {
    const a = await held(2, 3, [1, 2, 3, 4, 5, 6]);
    const b = await held(3, 1, [1, 0, -1]);
    expect([...(await algebra.read(await algebra.product(a, b)))]).toEqual([-2, -2]);
    const row = await algebra.product(b, a, { transposeA: true, transposeB: true, alpha: 2 });
    expect([row.rows, row.columns, ...(await algebra.read(row))]).toEqual([1, 2, -4, -4]);
    const into = await held(2, 2, [1, 1, 1, 1]);
    const bias = await held(1, 2, [0, -100]);
    await algebra.gram(a, { beta: 10, into });
    expect([...(await algebra.read(into))]).toEqual([24, 42, 42, 87]);
    await algebra.product(a, a, { transposeB: true, bias, softThreshold: 4, into });
    expect([...(await algebra.read(into))]).toEqual([10, -64, 28, -19]);
    const most = { clampAtZero: true, zeroDiagonal: true, into };
    await algebra.product(a, a, { transposeB: true, ...most });
    expect([...(await algebra.read(into))]).toEqual([0, 32, 32, 0]);
  });

  it('multiplies stacks, a single matrix with each', async () => {
    const stack = await held(1, 2, [1, 2, 3, 4], 2);
    const single = await held(2, 1, [1, 10]);
    expect([...(await algebra.read(await algebra.product(stack, single)))]).toEqual([21, 43]);
  });

  it('factors, solves and inverts', async () => {
    const a = await held(2, 2, [4, Number.NaN, 2, 5]);
    const factor = await algebra.cholesky(a);
    expect([...(await algebra.read(factor.lower))]).toEqual([2, 0, 1, 2]);
    const x = await algebra.solve(factor, await held(2, 1, [8, 12]));
    expect([...(await algebra.read(x))]).toEqual([1, 2]);
    const y = await algebra.solveLower(factor, await held(2, 1, [8, 12]), { transpose: true });
    expect([...(await algebra.read(y))]).toEqual([1, 6]);
    const symmetric = await algebra.cholesky(await held(2, 2, [4, 2, 2, 5]));
    const inverse = await algebra.read(await algebra.inverse(symmetric, { refine: 1 }));
    [5 / 16, -1 / 8, -1 / 8, 1 / 4].forEach((value, at) => {
      expect(inverse[at]).toBeCloseTo(value, 15);
    });
    await expect(algebra.cholesky(await held(2, 2, [1, 2, 2, 1]))).rejects.toMatchObject({
      name: NotPositiveDefiniteError.name,
      pivot: 1,
    });
  });

  it('combines, shrinks, scales and sums', async () => {
    const a = await held(2, 2, [1, -2, 3, -4]);
    const b = await held(2, 2, [1, 1, 1, 1]);
    const terms = [[2, a] as const, [1, b] as const];
    expect([...(await algebra.read(await algebra.combine(terms, { diagonal: 5 })))]).toEqual([
      8, -3, 7, -2,
    ]);
    const [sparse, multipliers] = [await held(2, 2), await held(2, 2, [2, 2, 2, 2])];
    const gap = await held(1, 1);
    const step = { solution: a, sparse, multipliers, penalty: 2, zeroDiagonal: true, gap };
    await algebra.shrink(step);
    expect([...(await algebra.read(sparse))]).toEqual([0, -0.5, 3.5, 0]);
    expect([...(await algebra.read(multipliers))]).toEqual([4, -1, 1, -6]);
    expect([...(await algebra.read(gap))]).toEqual([4]);
    const row = await held(1, 2, [10, 100]);
    const both = await algebra.scale(a, { rows: row, columns: row });
    expect([...(await algebra.read(both))]).toEqual([100, -2000, 3000, -40000]);
    expect([...(await algebra.read(await algebra.sums(a, 'rows')))]).toEqual([-1, -1]);
    expect([...(await algebra.read(await algebra.sums(a, 'columns', 'squares')))]).toEqual([
      10, 20,
    ]);
    expect([...(await algebra.read(await algebra.sums(a, 'rows', 'largest')))]).toEqual([2, 4]);
    expect([...(await algebra.read(await algebra.transpose(a)))]).toEqual([1, 3, -2, -4]);
    expect([...(await algebra.read(await algebra.diagonal(a)))]).toEqual([1, -4]);
  });

  it('finds the rows with the largest products', async () => {
    const x = await held(4, 1, [1, -3, 3, 2]);
    const r = await held(2, 1, [1, -1]);
    const exclude = Uint32Array.of(0, NO_ROW, 1, 2);
    const { indices, magnitudes } = await algebra.topProducts(x, r, { k: 3, exclude });
    expect([...indices]).toEqual([1, 2, 3, 3, 0, NO_ROW]);
    expect([...magnitudes]).toEqual([3, 3, 2, 2, 1, 0]);
  });

  it('refuses what does not fit, and what was freed', async () => {
    const a = await held(2, 3);
    await expect(algebra.product(a, a)).rejects.toThrow(ShapeError);
    await expect(algebra.cholesky(a)).rejects.toThrow('2 x 3, but must be 2 x 2');
    await expect(held(2, 2, [1])).rejects.toThrow('1 numbers were given for a matrix of 2 x 2');
    algebra.free(a);
    await expect(algebra.read(a)).rejects.toThrow('freed');
  });
});
