/** Features of pictures by a dictionary of their patches (Coates, Lee & Ng 2011). */
import { nameClass } from '../../../host/class_name.js';
import { InvalidArgumentError } from '../../errors.js';
import {
  aSeed,
  aSwitch,
  checkOptions,
  nonNegative,
  oneOf,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import type { RasterImage } from '../../rows/image.js';
import type { Centroids, Matrix } from '../../rows/matrix.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { KMeansModel } from '../kmeans/kmeans_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkImages, gridOf, imagePatches, normalizeRows, type PatchGrid } from './patches.js';
import { type ZcaWhitening, zcaWhitening } from './whitening.js';

export interface PatchFeaturesOptions extends ComputeOptions {
  /** Entries of the dictionary. */
  readonly k: number;
  /** P: patches are of P x P pixels. Default 6. */
  readonly size?: number;
  /** Pixels from a patch to the next where features are made. Default 1. */
  readonly stride?: number;
  /** Patches, at random, that the dictionary is learnt from. Default 50,000. */
  readonly patches?: number;
  /**
   * 'triangle' (the default): entry k answers with max(0, mean distance - distance to k); 'hard': the nearest
   * one with 1, the others with 0.
   */
  readonly encoding?: 'triangle' | 'hard';
  /** Whether patches are whitened (ZCA). Default true. */
  readonly whiten?: boolean;
  /** Of the whitening. Default 0.1. */
  readonly epsilon?: number;
  /** Of the contrast: see normalizeContrast. Default 10. */
  readonly regularization?: number;
  /** Whole number from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
  /** Iterations of K-means at most. Default 50. */
  readonly maxIter?: number;
}

