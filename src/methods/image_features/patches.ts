/** Pieces of pictures as rows. */
import { show } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import {
  aSeed,
  checkOptions,
  nonNegative,
  type OptionRules,
  wholeNumber,
} from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import { checkImage, type CheckedImage, type RasterImage } from '../../rows/image.js';
import { isPointStream } from '../../rows/load_options.js';
import { type HostMatrix, type Matrix, readRows } from '../../rows/matrix.js';
import { iterated, type PointBlock, type PointStream } from '../../rows/point_stream.js';

export interface ImagePatchesOptions {
  /** P: patches are of P x P pixels. */
  readonly size: number;
  /** Pixels from a patch to the next, across and down. Default 1. */
  readonly stride?: number;
  /** So many patches at random places of random pictures, in the place of all of them. */
  readonly random?: number;
  /** Of `random`: whole number from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

const RULES = {
  size: wholeNumber(1),
  stride: wholeNumber(1),
  random: wholeNumber(1),
  seed: aSeed,
} as const satisfies OptionRules;

/** Numbers of a block of patches: what is in memory at a time. */
const BLOCK_NUMBERS = 1 << 18;

/** Where patches may begin, across and down. */
export interface PatchGrid {
  readonly across: number;
  readonly down: number;
}

export function gridOf(
  { width, height }: Pick<CheckedImage, 'width' | 'height'>,
  size: number,
  stride: number,
): PatchGrid {
  const places = (side: number) => Math.floor((side - size) / stride) + 1;
  return { across: places(width), down: places(height) };
}

/** @throws InvalidArgumentError, ShapeError where pictures are none, of several kinds, or smaller than a patch */
export function checkImages(
  images: RasterImage | readonly RasterImage[],
  size: number,
): readonly CheckedImage[] {
  const given = Array.isArray(images)
    ? (images as readonly RasterImage[])
    : [images as RasterImage];
  if (given.length === 0) {
    throw new InvalidArgumentError(
      'images',
      'images is an empty array; give one picture at least.',
    );
  }
  return given.map((image, i) => {
    const what = given.length > 1 ? `images[${i}]` : 'image';
    const checked = checkImage(what, image);
    const { width, height, channels } = checked;
    if (channels !== (given[0].channels ?? 4)) {
      throw new ShapeError(
        `${what} has ${channels} channels, the first picture ${given[0].channels ?? 4}; give pictures of one kind.`,
      );
    }
    if (Math.min(width, height) < size) {
      throw new InvalidArgumentError(
        'size',
        `size is ${size}, but ${what} is ${width} x ${height} pixels; give smaller patches or larger pictures.`,
      );
    }
    return checked;
  });
}

/** Writes the patch whose top left pixel is (x, y), [size][size][channels]. */
function putPatch(
  { data, width, channels }: CheckedImage,
  x: number,
  y: number,
  size: number,
  into: Float32Array,
  at: number,
): void {
  const line = size * channels;
  for (let row = 0; row < size; row++) {
    const from = ((y + row) * width + x) * channels;
    for (let i = 0; i < line; i++) into[at + row * line + i] = data[from + i];
  }
}

/**
 * Patches of pictures as rows of size x size x channels numbers, made when they are read and never all in memory:
 * a stream, which every fit takes. All of them, from the top left to the right and down, picture after picture, or
 * so many at random, always the same ones.
 *
 * @param images one or several, of the same channels; not to be changed while the stream is in use
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input
 */
export function imagePatches(
  images: RasterImage | readonly RasterImage[],
  options: ImagePatchesOptions,
): PointStream & { readonly shape: readonly [number, number] } {
  const { size, stride = 1, random, seed = 0 } = checkOptions('imagePatches', options, RULES);
  if ((size as number | undefined) === undefined) {
    throw new InvalidArgumentError(
      'size',
      'imagePatches: size is missing; give the side of a patch in pixels, as in { size: 6 }.',
    );
  }
  const checked = checkImages(images, size);
  const grids = checked.map((image) => gridOf(image, size, stride));
  const total = grids.reduce((sum, { across, down }) => sum + across * down, 0);
  const n = random ?? total;
  const d = size * size * checked[0].channels;

  function* places(): Generator<readonly [image: number, place: number]> {
    if (random === undefined) {
      for (const [i, { across, down }] of grids.entries()) {
        for (let place = 0; place < across * down; place++) yield [i, place];
      }
      return;
    }
    const draw = createRandom(seed);
    for (let drawn = 0; drawn < random; drawn++) {
      const i = draw.below(grids.length);
      yield [i, draw.below(grids[i].across * grids[i].down)];
    }
  }

  function* blocks(): Generator<Float32Array> {
    const rows = Math.min(n, Math.max(1, Math.floor(BLOCK_NUMBERS / d)));
    let block = new Float32Array(rows * d);
    let held = 0;
    let left = n;
    for (const [i, place] of places()) {
      const { across } = grids[i];
      const [x, y] = [(place % across) * stride, Math.floor(place / across) * stride];
      putPatch(checked[i], x, y, size, block, d * held++);
      if (held * d < block.length) continue;
      yield block;
      left -= held;
      held = 0;
      block = new Float32Array(Math.min(rows, left) * d);
    }
  }
  return { shape: [n, d], blocks };
}

/** Each row less its mean and over sqrt(its variance + regularization), in place; d columns. */
export function normalizeRows(rows: Float32Array, d: number, regularization: number): void {
  for (let at = 0; at < rows.length; at += d) {
    let mean = 0;
    for (let j = 0; j < d; j++) mean += rows[at + j] / d;
    let squares = 0;
    for (let j = 0; j < d; j++) squares += (rows[at + j] - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / Math.max(1, d - 1) + regularization);
    // Where there is nothing to be scaled and nothing to scale it by.
    const factor = Number.isFinite(scale) ? scale : 0;
    for (let j = 0; j < d; j++) rows[at + j] = (rows[at + j] - mean) * factor;
  }
}

/**
 * Patches of even brightness and contrast: each row less its mean, over sqrt(variance + regularization), the
 * variance over d - 1 (Coates, Lee & Ng 2011). Of a stream a stream.
 *
 * @param options `regularization` >= 0, which keeps noise small where there is nothing else: 10 by default, for
 *   pixels from 0 to 255
 * @throws InvalidArgumentError, ShapeError on bad input
 */
export function normalizeContrast(
  patches: PointStream,
  options?: { readonly regularization?: number },
): PointStream;
export function normalizeContrast(
  patches: HostMatrix | readonly (readonly number[])[],
  options?: { readonly regularization?: number },
): Matrix;
export function normalizeContrast(
  patches: PointStream | HostMatrix | readonly (readonly number[])[],
  options: { readonly regularization?: number } = {},
): PointStream | Matrix {
  const { regularization = 10 } = checkOptions('normalizeContrast', options, {
    regularization: nonNegative,
  });
  const normalized = (block: PointBlock, d: number): Float32Array => {
    const rows = Float32Array.from(
      ArrayBuffer.isView(block) ? block : readRows('patches', block as HostMatrix).source,
    );
    normalizeRows(rows, d, regularization);
    return rows;
  };
  if (typeof patches !== 'object' || (patches as unknown) === null) {
    throw new InvalidArgumentError(
      'patches',
      `patches is ${show(patches)}; give what imagePatches returned, { data, shape } or rows.`,
    );
  }
  if (!isPointStream(patches)) {
    const { shape } = readRows('patches', patches);
    return { data: normalized(patches, shape[1]), shape };
  }
  return {
    shape: patches.shape,
    async *blocks() {
      const [, d] = patches.shape;
      for await (const block of iterated('patches', patches.blocks(), undefined)) {
        yield normalized(block, d);
      }
    },
  };
}
