/** Every form of matrix, as float32 rows; what is refused is in test/conformance/kmeans/input.ts. */
import { describe, expect, it } from 'vitest';
import {
  checkMatrix,
  checkShape,
  type GpuMatrix,
  isGpuMatrix,
  type NumericArray,
  type Points,
} from '../src/rows/matrix.js';

const SHAPE = [2, 2] as const;

describe('checkMatrix', () => {
  it('takes Float32Array as it is, without copying or centring', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    expect(checkMatrix('points', { data, shape: SHAPE })).toEqual({
      data,
      shape: [2, 2],
      largest: 4,
    });
    expect(checkMatrix('points', { data, shape: SHAPE }).data).toBe(data);
  });

  it.each([Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array])(
    'takes %o exactly, without centring',
    (Type) => {
      const points = checkMatrix('points', { data: Type.of(1, 2, 100, 4), shape: SHAPE });
      const isBytes = Type.BYTES_PER_ELEMENT === 1;
      expect(points).toEqual({
        data: Float32Array.of(1, 2, 100, 4),
        ...{ shape: [2, 2], largest: 100 },
        ...(isBytes ? { isBytes } : {}),
      });
    },
  );

  it.each<[string, NumericArray | number[]]>([
    ['Float64Array', Float64Array.of(1e9 + 0.25, 1, 1e9 + 0.75, 3)],
    ['number[]', [1e9 + 0.25, 1, 1e9 + 0.75, 3]],
    ['Uint32Array', Uint32Array.of(4_000_000_001, 1, 4_000_000_003, 3)],
    ['Int32Array', Int32Array.of(-2_000_000_001, 1, -1_999_999_999, 3)],
  ])('subtracts the column means of %s before rounding', (_, data) => {
    const { data: rows, shift } = checkMatrix('points', { data, shape: SHAPE });
    expect(shift).toEqual(Float64Array.of((data[0] + data[2]) / 2, 2));
    const half = (data[2] - data[0]) / 2;
    expect(rows).toEqual(Float32Array.of(-half, -1, half, 1));
  });

  it('takes rows of any kind, float32 ones without centring', () => {
    const single = checkMatrix('points', [Float32Array.of(1, 2), Float32Array.of(3, 4)]);
    expect(single).toEqual({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], largest: 4 });
    for (const rows of [
      [
        [1, 2],
        [3, 4],
      ],
      [Uint8Array.of(1, 2), Uint8Array.of(3, 4)],
    ]) {
      expect(checkMatrix('points', rows as Points)).toEqual({
        data: Float32Array.of(-1, -1, 1, 1),
        shape: [2, 2],
        shift: Float64Array.of(2, 3),
        largest: 1,
      });
    }
  });

  it("leaves rows alone where the shift is 'none'", () => {
    const points = checkMatrix(
      'points',
      [
        [1, 2],
        [3, 4],
      ],
      { shift: 'none' },
    );
    expect(points).toEqual({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], largest: 4 });
  });

  it('subtracts a shift that float32 cannot hold, and leaves one that it can to the engine', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const fine = checkMatrix('points', { data, shape: SHAPE }, { shift: Float64Array.of(0.1, 1) });
    expect(fine.shift).toEqual(Float64Array.of(0.1, 1));
    expect(fine.data).toEqual(Float32Array.of(1 - 0.1, 1, 3 - 0.1, 3));
    const coarse = checkMatrix(
      'points',
      { data, shape: SHAPE },
      { shift: Float64Array.of(0.5, 1) },
    );
    expect(coarse.shift).toBeUndefined();
    expect(coarse.data).toBe(data);
  });

  it('names the argument, the value and the remedy', () => {
    const refused = () => checkMatrix('init', [[1, 2], [3]]);
    expect(refused).toThrow(/init: row 1 has 1 column, row 0 has 2; .* same length/);
    expect(() => checkMatrix('init', [[1, 2]], { columns: 1 })).toThrow(
      'init has 2 columns, but 1 is needed: give rows of 1 number.',
    );
  });

  it('finds the cell that is beyond float32, though its column mean is too', () => {
    const refused = () => checkMatrix('points', { data: [1, 2, 1e300, 4], shape: SHAPE });
    expect(refused).toThrow('row 1, column 0 is 1e+300');
  });

  it('takes the largest and the smallest float32 numbers', () => {
    const most = 3.4028234663852886e38;
    const data = Float32Array.of(most, -most, 1e-45, -0);
    expect(checkMatrix('points', { data, shape: SHAPE }).data).toBe(data);
    const doubles = { data: Float64Array.of(most, 1e-45, most, 1e-45), shape: SHAPE };
    expect(checkMatrix('points', doubles)).toEqual({
      data: new Float32Array(4),
      shape: [2, 2],
      shift: Float64Array.of(most, 1e-45),
      largest: 0,
    });
  });
});

describe('isGpuMatrix', () => {
  it('tells { buffer, shape } from arrays, which have a buffer too', () => {
    expect(isGpuMatrix({ buffer: {}, shape: [1, 1] } as unknown as GpuMatrix)).toBe(true);
    const data = new Float32Array(1);
    expect(isGpuMatrix({ data, shape: [1, 1] })).toBe(false);
    expect(isGpuMatrix(data as unknown as Points)).toBe(false);
    expect(isGpuMatrix([[1]])).toBe(false);
  });
});

describe('checkShape', () => {
  it('gives back what it accepts', () => {
    expect(checkShape('points', [3, 4])).toEqual([3, 4]);
  });

  it.each([[[0, 1]], [[1, -1]], [[1, 2, 3]], [['1', 2]], [[1.5, 2]], [{ 0: 1, 1: 1 }], [null]])(
    'refuses %j',
    (shape) => {
      expect(() => checkShape('points', shape)).toThrow(/points: shape is .*whole numbers >= 1/);
    },
  );
});