const RULES = {
  k: wholeNumber(1),
  size: wholeNumber(1),
  stride: wholeNumber(1),
  patches: wholeNumber(2),
  encoding: oneOf('triangle', 'hard'),
  whiten: aSwitch,
  epsilon: nonNegative,
  regularization: nonNegative,
  seed: aSeed,
  maxIter: wholeNumber(1),
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

const DEFAULTS: Omit<Required<PatchFeaturesOptions>, 'k' | 'runtime' | 'signal'> = {
  ...{ size: 6, stride: 1, patches: 50_000, encoding: 'triangle', whiten: true },
  ...{ epsilon: 0.1, regularization: 10, seed: 0, maxIter: 50 },
};

/** Distances, patches times entries, that are held at a time. */
const DISTANCES_AT_ONCE = 1 << 22;
const QUADRANTS = 4;

interface State {
  readonly settings: Required<Omit<PatchFeaturesOptions, 'runtime' | 'signal' | 'patches'>>;
  readonly channels: number;
  readonly whitening: ZcaWhitening | undefined;
  readonly dictionary: KMeansModel;
}

/** A dictionary of patches, and what pictures have of it. Immutable. */
export class PatchFeatures {
  static {
    nameClass(this, 'PatchFeatures');
  }
  readonly k: number;
  /** P, and channels of the pictures. */
  readonly size: number;
  readonly channels: number;
  /** k x (size size channels), of patches after normalization and whitening. */
  readonly centroids: Centroids;
  /** Undefined where patches are not whitened. */
  readonly whitening: ZcaWhitening | undefined;
  readonly dictionary: KMeansModel;
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: State;

  constructor(state: State) {
    const { settings, channels, whitening, dictionary } = state;
    this.k = settings.k;
    this.size = settings.size;
    this.channels = channels;
    this.centroids = dictionary.centroids;
    this.whitening = whitening;
    this.dictionary = dictionary;
    this.engine = dictionary.engine;
    this.#state = state;
    Object.freeze(this);
  }

  /**
   * The features of each picture, n x 4 k: what each entry of the dictionary answers to the patches, summed over
   * the top left, top right, bottom left and bottom right quarter of their places.
   *
   * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input
   */
  async transform(
    images: RasterImage | readonly RasterImage[],
    options: ComputeOptions = {},
  ): Promise<Matrix> {
    const where = checkOptions('transform', options, RUNTIME_RULES);
    const { k, size, stride, regularization, encoding } = this.#state.settings;
    const all = checkImages(images, size);
    if (all[0].channels !== this.channels) {
      throw new InvalidArgumentError(
        'images',
        `the pictures have ${all[0].channels} channels; the dictionary is of ${this.channels}.`,
      );
    }
    const pause = createPause(where.signal);
    const features = new Float32Array(all.length * QUADRANTS * k);
    const d = size * size * this.channels;
    for (let first = 0; first < all.length;) {
      const grids: PatchGrid[] = [];
      let rows = 0;
      while (first + grids.length < all.length) {
        const grid = gridOf(all[first + grids.length], size, stride);
        const more = grid.across * grid.down;
        if (grids.length > 0 && (rows + more) * k > DISTANCES_AT_ONCE) break;
        grids.push(grid);
        rows += more;
      }
      const some = all.slice(first, first + grids.length);
      const patches = new Float32Array(rows * d);
      let filled = 0;
      for (const block of imagePatches(some, { size, stride }).blocks() as Iterable<Float32Array>) {
        patches.set(block, filled);
        filled += block.length;
      }
      normalizeRows(patches, d, regularization);
      const { dictionary, whitening } = this;
      const points = { data: patches, shape: [rows, d] };
      const white = whitening ? await whitening.transform(points, where) : points;
      const { data } = await dictionary.transform(white, where);
      let row = 0;
      for (const grid of grids) {
        const into = features.subarray(first * QUADRANTS * k, ++first * QUADRANTS * k);
        pool(data.subarray(row * k), grid, k, encoding, into);
        row += grid.across * grid.down;
        await pause();
      }
    }
    return { data: features, shape: [all.length, QUADRANTS * k] };
  }
}

/** Adds what k entries answer to the patches of a picture, by quarters. */
function pool(
  distances: Float32Array,
  { across, down }: PatchGrid,
  k: number,
  encoding: 'triangle' | 'hard',
  into: Float32Array,
): void {
  for (let place = 0; place < across * down; place++) {
    const bottom = Math.floor(place / across) >= down / 2 ? 2 : 0;
    const right = place % across >= across / 2 ? 1 : 0;
    const quarter = (bottom + right) * k;
    const own = place * k;
    if (encoding === 'hard') {
      let best = 0;
      for (let c = 1; c < k; c++) if (distances[own + c] < distances[own + best]) best = c;
      into[quarter + best]++;
      continue;
    }
    let mean = 0;
    for (let c = 0; c < k; c++) mean += distances[own + c];
    mean /= k;
    for (let c = 0; c < k; c++) {
      const answer = mean - distances[own + c];
      if (answer > 0) into[quarter + c] += answer;
    }
  }
}

/**
 * Learns a dictionary of patches by K-means: patches at random places, their contrast normalized, whitened,
 * clustered. With it `transform` makes features of pictures that a linear classifier can work with.
 *
 * @param images several of the same channels, none smaller than a patch; pixels from 0 to 255
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function patchFeatures(
  images: RasterImage | readonly RasterImage[],
  options: PatchFeaturesOptions,
): Promise<PatchFeatures> {
  const { runtime, signal, patches, ...settings } = {
    ...DEFAULTS,
    ...checkOptions('patchFeatures', options, RULES),
  };
  const { k, size, seed, maxIter, regularization, epsilon, whiten } = settings;
  if ((k as number | undefined) === undefined) {
    throw new InvalidArgumentError(
      'k',
      'patchFeatures: k is missing; give the entries of the dictionary, as in { k: 400 }.',
    );
  }
  signal?.throwIfAborted();
  const checked = checkImages(images, size);
  const where = { ...(runtime && { runtime }), ...(signal && { signal }) };
  const stream = imagePatches(images, { size, random: patches, seed });
  const [n, d] = stream.shape;
  const rows = new Float32Array(n * d);
  let filled = 0;
  for (const block of stream.blocks() as Iterable<Float32Array>) {
    rows.set(block, filled);
    filled += block.length;
  }
  normalizeRows(rows, d, regularization);
  const points = { data: rows, shape: [n, d] };
  const whitening = whiten ? await zcaWhitening(points, { epsilon, ...where }) : undefined;
  const white = whitening ? await whitening.transform(points, where) : points;
  const dictionary = await kmeans(white, { k, seed, maxIter, ...where });
  return new PatchFeatures({ settings, channels: checked[0].channels, whitening, dictionary });
}
