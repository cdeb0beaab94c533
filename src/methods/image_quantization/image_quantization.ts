/** Pictures in few colours. */
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import { checkOptions } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import { assign } from '../../ops/clustering/assign.js';
import { checkImage, type RasterImage } from '../../rows/image.js';
import type { HostMatrix } from '../../rows/matrix.js';
import { kmeans } from '../kmeans/kmeans.js';
import { type ComputeOptions, withPlaced } from '../kmeans/placed.js';
import {
  alphaOf,
  binned,
  checkColours,
  type ColourCounts,
  countColours,
  packPixels,
  unpack,
} from './colours.js';
import {
  blueNoiseDither,
  type ColourSpace,
  type Dither,
  floydSteinberg,
  rowsIn,
} from './dither.js';
import { fromLab } from './lab.js';
import { APPLY_RULES, PALETTE_RULES, QUANTIZE_DEFAULTS, QUANTIZE_RULES } from './options.js';
import { QuantizedImage } from './quantized_image.js';

export interface ApplyPaletteOptions extends ComputeOptions {
  /** Where distances between colours are taken: 'rgb' (the default), or 'lab', CIE L*a*b*. */
  readonly space?: ColourSpace;
  /**
   * How colours that the palette lacks are mixed: not at all ('none', the default: the least error), by passing
   * errors on ('floydSteinberg'), or by a pattern of thresholds ('blueNoise').
   */
  readonly dither?: Dither;
}

export interface BuildPaletteOptions extends ComputeOptions {
  /** Colours at most, 1 to 65,536. */
  readonly colours: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same palette. Default 0. */
  readonly seed?: number;
  readonly space?: ColourSpace;
  /** Runs of K-means, of which the one of the least error wins. Default 2. */
  readonly nInit?: number;
  /** Iterations at most in a run. Default 100. */
  readonly maxIter?: number;
}

export type QuantizeImageOptions = BuildPaletteOptions & ApplyPaletteOptions;

/** Red, green and blue of each colour, from 0 to 255: one after the other, or a row a colour. */
export type Palette =
  Uint8Array | Uint8ClampedArray | readonly number[] | readonly ArrayLike<number>[] | HostMatrix;

/** From so many distinct colours on the runs of K-means start from bins of them. */
const MANY_COLOURS = 1 << 14;
/** Bins a colour of the palette, at the least. */
const BINS_EACH = 8;

/**
 * The picture in at most `colours` colours: those that K-means finds among its pixels, and for each pixel the
 * nearest of them. K-means works on the distinct colours, weighted by how often they occur: the same
 * objective as over all pixels, of which there are many times more. Pixels of opacity 0 have no say.
 *
 * @param image red, green, blue and opacity, or less of them, from 0 to 255; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function quantizeImage(
  image: RasterImage,
  options: QuantizeImageOptions,
): Promise<QuantizedImage> {
  const given = checkOptions('quantizeImage', options, QUANTIZE_RULES);
  checkGivenColours('quantizeImage', given);
  const picture = pictureOf('image', image);
  const counts = countColours([picture]);
  const palette = await paletteOf(counts, given);
  // Pixels of opacity 0 are not among those counted, and have an index nevertheless.
  return applied(picture, palette, given, picture.alpha?.includes(0) ? undefined : counts.colours);
}

/**
 * A palette of at most `colours` colours for one picture, or for several together, such as the frames of a film;
 * see {@link quantizeImage}.
 *
 * @returns red, green and blue of each colour, [colours][3], the most frequent first
 * @throws as quantizeImage does
 */
export async function buildPalette(
  images: RasterImage | readonly RasterImage[],
  options: BuildPaletteOptions,
): Promise<Uint8Array> {
  const given = checkOptions('buildPalette', options, PALETTE_RULES);
  checkGivenColours('buildPalette', given);
  const all = Array.isArray(images) ? (images as readonly RasterImage[]) : [images as RasterImage];
  if (all.length === 0) {
    throw new InvalidArgumentError(
      'images',
      'buildPalette: images is an empty array; give one picture at least.',
    );
  }
  const pictures = all.map((image, i) =>
    pictureOf(all.length > 1 ? `images[${i}]` : 'image', image),
  );
  return paletteOf(countColours(pictures), given);
}

/**
 * The picture in the colours of a palette, each pixel in the nearest one (ties: the first) or dithered.
 *
 * @throws as quantizeImage does
 */
export async function applyPalette(
  image: RasterImage,
  palette: Palette,
  options: ApplyPaletteOptions = {},
): Promise<QuantizedImage> {
  const given = checkOptions('applyPalette', options, APPLY_RULES);
  const picture = pictureOf('image', image);
  return applied(picture, checkPalette(palette), given);
}

function checkGivenColours(method: string, { colours }: { readonly colours?: number }): void {
  if (colours !== undefined) return;
  throw new InvalidArgumentError(
    'colours',
    `${method}: colours is missing; give how many colours there may be, as in { colours: 16 }.`,
  );
}

function pictureOf(what: string, image: RasterImage) {
  const checked = checkImage(what, image);
  checkColours(what, checked);
  const { width, height, channels } = checked;
  return { width, height, channels, pixels: packPixels(checked), alpha: alphaOf(checked) };
}

type Picture = ReturnType<typeof pictureOf>;

