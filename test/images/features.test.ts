import { describe, expect, test } from 'vitest';
import {
  gramMatrix,
  imagePatches,
  kmeans,
  normalizeContrast,
  patchFeatures,
  styleLoss,
  ZcaWhitening,
  zcaWhitening,
} from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';

const runtime = 'cpu' as const;
const random = createRandom(6);
const numbers = (length: number) => Float64Array.from({ length }, () => random.next() - 0.5);

describe('styleLoss', () => {
  const shape = [3, 8] as const;
  const maps = { data: numbers(24), shape };
  const example = { data: numbers(24), shape };

  test('is what its formula says, of Gram matrices', async () => {
    const target = await gramMatrix(example, { runtime });
    const { loss, gram } = await styleLoss(maps, target, { runtime });
    let expected = 0;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        let [own, wanted] = [0, 0];
        for (let p = 0; p < 8; p++) {
          own += maps.data[8 * i + p] * maps.data[8 * j + p];
          wanted += example.data[8 * i + p] * example.data[8 * j + p];
        }
        expect(gram.data[3 * i + j]).toBeCloseTo(own, 12);
        expect(target.data[3 * i + j]).toBeCloseTo(wanted, 12);
        expected += (own - wanted) ** 2 / (4 * 3 ** 2 * 8 ** 2);
      }
    }
    expect(loss).toBeCloseTo(expected, 14);
    expect((await styleLoss(example, target, { runtime })).loss).toBe(0);
  });

  test('has the gradient of central differences', async () => {
    const target = await gramMatrix(example, { runtime });
    const { gradient } = await styleLoss(maps, target, { runtime });
    const step = 1e-4;
    for (let at = 0; at < 24; at++) {
      const at1 = async (by: number) => {
        const data = maps.data.slice();
        data[at] += by;
        return (await styleLoss({ data, shape }, target, { runtime })).loss;
      };
      const slope = ((await at1(step)) - (await at1(-step))) / (2 * step);
      expect(gradient.data[at]).toBeCloseTo(slope, 10);
    }
  });

  test('says what is wrong', async () => {
    await expect(gramMatrix([[1, Number.NaN]], { runtime })).rejects.toThrow(/row 0, column 1/);
    const target = await gramMatrix([[1, 2]], { runtime });
    await expect(styleLoss(maps, target, { runtime })).rejects.toThrow(
      /target is 1 x 1, but featureMaps have 3 channels/,
    );
  });
});

describe('imagePatches', () => {
  const image = {
    data: Float32Array.from({ length: 60 }, (_, i) => i),
    width: 5,
    height: 6,
    channels: 2,
  };
  const rowsOf = (stream: ReturnType<typeof imagePatches>) =>
    [...(stream.blocks() as Iterable<Float32Array>)].flatMap((block) => [...block]);

  test('cuts every place, row by row', () => {
    const patches = imagePatches([image, image], { size: 2, stride: 2 });
    expect(patches.shape).toEqual([2 * 2 * 3, 8]);
    const rows = rowsOf(patches);
    expect(rows).toHaveLength(96);
    expect(rows.slice(0, 8)).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
    // The second row of places, the second of its two.
    expect(rows.slice(24, 32)).toEqual([24, 25, 26, 27, 34, 35, 36, 37]);
    expect(rows.slice(48)).toEqual(rows.slice(0, 48));
  });

  test('draws at random, the same again, and is never whole in memory', () => {
    const patches = imagePatches(image, { size: 3, random: 20_000, seed: 5 });
    expect(patches.shape).toEqual([20_000, 18]);
    const blocks = [...(patches.blocks() as Iterable<Float32Array>)];
    expect(blocks.length).toBeGreaterThan(1);
    const firsts = new Set(blocks.flatMap((block) => [...block.filter((_, i) => i % 18 === 0)]));
    // Three places across, four down.
    expect(firsts.size).toBe(12);
    const again = [...(patches.blocks() as Iterable<Float32Array>)];
    blocks.forEach((block, i) => {
      expect(Buffer.from(again[i].buffer).equals(Buffer.from(block.buffer))).toBe(true);
    });
  });

  test('is rows for every method, normalized or not', async () => {
    const patches = imagePatches(image, { size: 2 });
    const { labels } = await kmeans(normalizeContrast(patches), { k: 2, runtime });
    expect(labels).toHaveLength(20);
    const { data } = normalizeContrast([[1, 3, 5, 7]], { regularization: 0 });
    const deviation = Math.sqrt(20 / 3);
    [-3, -1, 1, 3].forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value / deviation, 6);
    });
    expect([...normalizeContrast([[4, 4]], { regularization: 0 }).data]).toEqual([0, 0]);
  });

  test('says what is wrong', () => {
    expect(() => imagePatches(image, { size: 6 })).toThrow(/size is 6, but image is 5 x 6 pixels/);
    expect(() => imagePatches([], { size: 1 })).toThrow(/empty array/);
    expect(() => imagePatches(image, {} as never)).toThrow(/size is missing/);
    const grey = { data: new Uint8Array(4), width: 2, height: 2, channels: 1 };
    expect(() => imagePatches([image, grey], { size: 1 })).toThrow(
      /1 channels, the first picture 2/,
    );
  });
});

