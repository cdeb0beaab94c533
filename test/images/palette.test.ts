import { describe, expect, test } from 'vitest';
import { applyPalette, buildPalette, type Dither, quantizeImage } from '../../src/index.js';
import { blueNoise, SIDE } from '../../src/methods/image_quantization/blue_noise.js';
import { fromLab, toLab } from '../../src/methods/image_quantization/lab.js';

const runtime = 'cpu' as const;
const WIDTH = 32;
const HEIGHT = 24;

/** Red rises to the right, green downwards; every third column of pixels lets half of the light through. */
function gradient(channels: 3 | 4) {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * channels);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    data.set([8 * x, 10 * y, 100].concat(channels === 4 ? [x % 3 ? 255 : 128] : []), channels * i);
  }
  return { data, width: WIDTH, height: HEIGHT, channels };
}

/** Mean greys, or reds, of 8 x 8 pixels. */
function blockMeans({ data, channels }: { data: ArrayLike<number>; channels: number }): number[] {
  const means = new Array<number>((WIDTH / 8) * (HEIGHT / 8)).fill(0);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    means[(y >> 3) * (WIDTH / 8) + (x >> 3)] += data[channels * i] / 64;
  }
  return means;
}

const meanDifference = (a: number[], b: number[]) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;

describe('quantizeImage', () => {
  test('gives each pixel the nearest colour of its palette, and the figures of that', async () => {
    const image = gradient(3);
    const before = image.data.slice();
    const { palette, indices, counts, colours, ...found } = await quantizeImage(image, {
      colours: 7,
      runtime,
    });
    expect([colours, palette.length, indices.length]).toEqual([7, 21, WIDTH * HEIGHT]);
    expect(image.data).toEqual(before);
    let sum = 0;
    indices.forEach((index, i) => {
      const distances = Array.from({ length: 7 }, (_, c) =>
        [0, 1, 2].reduce((all, j) => all + (image.data[3 * i + j] - palette[3 * c + j]) ** 2, 0),
      );
      expect(distances[index]).toBe(Math.min(...distances));
      sum += distances[index];
    });
    expect(found.meanSquaredError).toBeCloseTo(sum / (3 * indices.length), 10);
    expect(found.bitsPerPixel).toBeCloseTo(Math.log2(7) + (24 * 7) / indices.length, 12);
    expect([...counts].sort((a, b) => b - a)).toEqual([...counts]);
    expect(counts.reduce((all, count) => all + count)).toBe(indices.length);
  });

  test('keeps the opacity, and hears nothing of what cannot be seen', async () => {
    const image = gradient(4);
    const quantized = await quantizeImage(image, { colours: 4, runtime });
    const shown = quantized.toImage();
    expect(shown.channels).toBe(4);
    for (let i = 3; i < shown.data.length; i += 4) expect(shown.data[i]).toBe(image.data[i]);
    const data = Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255, 90, 80, 70, 0);
    const two = await quantizeImage({ data, width: 3, height: 1 }, { colours: 9, runtime });
    expect([...two.palette]).toEqual([0, 0, 0, 255, 255, 255]);
    expect([two.meanSquaredError, two.toImage().data[11]]).toEqual([0, 0]);
  });

  test('takes grey pictures, and all colours where they are few enough', async () => {
    const data = Uint8Array.of(3, 7, 7, 250);
    const grey = await quantizeImage(
      { data, width: 2, height: 2, channels: 1 },
      { colours: 300, runtime },
    );
    expect([...grey.palette]).toEqual([7, 7, 7, 3, 3, 3, 250, 250, 250]);
    expect([...grey.toImage().data]).toEqual([...data]);
  });

  test.each(['floydSteinberg', 'blueNoise'] as const)(
    'keeps mean colours better by %s',
    async (dither) => {
      const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => 8 * (i % WIDTH));
      const ramp = { data, width: WIDTH, height: HEIGHT, channels: 1 };
      const greys = [0, 60, 140, 255].map((grey) => [grey, grey, grey]);
      const wanted = blockMeans(ramp);
      const apply = async (how: Dither) =>
        blockMeans((await applyPalette(ramp, greys, { dither: how, runtime })).toImage());
      expect(meanDifference(await apply('none'), wanted)).toBeGreaterThan(10);
      expect(meanDifference(await apply(dither), wanted)).toBeLessThan(2.5);
    },
  );

  test('finds colours nearer to the eye in Lab', async () => {
    const image = gradient(3);
    const lab = toLab(new Uint8Array(image.data));
    const errors = await Promise.all(
      (['rgb', 'lab'] as const).map(async (space) => {
        const found = await quantizeImage(image, { colours: 6, space, runtime, nInit: 4 });
        const shown = toLab(new Uint8Array(found.toImage().data));
        return shown.reduce((sum, value, at) => sum + (value - lab[at]) ** 2, 0);
      }),
    );
    expect(errors[1]).toBeLessThan(errors[0]);
  });

  test('says what is wrong', async () => {
    const image = gradient(3);
    const cases: [Promise<unknown>, RegExp][] = [
      [quantizeImage(image, { colours: 0 }), /colours is 0; it must be a whole number from 1/],
      [quantizeImage(image, {} as never), /colours is missing/],
      [quantizeImage({ ...image, width: 31 }, { colours: 2 }), /holds 2304 numbers, but 31 x 24/],
      [quantizeImage('x.png' as never, { colours: 2 }), /image is 'x.png'; give \{ data, width/],
      [
        quantizeImage({ data: [1, 300, 2], width: 1, height: 1, channels: 3 }, { colours: 2 }),
        /data\[1\] is 300; colours are numbers from 0 to 255/,
      ],
      [
        quantizeImage(
          { data: [1, Number.NaN, 2], width: 1, height: 1, channels: 3 },
          { colours: 2 },
        ),
        /value at row 0, column 0 is NaN/,
      ],
      [applyPalette(image, [1, 2], {}), /palette holds 2 numbers/],
      [applyPalette(image, [1, 2, 256], {}), /palette \[2\] is 256/],
      [buildPalette([], { colours: 2 }), /empty array/],
    ];
    for (const [work, message] of cases) await expect(work).rejects.toThrow(message);
  });
});

