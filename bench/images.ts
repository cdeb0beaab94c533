/**
 * `npm run bench:images`: pictures of 12 megapixels beside libraries of npm: 16 colours (image-q, quantize, and the
 * quantizer of node-vibrant), and a sharpening filter (jimp, and sharp, which is not JavaScript); then what share of
 * the adapter's bandwidth the filter has, and of its multiply-adds the Gram matrix of 64 maps of 512 x 512.
 */
import { MMCQ } from '@vibrant/quantizer-mmcq';
import * as imageQ from 'image-q';
import { Jimp } from 'jimp';
import process from 'node:process';
import quantize from 'quantize';
import sharp from 'sharp';
import { create, globals } from 'webgpu';
import { Profiler } from '../host/profiler.js';
import {
  applyPalette,
  convolveImage,
  createRuntime,
  FILTER_KERNELS,
  gramMatrix,
  quantizeImage,
  type Runtime,
} from '../src/index.js';
import { measureCeiling } from './ceiling.js';
import { blobs } from './data/synthetic.js';
import { type Seconds, timed } from './peer.js';

Object.assign(globalThis, globals);
const gpu = create(['disable-dawn-features=timestamp_quantization']);
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });

const PHOTOGRAPH = 'demo/palette/china.jpg';
const [WIDTH, HEIGHT] = [4000, 3000];
const COLOURS = 16;
const MAPS = { channels: 64, side: 512 };
const ROUNDS = 3;

type Colours = readonly (readonly number[])[];

/** The quickest of a few runs, of which the first compiles where `isOurs`. */
async function quickest<T>(isOurs: boolean, work: () => Promise<T>) {
  let best: (Seconds & { readonly result: T }) | undefined;
  for (let round = isOurs ? -1 : 0; round < (isOurs ? ROUNDS : 1); round++) {
    const found = await timed(work);
    if (round >= 0 && (!best || found.wall < best.wall)) best = found;
  }
  return best!;
}

/** Palettes of the picture, with their mean squared error when each pixel has the nearest of their colours. */
async function palettes(picture: PictureOf<3>, runtime: Runtime): Promise<void> {
  const { data, width, height } = picture;
  const pixels = Array.from({ length: width * height }, (_, i): [number, number, number] => [
    data[3 * i],
    data[3 * i + 1],
    data[3 * i + 2],
  ]);
  const rgba = withOpacity(picture);
  const container = () => imageQ.utils.PointContainer.fromUint8Array(rgba, width, height);
  const byImageQ = (paletteQuantization: imageQ.PaletteQuantization) => () => {
    const palette = imageQ.buildPaletteSync([container()], {
      paletteQuantization,
      colors: COLOURS,
    });
    imageQ.applyPaletteSync(container(), palette, { imageQuantization: 'nearest' });
    const points = palette.getPointContainer().getPointArray();
    return Promise.resolve(points.map(({ r, g, b }) => [r, g, b]));
  };
  const contenders: Readonly<Record<string, () => Promise<Colours>>> = {
    quantizeImage: async () => {
      const { palette } = await quantizeImage(picture, { colours: COLOURS, runtime });
      return Array.from({ length: palette.length / 3 }, (_, k) => [
        ...palette.subarray(3 * k, 3 * k + 3),
      ]);
    },
    'image-q, wuquant': byImageQ('wuquant'),
    'image-q, rgbquant': byImageQ('rgbquant'),
    quantize: () => {
      const map = quantize(pixels, COLOURS);
      if (map === false) throw new Error('quantize: no map');
      for (const pixel of pixels) map.map(pixel);
      return Promise.resolve(map.palette());
    },
    'node-vibrant, the palette alone': () =>
      Promise.resolve(MMCQ(Buffer.from(rgba), { colorCount: COLOURS }).map(({ rgb }) => rgb)),
  };
  const table = [];
  for (const [name, work] of Object.entries(contenders)) {
    const { result, wall } = await quickest(name === 'quantizeImage', work);
    const { meanSquaredError } = await applyPalette(picture, result, { runtime });
    table.push({
      contender: name,
      s: Number(wall.toFixed(2)),
      colours: result.length,
      'mean squared error': Number(meanSquaredError.toFixed(2)),
    });
  }
  console.log(`${COLOURS} colours of ${width} x ${height} pixels:`);
  console.table(table);
}

