import { describe, expect, it } from 'vitest';
import type { GpuMatrix } from '../src/rows/matrix.js';
import { checkPoints, checkWeights } from '../src/rows/points.js';

const COPY_SRC = 0x04;

const matrix = (size: number, usage: number, rows: number, columns: number) =>
  ({ buffer: { size, usage }, shape: [rows, columns] }) as unknown as GpuMatrix;

describe('checkPoints', () => {
  it('hands a GPU matrix through where its buffer suffices', async () => {
    for (const size of [24, 100]) {
      const points = matrix(size, COPY_SRC, 3, 2);
      expect(await checkPoints('points', points, { columns: 2 })).toEqual(points);
    }
  });

  it.each<[string, GpuMatrix, RegExp]>([
    ['too small', matrix(23, COPY_SRC, 3, 2), /23 bytes.*\[3, 2\] needs 24/],
    ['unreadable', matrix(24, 0x80, 3, 2), /GPUBufferUsage\.COPY_SRC/],
    ['too wide', matrix(24, COPY_SRC, 2, 3), /3 columns, but 2 are needed/],
    ['empty', matrix(24, COPY_SRC, 0, 2), /whole numbers >= 1/],
  ])('refuses a GPU matrix that is %s', async (_, points, message) => {
    await expect(checkPoints('points', points, { columns: 2 })).rejects.toThrow(message);
  });

  it('checks a host matrix', async () => {
    const data = Float32Array.of(1, 2);
    const checked = await checkPoints('points', { data, shape: [1, 2] });
    expect(checked).toEqual({ data, shape: [1, 2], largest: 2 });
    await expect(checkPoints('points', { data, shape: [2, 2] })).rejects.toThrow(
      /points\.data holds 2/,
    );
  });
});

describe('checkWeights', () => {
  it('scales to mean 1 and says what the mean was', async () => {
    expect(await checkWeights([1, 2, 3], 3)).toEqual({
      scaled: Float32Array.of(0.5, 1, 1.5),
      mean: 2,
    });
    expect(await checkWeights(Float64Array.of(0, 2e200), 2)).toEqual({
      scaled: Float32Array.of(0, 2),
      mean: 1e200,
    });
  });

  it('leaves weights of 1 at exactly 1, and no weights undefined', async () => {
    expect((await checkWeights(new Uint8Array(7).fill(1), 7))?.scaled).toEqual(
      new Float32Array(7).fill(1),
    );
    expect(await checkWeights(undefined, 3)).toBeUndefined();
  });

  it.each<[string, number[], RegExp]>([
    ['another length', [1, 2], /2 entries for 3 rows; give one finite weight >= 0 a row/],
    ['a negative one', [1, -1, 1], /sampleWeight\[1\] is -1/],
    ['NaN', [1, 1, NaN], /sampleWeight\[2\] is NaN/],
    ['infinity', [Infinity, 1, 1], /sampleWeight\[0\] is Infinity/],
    [
      'a sum beyond float64',
      [1e308, 1e308, 1e308],
      /a mean above 5\.3e\+210; scale all weights down/,
    ],
    ['what squares leave float64 by', [1e211, 1e211, 1e211], /a mean above/],
    ['all zero', [0, 0, 0], /zero for every row; .*not all zero/],
  ])('refuses %s', async (_, weights, message) => {
    await expect(checkWeights(weights, 3)).rejects.toThrow(message);
  });
});