function checkPalette(palette: Palette): Uint8Array {
  const refuse = (found: string): never => {
    throw new InvalidArgumentError(
      'palette',
      `applyPalette: palette ${found}; give red, green and blue of each colour, whole numbers from 0 to 255.`,
    );
  };
  if (typeof palette !== 'object' || (palette as unknown) === null) {
    return refuse(`is ${show(palette)}`);
  }
  const given = 'shape' in palette ? palette.data : palette;
  const isRows = Array.isArray(given) && typeof given[0] === 'object';
  const flat = isRows
    ? (given as ArrayLike<number>[]).flatMap((row) => Array.from(row))
    : Array.from(given as ArrayLike<number>);
  if (flat.length === 0 || flat.length % 3 !== 0) {
    throw new ShapeError(
      `palette holds ${flat.length} ${plural(flat.length, 'number')}; it must be three a colour, of one colour at least.`,
    );
  }
  if (flat.length > 3 * 65_536) return refuse(`has ${flat.length / 3} colours, more than 65,536`);
  const wrong = flat.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= 255));
  return wrong >= 0 ? refuse(`[${wrong}] is ${show(flat[wrong])}`) : Uint8Array.from(flat);
}

/** See buildPalette. */
async function paletteOf(counts: ColourCounts, options: BuildPaletteOptions): Promise<Uint8Array> {
  const { colours: k, runtime, signal } = options;
  const { seed, space, nInit, maxIter } = { ...QUANTIZE_DEFAULTS, ...options };
  signal?.throwIfAborted();
  const rgb = unpack(counts.colours);
  const n = counts.colours.length;
  if (n <= k) return byFrequency(rgb, counts.counts);
  const rows = rowsIn(space, rgb) as Uint8Array | Float32Array;
  const where = { k, seed, ...(runtime && { runtime }), ...(signal && { signal }) };
  const few = n >= MANY_COLOURS ? binned(rows, counts) : undefined;
  const start =
    few && few.weights.length >= BINS_EACH * k
      ? await kmeans(
          { data: few.data, shape: [few.weights.length, 3] },
          { ...where, nInit, maxIter, sampleWeight: few.weights },
        )
      : undefined;
  const model = await kmeans(
    { data: rows, shape: [n, 3] },
    {
      ...{ ...where, maxIter, sampleWeight: counts.counts },
      ...(start ? { init: start.centroids } : { nInit }),
    },
  );
  const weights = new Float64Array(k);
  model.labels.forEach((label, i) => (weights[label] += counts.counts[i]));
  const { data } = model.centroids;
  // Rounded, and cut off at 0 and 255.
  const found = Uint8ClampedArray.from(space === 'lab' ? fromLab(data) : data);
  return byFrequency(found, weights);
}

function byFrequency(rgb: ArrayLike<number>, weights: ArrayLike<number>): Uint8Array {
  const order = Array.from(weights, (_, c) => c).sort((a, b) => weights[b] - weights[a] || a - b);
  return Uint8Array.from(order.flatMap((c) => [rgb[3 * c], rgb[3 * c + 1], rgb[3 * c + 2]]));
}

/**
 * See applyPalette.
 *
 * @param colours the picture's distinct ones, where they are known
 */
async function applied(
  picture: Picture,
  palette: Uint8Array,
  options: ApplyPaletteOptions,
  colours?: Uint32Array,
): Promise<QuantizedImage> {
  const { runtime, signal } = options;
  const { space, dither } = { ...QUANTIZE_DEFAULTS, ...options };
  const k = palette.length / 3;
  const indices = new (k > 256 ? Uint16Array : Uint8Array)(picture.pixels.length);
  const pause = createPause(signal);
  let engine = 'cpu';
  await pause();
  if (dither === 'floydSteinberg') {
    await floydSteinberg(picture, palette, space, indices, pause);
  } else if (dither === 'blueNoise') {
    await blueNoiseDither(picture, palette, indices, pause);
  } else {
    const all = colours ?? countColours([{ ...picture, alpha: undefined }]).colours;
    engine = await takeNearest(picture, all, palette, space, indices, {
      ...(runtime && { runtime }),
      ...(signal && { signal }),
    });
  }
  return new QuantizedImage({ ...picture, palette, indices, engine });
}

async function takeNearest(
  { pixels }: Picture,
  colours: Uint32Array,
  palette: Uint8Array,
  space: ColourSpace,
  indices: Uint8Array | Uint16Array,
  where: ComputeOptions,
): Promise<string> {
  const k = palette.length / 3;
  const centred = Float32Array.from(rowsIn(space, palette));
  // Whole numbers less no shift, of which float32 gets the distances right.
  const placed = { k, metric: 'euclidean', shift: new Float64Array(3), centred } as const;
  const rows = rowsIn(space, unpack(colours)) as Uint8Array | Float32Array;
  const points = { data: rows, shape: [colours.length, 3] };
  return withPlaced(placed, 'applyPalette', points, where, async (session, _, engine) => {
    const { labels } = await session.run(assign, centred, k, where.signal);
    const lookup = new Uint16Array(1 << 24);
    for (let i = 0; i < colours.length; i++) lookup[colours[i]] = labels[i];
    for (let i = 0; i < pixels.length; i++) indices[i] = lookup[pixels[i]];
    return engine;
  });
}
