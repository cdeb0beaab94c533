/** Decodes, filters and encodes off the page's thread. */
import { encode as encodePng } from 'fast-png';
import { convolveImage } from '../../src/index.js';
import { decodePicture } from '../shared/decode_picture.js';
import { sampling, type Shown } from '../shared/shown.js';
import { breathe, type JobContext, serveJobs } from '../shared/worker_host.js';
import { toBytes } from './bytes.js';
import type { FilterChoice, Filtered, FiltersJobs, PictureSummary } from './jobs.js';

/** Red, green and blue: what is transparent was laid on white. */
interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

let picture: Picture | undefined;
let made: Picture | undefined;

function toShown({ data, width, height }: Picture): Shown {
  const { pixelAt, ...sides } = sampling(width, height);
  const shown = new Uint8ClampedArray(4 * sides.width * sides.height).fill(255);
  for (let place = 0; place < shown.length / 4; place++) {
    const from = 3 * pixelAt(place);
    for (let c = 0; c < 3; c++) shown[4 * place + c] = data[from + c];
  }
  return { ...sides, data: shown };
}

async function load(file: File, { signal, onProgress }: JobContext): Promise<PictureSummary> {
  onProgress({ value: 0.2, max: 1, text: `Decoding ${file.name}` });
  const { data, width, height, isTransparent } = await decodePicture(file, signal);
  const colours = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) colours[3 * pixel + c] = data[4 * pixel + c];
  }
  picture = { data: colours, width, height };
  made = undefined;
  const shown = toShown(picture);
  return { width, height, isTransparent, shown };
}

function rangeOf(data: ArrayLike<number>): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    least = Math.min(least, data[i]);
    most = Math.max(most, data[i]);
  }
  return [least, most];
}

async function filter(
  { weights, border, shownAs }: FilterChoice,
  { signal, runtime, onProgress }: JobContext,
): Promise<Filtered> {
  if (!picture) throw new Error('There is no photograph yet; choose one.');
  onProgress({ value: 0.1, max: 1, text: 'Filtering' });
  const { width, height, data } = picture;
  const start = performance.now();
  const kernel = { data: Float64Array.from(weights), shape: [3, 3] } as const;
  const filtered = await convolveImage({ data, width, height, channels: 3 }, kernel, {
    ...{ border, signal },
    ...(runtime && { runtime }),
  });
  const milliseconds = performance.now() - start;
  made = { data: toBytes(filtered.data, shownAs), width, height };
  const shown = toShown(made);
  const range = rangeOf(filtered.data);
  return { shown, range, engine: filtered.engine, milliseconds };
}

async function encode(_: undefined, { signal, onProgress }: JobContext): Promise<Blob> {
  if (!made) throw new Error('There is nothing filtered yet; choose a photograph.');
  onProgress({ value: 0.3, max: 1, text: 'Compressing the PNG' });
  await breathe();
  signal.throwIfAborted();
  const png = encodePng({ ...made, channels: 3 });
  return new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}

serveJobs<FiltersJobs>({ load, filter, encode });
