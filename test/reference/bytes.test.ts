import { describe, expect, it } from 'vitest';
import {
  byteShift,
  packBytes,
  packRowsInBytes,
  wholeColumns,
  wholeShift,
} from '../../src/rows/bytes.js';
import { pack } from '../../src/rows/pack.twin.js';

const rows = (...data: (readonly number[])[]) => ({
  data: Float32Array.from(data.flat()),
  shape: [data.length, data[0].length] as const,
});

describe('whole numbers in bytes', () => {
  it('are taken less the whole numbers nearest to their means', () => {
    expect(wholeShift(rows([1, 10], [2, 20], [5, 21]))).toEqual(Float64Array.of(3, 17));
  });

  it.each([
    ['from 0', [0, 0, 0, 255], 128],
    ['up to 0', [0, 0, 0, -255], -127],
    ['near the top', [255, 255, 255, 0], 128],
  ])('are taken less what fits where a column is as wide as a byte: %s', (_, column, shift) => {
    const matrix = { data: Float32Array.from(column), shape: [4, 1] as const };
    expect(wholeShift(matrix)).toEqual(Float64Array.of(shift));
    for (const value of column) {
      expect(value - shift).toBeGreaterThanOrEqual(-128);
      expect(value - shift).toBeLessThanOrEqual(127);
    }
  });

  it.each([
    ['a column too wide', rows([0, 1], [0, 257])],
    ['a fraction', rows([0, 1], [0, 1.5])],
    ['a number too large', rows([0, 16385])],
    ['a number too small', rows([-16385, 0])],
    ['NaN', rows([0, Number.NaN])],
    ['infinity', rows([0, Number.POSITIVE_INFINITY])],
  ])('are not: %s', (_, matrix) => {
    expect(wholeShift(matrix)).toBeUndefined();
  });

  it('are taken less a given shift if that is whole and they fit', () => {
    const matrix = rows([0, 1], [100, 2]);
    expect(wholeShift(matrix, Float64Array.of(-27, 0))).toEqual(Float64Array.of(-27, 0));
    expect(wholeShift(matrix, Float64Array.of(-28, 0))).toBeUndefined();
    expect(wholeShift(matrix, Float64Array.of(0.5, 0))).toBeUndefined();
  });

  it('tells of each column its ends and its sum', () => {
    expect(wholeColumns([3, -4, 1, 2], 2, 2)).toEqual({
      lows: Int32Array.of(1, -4),
      highs: Int32Array.of(3, 2),
      sums: Float64Array.of(4, -2),
    });
  });

  it('have no shift where a device found a column that is not whole', () => {
    const sums = Float64Array.of(5, 5);
    expect(byteShift({ lows: [0, 0], highs: [9, 2 ** 31 - 1], sums }, 2)).toBeUndefined();
  });

  it('are packed as rows in full are, from any block on', () => {
    const [n, d] = [700, 7];
    const shift = Float64Array.from({ length: d }, (_, j) => 3 * j);
    const x = Float32Array.from(
      { length: n * d },
      (_, at) => ((at * 31) % 200) - 90 + shift[at % d],
    );
    const centred = x.map((value, at) => value - shift[at % d]);
    expect(packRowsInBytes(x, d, shift, 0, n)).toEqual(packBytes(pack(centred, n, d)));
    const rest = packBytes(pack(centred.subarray(256 * d, 600 * d), 344, d));
    expect(packRowsInBytes(x, d, shift, 256, 600)).toEqual(rest);
  });

  it('are packed four a word, the first in its lowest byte', () => {
    expect(packBytes([1, -1, 127, -128])).toEqual(Uint32Array.of(0x807fff01));
  });
});
