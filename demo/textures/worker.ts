/** Decodes, makes and encodes off the page's thread. */
import { encode as encodePng } from 'fast-png';
import { formatCount } from '../../src/cli/format.js';
import {
  invertFeatures,
  type PaintedImage,
  type PaintProgress,
  synthesizeTexture,
} from '../../src/index.js';
import { decodePicture } from '../shared/decode_picture.js';
import type { Shown } from '../shared/shown.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import type { Made, MakeSettings, Painted, TexturesJobs } from './jobs.js';
import { networkFor, styleLayers } from './network.js';

/** What is made is shown no more often than this. */
const SHOW_MS = 80;
/** A larger picture is scaled down before its square is taken. */
const MOST_PIXELS = 4_000_000;

let loaded: OffscreenCanvas | undefined;
let made: Pick<PaintedImage, 'data' | 'width' | 'height'> | undefined;

async function load(file: File, { signal, onProgress }: JobContext): Promise<undefined> {
  onProgress({ value: 0.1, max: 1, text: `Decoding ${file.name}` });
  const { data, width, height } = await decodePicture(file, signal, MOST_PIXELS);
  loaded = new OffscreenCanvas(width, height);
  const pixels = new ImageData(new Uint8ClampedArray(data), width, height);
  loaded.getContext('2d')!.putImageData(pixels, 0, 0);
}

/** The square in the middle, scaled; a picture of that size stays as it is. */
function square(side: number): ImageData {
  if (!loaded) throw new Error('There is no picture yet; choose one.');
  const { width, height } = loaded;
  const size = Math.min(width, height);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  const [left, top] = [(width - size) / 2, (height - size) / 2];
  context.drawImage(loaded, left, top, size, size, 0, 0, side, side);
  return context.getImageData(0, 0, side, side);
}

function toShown(data: Uint8ClampedArray, width: number, height: number): Shown {
  const shown = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) shown[4 * pixel + c] = data[3 * pixel + c];
  }
  return { width, height, data: shown };
}

async function make(
  settings: MakeSettings,
  { signal, runtime, onProgress, send }: JobContext<Painted>,
): Promise<Made> {
  const { kind, side, iterations, seed, reach, depth, lambda } = settings;
  const image = square(side);
  onProgress({ value: 0, max: iterations, text: 'Looking at the example' });
  let losses: number[] = [];
  let last = -Infinity;
  const how = {
    ...{ network: networkFor(settings), maxIter: iterations, seed, signal },
    ...(runtime && { runtime }),
    onIteration({ iteration, maxIter, loss, picture }: PaintProgress) {
      const text = `Iteration ${formatCount(iteration)} of ${formatCount(maxIter)}`;
      onProgress({ value: iteration, max: maxIter, text });
      losses.push(loss);
      if (performance.now() - last < SHOW_MS && iteration < maxIter) return;
      last = performance.now();
      const shown = toShown(picture(), side, side);
      send({ iteration, losses, shown });
      losses = [];
    },
  };
  const start = performance.now();
  const found =
    kind === 'texture'
      ? { ...(await synthesizeTexture(image, { ...how, layers: styleLayers(reach) })) }
      : await invertFeatures(image, { ...how, layer: `layer${depth}`, lambda });
  const milliseconds = performance.now() - start;
  made = found;
  const shown = toShown(found.data, side, side);
  return {
    ...{ shown, startLoss: found.startLoss, loss: found.loss, iterations: found.iterations },
    meanSquaredError: 'meanSquaredError' in found ? found.meanSquaredError : undefined,
    ...{ engine: found.engine, milliseconds },
  };
}

function show(side: number): Shown {
  const { data, width, height } = square(side);
  return { data: new Uint8ClampedArray(data), width, height };
}

function encode(): Blob {
  if (!made) throw new Error('There is nothing made yet; make it from noise.');
  const { data, width, height } = made;
  const png = encodePng({ data, width, height, channels: 3 });
  return new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}

serveJobs<TexturesJobs>({ load, show, make, encode });