describe('zcaWhitening', () => {
  const n = 300;
  const source = numbers(n * 3);
  const data = source.map((value, i) => (i % 3 === 0 ? 4 * value : value + 2 * source[i - 1]) + 7);
  const points = { data, shape: [n, 3] };

  /** Sample covariance of rows of three. */
  function covariance(rows: ArrayLike<number>): number[] {
    const mean = [0, 1, 2].map((j) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += rows[3 * i + j] / n;
      return sum;
    });
    return Array.from({ length: 9 }, (_, at) => {
      const [a, b] = [Math.floor(at / 3), at % 3];
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (rows[3 * i + a] - mean[a]) * (rows[3 * i + b] - mean[b]);
      return sum / (n - 1);
    });
  }

  test('leaves no correlations, by a symmetric matrix', async () => {
    const whitening = await zcaWhitening(points, { epsilon: 1e-9, runtime });
    const white = await whitening.transform(points, { runtime });
    covariance(white.data).forEach((value, at) => {
      expect(value).toBeCloseTo(at % 4 === 0 ? 1 : 0, 4);
    });
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      expect(whitening.matrix.data[3 * i + j]).toBeCloseTo(whitening.matrix.data[3 * j + i], 10);
    }
    const again = ZcaWhitening.fromJSON(JSON.parse(JSON.stringify(whitening)));
    expect((await again.transform(points, { runtime })).data).toEqual(white.data);
  });

  test('takes fewer rows than columns, and columns without variance', async () => {
    const few = { data: data.slice(0, 6), shape: [2, 3] };
    const whitening = await zcaWhitening(few, { epsilon: 0.25, runtime });
    const white = await whitening.transform(few, { runtime });
    expect(white.data.every(Number.isFinite)).toBe(true);
    // Across the one direction of variance a step becomes twice as long.
    const [a, b] = [few.data.subarray(0, 3), few.data.subarray(3)];
    const along = b.map((value, j) => value - a[j]);
    const across = [along[1], -along[0], 0];
    const image = [0, 1, 2].map((i) =>
      across.reduce((sum, value, j) => sum + whitening.matrix.data[3 * i + j] * value, 0),
    );
    image.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * across[i], 6);
    });
    await expect(zcaWhitening(few, { epsilon: 0, runtime })).rejects.toThrow(/epsilon is 0/);
  });
});

describe('patchFeatures', () => {
  /** Stripes across or down, at any offset, with some noise. */
  const picture = (isDown: boolean) => {
    const offset = random.below(4);
    const data = Uint8Array.from({ length: 144 }, (_, i) => {
      const place = (isDown ? i % 12 : Math.floor(i / 12)) + offset;
      return (place % 4 < 2 ? 200 : 40) + random.below(20);
    });
    return { data, width: 12, height: 12, channels: 1 };
  };
  const images = Array.from({ length: 20 }, (_, i) => picture(i % 2 === 0));

  test.each(['triangle', 'hard'] as const)('tells stripes apart by %s codes', async (encoding) => {
    const how = { k: 8, size: 4, patches: 600, encoding, runtime };
    const model = await patchFeatures(images, how);
    expect(model.centroids.shape).toEqual([8, 16]);
    const { data, shape } = await model.transform(images, { runtime });
    expect(shape).toEqual([20, 32]);
    const { labels } = await kmeans({ data, shape: [20, 32] }, { k: 2, nInit: 4, runtime });
    const sums = Float64Array.from({ length: 20 }, (_, i) =>
      data.subarray(32 * i, 32 * i + 32).reduce((sum, value) => sum + value, 0),
    );
    // 9 x 9 places of a patch.
    if (encoding === 'hard') expect(sums.every((sum) => sum === 81)).toBe(true);
    expect(labels.every((label, i) => label === labels[i % 2])).toBe(true);
    expect(labels[0]).not.toBe(labels[1]);
    const one = await model.transform(images[3], { runtime });
    one.data.forEach((value, at) => {
      expect(value).toBeCloseTo(data[96 + at], 3);
    });
  });

  test('pools over quarters', async () => {
    const model = await patchFeatures(images, {
      k: 2,
      size: 4,
      patches: 200,
      whiten: false,
      encoding: 'hard',
      runtime,
    });
    const { data } = await model.transform(images[0], { runtime });
    const quarters = [0, 1, 2, 3].map((q) => data[2 * q] + data[2 * q + 1]);
    // Places 0 to 4 and 5 to 8.
    expect(quarters).toEqual([25, 20, 20, 16]);
  });

  test('says what is wrong', async () => {
    await expect(patchFeatures(images, { runtime } as never)).rejects.toThrow(/k is missing/);
    await expect(patchFeatures(images, { k: 2, size: 13, runtime })).rejects.toThrow(/size is 13/);
    await expect(patchFeatures(images, { k: 900, patches: 10, runtime })).rejects.toThrow(
      /k is 900/,
    );
  });
});