interface PictureOf<Channels> {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
}

function withOpacity({ data, width, height }: PictureOf<3>): Uint8Array {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return rgba;
}

/** Of jimp's own, whose types do not resolve. */
interface JimpImage {
  clone(): JimpImage;
  convolute(kernel: number[][]): JimpImage;
}

async function filters(picture: PictureOf<3>, runtime: Runtime): Promise<void> {
  const { width, height, channels } = picture;
  const kernel = FILTER_KERNELS.sharpen;
  const bitmap = { data: Buffer.from(withOpacity(picture)), width, height };
  const jimp = Jimp.fromBitmap(bitmap) as unknown as JimpImage;
  const raw = { width, height, channels };
  const contenders: Readonly<Record<string, () => Promise<unknown>>> = {
    convolveImage: () => convolveImage(picture, 'sharpen', { runtime }),
    jimp: () => Promise.resolve(jimp.clone().convolute(kernel.map((row) => [...row]))),
    'sharp (libvips, not JavaScript)': () =>
      sharp(picture.data, { raw })
        .convolve({ width: 3, height: 3, kernel: kernel.flat() })
        .raw()
        .toBuffer(),
  };
  const table = [];
  for (const [name, work] of Object.entries(contenders)) {
    const { wall, processors } = await quickest(name !== 'jimp', work);
    table.push({
      contender: name,
      s: Number(wall.toFixed(3)),
      's of processors': Number(processors.toFixed(3)),
    });
  }
  console.log(`sharpened, ${width} x ${height} pixels:`);
  console.table(table);
}

/** Milliseconds that all kernels take while `work` runs. */
async function ofKernels(runtime: Runtime, work: () => Promise<unknown>): Promise<number> {
  await work();
  const profiler = new Profiler(runtime);
  runtime.profiler = profiler;
  await work();
  const times = await profiler.read();
  runtime.profiler = undefined;
  profiler.dispose();
  return [...times.values()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

async function shares(picture: PictureOf<3>, runtime: Runtime): Promise<void> {
  const ceiling = await measureCeiling();
  const { channels, side } = MAPS;
  const maps = {
    data: blobs(channels, side * side, 4, 1),
    shape: [channels, side * side] as const,
  };
  const rows = [
    {
      what: 'a sharpening filter, of the bandwidth',
      work: () => convolveImage(picture, 'sharpen', { runtime }),
      // A byte is read of each number, and a float32 written.
      least: 5 * picture.width * picture.height * picture.channels,
      most: ceiling.wideStorageBytesPerSecond,
    },
    {
      what: 'a Gram matrix, of the multiply-adds',
      work: () => gramMatrix(maps, { runtime }),
      least: channels * (channels + 1) * side * side,
      most: ceiling.flopsPerSecond,
    },
  ];
  const table = [];
  for (const { what, work, least, most } of rows) {
    const ms = await ofKernels(runtime, work);
    const share = (1000 * least) / ms / most;
    table.push({ what, ms: Number(ms.toFixed(1)), '%': Number((100 * share).toFixed(0)) });
  }
  console.table(table);
}

async function main(): Promise<void> {
  const { data } = await sharp(PHOTOGRAPH)
    .resize(WIDTH, HEIGHT, { fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const picture = {
    data: Uint8Array.from(data),
    width: WIDTH,
    height: HEIGHT,
    channels: 3,
  } as const;
  const runtime = await createRuntime({ gpu });
  console.log(runtime.info.description);
  await filters(picture, runtime);
  await shares(picture, runtime);
  await palettes(picture, runtime);
  // Dawn's devices keep a process alive.
  process.exit();
}

await main();