test('a palette serves several pictures, in any form', async () => {
  const [black, white] = [0, 255].map((value) => ({
    ...{ data: new Uint8Array(12).fill(value), width: 2, height: 2, channels: 3 },
  }));
  const palette = await buildPalette([white, black, white], { colours: 2, runtime });
  expect([...palette]).toEqual([255, 255, 255, 0, 0, 0]);
  const forms = [palette, [...palette], [[255, 255, 255], Uint8Array.of(0, 0, 0)]];
  for (const form of [...forms, { data: palette, shape: [2, 3] }]) {
    expect([...(await applyPalette(black, form, { runtime })).indices]).toEqual([1, 1, 1, 1]);
  }
});

test('Lab is that of CIE, and leads back', () => {
  const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 12, 200, 77);
  const lab = toLab(rgb);
  // skimage.color.rgb2lab
  const known = [53.24, 80.09, 67.2, 87.73, -86.18, 83.18, 32.3, 79.19, -107.86, 100, 0, 0];
  known.forEach((value, at) => {
    expect(Math.abs(lab[at] - value)).toBeLessThan(0.02);
  });
  fromLab(lab).forEach((value, at) => {
    expect(Math.abs(value - rgb[at])).toBeLessThan(0.01);
  });
});

test('thresholds are all different, and near ones far apart', () => {
  const tile = blueNoise();
  expect(new Set(tile).size).toBe(SIDE * SIDE);
  // Of white noise the mean difference of neighbours is 1 / 3.
  let sum = 0;
  tile.forEach((value, at) => {
    const right = tile[Math.floor(at / SIDE) * SIDE + ((at + 1) % SIDE)];
    sum += Math.abs(value - right);
  });
  expect(sum / tile.length).toBeGreaterThan(0.37);
});
