import { encode as encodePng, decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../src/cli/read/image.js';
import { IRIS, IRIS_FEATURES, shell } from './shell.js';
import { expectFileError } from './support.js';

const here = shell();
const [WIDTH, HEIGHT] = [20, 13];
const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
  i % 3 === 2 ? 90 : ((i * 13) % 16) * 16,
);
const cpu = ['--device', 'cpu'];

async function photo(): Promise<string> {
  const path = here.path('photo.png');
  await writeFile(path, encodePng({ data: rgb, width: WIDTH, height: HEIGHT, channels: 3 }));
  return path;
}

describe('webgpu-clustering quantize', () => {
  test('writes a PNG of a few colours, and says how it went', async () => {
    const printed = (await here.json('quantize', await photo(), '--colours=6', '--out=6.png')) as {
      readonly palette: string[];
      readonly meanSquaredError: number;
    };
    expect(printed.palette).toHaveLength(6);
    expect(printed.palette[0]).toMatch(/^#[0-9a-f]{6}$/);
    const { data, width, height, channels } = await readImage(here.path('6.png'));
    expect([width, height, channels]).toEqual([WIDTH, HEIGHT, 3]);
    const error = data.reduce((sum, value, i) => sum + (value - rgb[i]) ** 2, 0) / rgb.length;
    expect(error).toBeCloseTo(printed.meanSquaredError, 8);
    expect((await stat(here.path('6.png'))).size).toBeLessThan(300);
  });

  test('keeps the opacity', async () => {
    const data = Uint8Array.of(9, 8, 7, 40, 200, 100, 50, 255);
    await writeFile(here.path('clear.png'), encodePng({ data, width: 2, height: 1, channels: 4 }));
    const args = ['--colours=1', '--dither=blueNoise', '--space=lab', '--out=1.png', ...cpu];
    const { code } = await here.run('quantize', here.path('clear.png'), ...args);
    expect(code).toBe(0);
    const image = await readImage(here.path('1.png'));
    expect([image.data[3], image.data[7], image.channels]).toEqual([40, 255, 4]);
  });

  test('refuses what is no picture, and too many colours', async () => {
    const csv = await here.run('quantize', IRIS, '--out=x.png', ...cpu);
    expect([csv.code, csv.stderr]).toEqual([1, expect.stringMatching(/no PNG or JPEG picture/)]);
    const many = await here.run('quantize', await photo(), '--colours=257', '--out=x.png');
    expect([many.code, many.stderr]).toEqual([2, expect.stringMatching(/at most 256/)]);
  });
});

describe('webgpu-clustering encode and decode', () => {
  test('carry a picture', async () => {
    const printed = (await here.json(
      ...['encode', await photo(), '--bits=3', '--block=2', '--out=photo.vq'],
    )) as { readonly k: number; readonly bytes: number; readonly distortion: number };
    expect(printed.k).toBe(8);
    expect((await stat(here.path('photo.vq'))).size).toBe(printed.bytes);
    const { code } = await here.run('decode', here.path('photo.vq'), '--out', 'back.png');
    expect(code).toBe(0);
    const { data, width } = decodePng(await readFile(here.path('back.png')));
    expect(width).toBe(WIDTH);
    // Of blocks that lie within the picture: a row of pixels is left over.
    const error = rgb.reduce((sum, value, i) => sum + (value - data[i]) ** 2, 0) / rgb.length;
    expect((error * 12) / printed.distortion).toBeCloseTo(1, 0);
  });

  test('carry rows', async () => {
    await writeFile(here.path('rows.csv'), await readFile(IRIS));
    const args = [here.path('rows.csv'), '--k=9', '--subspaces=2', '--out=rows.vq'];
    const { stdout, code } = await here.run('encode', ...args, ...cpu);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/distortion: .*, bits a value: /)]);
    await here.run('decode', here.path('rows.vq'), '--out', 'rows.json');
    const { rows } = JSON.parse(await readFile(here.path('rows.json'), 'utf8')) as {
      readonly rows: number[][];
    };
    expect(rows).toHaveLength(150);
    expect(rows[0].length).toBeGreaterThanOrEqual(IRIS_FEATURES.split(',').length);
  });

  test('refuse a damaged file, and leave nothing behind', async () => {
    await here.run('encode', await photo(), '--bits=1', '--out=whole.vq', ...cpu);
    const bytes = await readFile(here.path('whole.vq'));
    await writeFile(here.path('cut.vq'), bytes.subarray(0, bytes.length - 9));
    const cut = await here.run('decode', here.path('cut.vq'), '--out', 'cut.png');
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringMatching(/cut\.vq: .* header says/)]);
    await expect(stat(here.path('cut.png'))).rejects.toThrow();
    const both = await here.run('encode', IRIS, '--k=2', '--bits=1', '--out=x.vq');
    expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/give one of them/)]);
  });
});

describe('readImage', () => {
  test('reads JPEG, and PNG of every depth', async () => {
    const rgba = new Uint8Array(4 * 64).fill(200);
    const { data } = jpeg.encode({ data: rgba, width: 8, height: 8 }, 95);
    await writeFile(here.path('a.jpg'), data);
    const photograph = await readImage(here.path('a.jpg'));
    expect([photograph.width, photograph.channels, photograph.data.length]).toEqual([8, 3, 192]);
    expect(Math.abs(photograph.data[0] - 200)).toBeLessThan(3);
    const deep = Uint16Array.of(0, 257, 65_535, 32_896);
    const png = encodePng({ data: deep, width: 2, height: 2, channels: 1, depth: 16 });
    await writeFile(here.path('deep.png'), png);
    expect([...(await readImage(here.path('deep.png'))).data]).toEqual([0, 1, 255, 128]);
    // Ten black and white pixels a row lie in two bytes.
    const bits = encodePng({
      ...{ data: Uint8Array.of(0b10000000, 0b01000000), width: 10, height: 1, depth: 1 },
      channels: 1,
    });
    await writeFile(here.path('bits.png'), bits);
    const found = await readImage(here.path('bits.png'));
    expect([...found.data]).toEqual([255, 0, 0, 0, 0, 0, 0, 0, 0, 255]);
  });

  test('refuses what is damaged or too large before it is decoded', async () => {
    const png = Uint8Array.from(
      encodePng({ data: rgb, width: WIDTH, height: HEIGHT, channels: 3 }),
    );
    const cut = here.path('cut.png');
    await writeFile(cut, png.subarray(0, 60));
    await expectFileError(readImage(cut), cut, /cannot be decoded/);
    const large = here.path('large.png');
    new DataView(png.buffer).setUint32(16, 1e6);
    new DataView(png.buffer).setUint32(20, 1e6);
    await writeFile(large, png);
    await expectFileError(readImage(large), large, /more than 100 megapixels/);
    const empty = here.path('empty.png');
    await writeFile(empty, '');
    await expectFileError(readImage(empty), empty, /empty/);
  });
});
