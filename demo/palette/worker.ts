/** Decodes, quantizes and encodes off the page's thread. */
import { formatCount, formatNumber } from '../../src/cli/format.js';
import { kmeans } from '../../src/index.js';
import { decodePicture } from '../shared/decode_picture.js';
import { breathe, type JobContext, serveJobs } from '../shared/worker_host.js';
import {
  bitsPerPixel,
  type ColourCounts,
  countColours,
  gather,
  makeLookup,
  packPixels,
  squaredError,
  toRows,
  type WeightedColours,
} from './colours.js';
import type { PaletteJobs, PictureSummary, Quantized } from './jobs.js';
import { encodeIndexed } from '../../src/cli/write/indexed_png.js';
import { difference, type Sampled, samplePicture, toShown } from './picture.js';

/** Colours that are given their palette entry at once. */
const BLOCK = 1 << 19;
/** Later iterations move the colours by less than the eye sees. */
const MAX_ITER = 100;

interface Loaded {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
  readonly sampled: Sampled;
  readonly counted: ColourCounts;
  readonly gathered: WeightedColours;
}

let loaded: Loaded | undefined;
let quantized: { readonly palette: Uint8Array; readonly lookup: Uint8Array } | undefined;

async function load(file: File, { signal, onProgress }: JobContext): Promise<PictureSummary> {
  onProgress({ value: 0.1, max: 1, text: `Decoding ${file.name}` });
  const { data, width, height, isTransparent } = await decodePicture(file, signal);
  onProgress({ value: 0.6, max: 1, text: 'Counting its colours' });
  const pixels = packPixels(data);
  await breathe();
  signal.throwIfAborted();
  const counted = countColours(pixels);
  const sampled = samplePicture(pixels, width, height);
  loaded = { width, height, pixels, sampled, counted, gathered: gather(counted) };
  quantized = undefined;
  const shown = toShown(sampled, (pixel) => pixel);
  return { width, height, colours: counted.colours.length, isTransparent, shown };
}

async function quantize(
  wanted: number,
  { signal, runtime, onProgress }: JobContext,
): Promise<Quantized> {
  if (!loaded) throw new Error('There is no photograph yet; choose one.');
  const { counted, gathered, sampled, pixels } = loaded;
  const { weights, data } = gathered;
  const k = Math.min(wanted, weights.length);
  const start = performance.now();
  onProgress({ value: 0, max: 1, text: 'Choosing colours to start with' });
  const model = await kmeans(
    { data, shape: [weights.length, 3] },
    {
      k,
      maxIter: MAX_ITER,
      sampleWeight: weights,
      signal,
      runtime,
      onIteration: ({ iteration, maxIter, inertia }) => {
        const error = formatNumber(inertia / (3 * pixels.length));
        const text = `Iteration ${iteration}, mean squared error ${error}`;
        onProgress({ value: (0.7 * iteration) / maxIter, max: 1, text });
      },
    },
  );
  const { colours, counts } = counted;
  const labels = new Uint32Array(colours.length);
  for (let from = 0; from < colours.length; from += BLOCK) {
    const block = colours.subarray(from, from + BLOCK);
    const text = `Finding the nearest of ${k} for each of ${formatCount(colours.length)} colours`;
    onProgress({ value: 0.7 + (0.3 * from) / colours.length, max: 1, text });
    const points = { data: toRows(block), shape: [block.length, 3] } as const;
    labels.set(await model.predict(points, { signal, runtime }), from);
  }
  const milliseconds = performance.now() - start;

  // The most frequent colour first.
  const sizes = new Float64Array(k);
  labels.forEach((label, i) => (sizes[label] += counts[i]));
  const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a]);
  const place = new Uint8Array(k);
  order.forEach((cluster, at) => (place[cluster] = at));
  const indices = Uint8Array.from(labels, (label) => place[label]);
  const palette = Uint8Array.from({ length: 3 * k }, (_, at) =>
    Math.round(model.centroids.data[3 * order[Math.floor(at / 3)] + (at % 3)]),
  );
  const lookup = makeLookup(colours, indices);
  quantized = { palette, lookup };
  const packed = Uint32Array.from(
    { length: k },
    (_, c) => palette[3 * c] | (palette[3 * c + 1] << 8) | (palette[3 * c + 2] << 16),
  );
  return {
    palette,
    counts: Uint32Array.from(order, (cluster) => sizes[cluster]),
    shown: toShown(sampled, (pixel) => packed[lookup[pixel]]),
    error: toShown(sampled, (pixel) => difference(pixel, packed[lookup[pixel]])),
    bitsPerPixel: bitsPerPixel(pixels.length, k),
    squaredError: squaredError(counted, indices, palette),
    iterations: model.iterations,
    engine: model.engine,
    milliseconds,
  };
}

async function encode(_: undefined, { signal, onProgress }: JobContext): Promise<Blob> {
  if (!loaded || !quantized) throw new Error('There is no palette yet; choose a photograph.');
  const { pixels, width, height } = loaded;
  const { lookup, palette } = quantized;
  onProgress({ value: 0.1, max: 1, text: 'Looking up the colours' });
  const indices = new Uint8Array(pixels.length);
  pixels.forEach((pixel, i) => (indices[i] = lookup[pixel]));
  await breathe();
  signal.throwIfAborted();
  onProgress({ value: 0.3, max: 1, text: 'Compressing the PNG' });
  const png = encodeIndexed(indices, width, height, palette);
  return new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}

serveJobs<PaletteJobs>({ load, quantize, encode });
