import { describe, expect, test } from 'vitest';
import { blockToeplitz, convolveImage, FILTER_KERNELS, toeplitz } from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';

const runtime = 'cpu' as const;
const random = createRandom(3);
const numbers = (length: number) => Float64Array.from({ length }, () => random.next() - 0.5);

describe('toeplitz', () => {
  test("is the lecture's matrix: w of 4, x of 3", () => {
    const [w0, w1, w2, w3] = [2, 3, 5, 7];
    const operator = toeplitz([w0, w1, w2, w3], 3);
    expect(operator.shape).toEqual([6, 3]);
    const { data, shape } = operator.toDense();
    expect(shape).toEqual([6, 3]);
    const rows = [
      [w0, 0, 0],
      [w1, w0, 0],
      [w2, w1, w0],
      [w3, w2, w1],
      [0, w3, w2],
      [0, 0, w3],
    ];
    expect([...data]).toEqual(rows.flat());
    const [x0, x1, x2] = [11, 13, 17];
    expect([...operator.times([x0, x1, x2])]).toEqual([
      ...[x0 * w0, x0 * w1 + x1 * w0, x0 * w2 + x1 * w1 + x2 * w0],
      ...[x0 * w3 + x1 * w2 + x2 * w1, x1 * w3 + x2 * w2, x2 * w3],
    ]);
  });

  test('is the convolution, bit for bit', async () => {
    const [w, x] = [numbers(5), numbers(40)];
    // Zeros around the vector make all of the full convolution lie within the picture.
    const wide = new Float64Array(48);
    wide.set(x, 4);
    const image = { data: wide, width: 48, height: 1, channels: 1 };
    const { data } = await convolveImage(image, [w], { border: 'zero', runtime });
    expect(data.slice(2, 46)).toEqual(toeplitz(w, 40).times(x));
  });

  test('turns round', () => {
    const [w, x, y] = [numbers(4), numbers(6), numbers(9)];
    const operator = toeplitz(w, 6);
    expect(operator.transposed.shape).toEqual([6, 9]);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const [there, back] = [operator.times(x), operator.transposeTimes(y)];
    expect(dot(there, y)).toBeCloseTo(dot(x, back), 12);
    expect(operator.transposed.transposed.times(x)).toEqual(there);
    expect(operator.times([x, x])).toEqual([there, there]);
  });

  test('says what is wrong', () => {
    expect(() => toeplitz([], 3)).toThrow(/give one number at least/);
    expect(() => toeplitz([[1]] as never, 3)).toThrow(/there is blockToeplitz/);
    expect(() => toeplitz([1], 0)).toThrow(/length is 0/);
    expect(() => toeplitz([1, Number.POSITIVE_INFINITY], 2)).toThrow(/kernel\[0\]\[1\]/);
    expect(() => toeplitz([1, 2], 3).times([1, 2])).toThrow(/2 numbers; the matrix has 3 columns/);
    expect(() => toeplitz([1], 20_000).toDense()).toThrow(/use times\(\)/);
  });
});

describe('blockToeplitz', () => {
  test('is the convolution in two dimensions, bit for bit', async () => {
    const [height, width, rows, columns] = [5, 7, 3, 4];
    const kernel = Array.from({ length: rows }, () => numbers(columns));
    const x = numbers(height * width);
    const operator = blockToeplitz(kernel, [height, width]);
    expect(operator.outputSides).toEqual([7, 10]);
    const wide = { width: width + 2 * (columns - 1), height: height + 2 * (rows - 1), channels: 1 };
    const data = new Float64Array(wide.width * wide.height);
    for (let y = 0; y < height; y++) {
      const row = x.subarray(y * width, (y + 1) * width);
      data.set(row, (y + rows - 1) * wide.width + columns - 1);
    }
    const found = await convolveImage({ data, ...wide }, kernel, { border: 'zero', runtime });
    // Its centre lies floor(size / 2) further than where the full convolution begins.
    const [down, right] = [rows - 1 - Math.floor(rows / 2), columns - 1 - Math.floor(columns / 2)];
    const product = operator.times(x);
    for (let i = 0; i < 7; i++) {
      const from = (i + down) * wide.width + right;
      expect(found.data.slice(from, from + 10)).toEqual(product.slice(10 * i, 10 * (i + 1)));
    }
    const y = numbers(70);
    const { data: dense } = operator.toDense();
    operator.transposeTimes(y).forEach((value, j) => {
      const expected = y.reduce((sum, v, i) => sum + v * dense[i * 35 + j], 0);
      expect(value).toBeCloseTo(expected, 12);
    });
  });
});

test('filters have the names and numbers of the lecture', async () => {
  expect(Object.keys(FILTER_KERNELS)).toEqual([
    ...['identity', 'edge1', 'edge2', 'edge3', 'sharpen', 'box'],
  ]);
  const image = {
    data: Float64Array.of(...[1, 2, 3], ...[4, 9, 6], ...[7, 8, 10]),
    width: 3,
    height: 3,
    channels: 1,
  };
  const centre = async (name: keyof typeof FILTER_KERNELS) =>
    (await convolveImage(image, name, { runtime })).data[4];
  expect(await centre('identity')).toBe(9);
  expect(await centre('edge1')).toBe(1 - 3 - 7 + 10);
  expect(await centre('edge2')).toBe(2 + 4 + 6 + 8 - 36);
  expect(await centre('edge3')).toBe(8 * 9 - 41);
  expect(await centre('sharpen')).toBe(5 * 9 - 20);
  expect(await centre('box')).toBeCloseTo(50 / 9, 12);
});

test('the opacity of an ImageData stays as it is, unless it is to be filtered', async () => {
  const data = Uint8ClampedArray.from({ length: 4 * 9 }, (_, i) => 7 * i);
  const kept = await convolveImage({ data, width: 3, height: 3 }, 'edge3', { runtime });
  const all = { data, width: 3, height: 3, channels: 4 };
  const filtered = await convolveImage(all, 'edge3', { runtime });
  expect(kept.data[19]).toBe(data[19]);
  expect(kept.data[16]).toBe(filtered.data[16]);
  expect(filtered.data[19]).toBe(0);
  const asked = await convolveImage(all, 'edge3', { runtime, alpha: 'keep' });
  expect(asked.data).toEqual(kept.data);
});
