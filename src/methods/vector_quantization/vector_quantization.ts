/** Vector quantization: rows, and blocks of pixels, as numbers of codebook entries. */
import { InvalidArgumentError } from '../../errors.js';
import { checkOptions } from '../../fit/options.js';
import { checkImage, type RasterImage } from '../../rows/image.js';
import { isPointStream } from '../../rows/load_options.js';
import { checkShape, type Points, readRows } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkEnoughRows } from '../kmeans/start_centroids.js';
import { blocksOf } from './blocks.js';
import { IMAGE_VQ_RULES, VQ_DEFAULTS, VQ_RULES } from './options.js';
import { columnsOf, partOf } from './subspaces.js';
import { checkSubspaces, nearest, VectorQuantizer } from './vector_quantizer_model.js';
import { writeVq } from './vq_file.js';

export interface VectorQuantizerOptions extends ComputeOptions {
  /** Entries of a codebook, 1 to 65,536. Either this or `codeBits`. */
  readonly k?: number;
  /** Bits of a code, 0 to 16: k = 2^codeBits. */
  readonly codeBits?: number;
  /**
   * M parts of the columns, each with a codebook of its own (product quantization, Jegou, Douze & Schmid 2011):
   * k^M different rows at the cost of k. Default 1.
   */
  readonly subspaces?: number;
  /**
   * What a number in a codebook takes: 32, float32 (the default), or 8: whole numbers from 0 to 255, to which
   * entries are rounded.
   */
  readonly valueBits?: 32 | 8;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same codebooks. Default 0. */
  readonly seed?: number;
  /** Runs of K-means for each codebook, of which the best counts. Default 1. */
  readonly nInit?: number;
  /** Iterations at most in a run. Default 100. */
  readonly maxIter?: number;
  /** As for kmeans. */
  readonly retries?: number;
}

export interface EncodeImageOptions extends VectorQuantizerOptions {
  /** B: B x B pixels are a vector. Default 4. */
  readonly block?: number;
}

/** A picture in codes. */
export interface EncodedImage {
  /** A `.vq` file. */
  readonly bytes: Uint8Array;
  readonly quantizer: VectorQuantizer;
}

const BLOCK = 4;

/**
 * Codebooks for rows by K-means, so that a row is told by log2 k bits: the number of the nearest entry, its
 * code.
 *
 * @param points n x d, n >= k; a stream is read several times for each sub-space
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function vectorQuantizer(
  points: Points | PointStream,
  options: VectorQuantizerOptions,
): Promise<VectorQuantizer> {
  return fit(points, checkOptions('vectorQuantizer', options, VQ_RULES));
}

async function fit(
  points: Points | PointStream,
  options: VectorQuantizerOptions,
): Promise<VectorQuantizer> {
  const { runtime, signal, retries } = options;
  const { subspaces, valueBits, seed, nInit, maxIter } = { ...VQ_DEFAULTS, ...options };
  const k = kindsOf(options);
  signal?.throwIfAborted();
  const where = { ...(runtime && { runtime }), ...(signal && { signal }) };
  const d = columnsIn(points);
  checkSubspaces('vectorQuantizer', subspaces, d);
  const codebook = new Float32Array(k * d);
  let codes = new Uint32Array(0);
  let squares = 0;
  let engine = 'cpu';
  for (const [m, [first, end]] of columnsOf(d, subspaces).entries()) {
    const part = subspaces === 1 ? points : await partOf(points, first, end, d);
    const model = await kmeans(part, {
      ...{ ...where, k, nInit, maxIter, seed: (seed + m) >>> 0 },
      ...(retries !== undefined && { retries }),
    });
    const own = codebook.subarray(k * first, k * end);
    const { data } = model.centroids;
    own.set(valueBits === 8 ? Uint8ClampedArray.from(data) : data);
    const found = await nearest({ data: own, shape: [k, end - first] }, part, where);
    const n = found.labels.length;
    if (m === 0) codes = new Uint32Array(n * subspaces);
    for (let i = 0; i < n; i++) codes[i * subspaces + m] = found.labels[i];
    squares += found.inertia;
    engine = model.engine;
  }
  const n = codes.length / subspaces;
  const state = { k, subspaces, valueBits, shape: [n, d] as const, codebook, codes };
  return new VectorQuantizer({ ...state, distortion: squares / n, engine });
}

function kindsOf({ k, codeBits }: VectorQuantizerOptions): number {
  if ((k === undefined) !== (codeBits === undefined)) return k ?? 2 ** codeBits!;
  throw new InvalidArgumentError(
    'k',
    k === undefined
      ? 'vectorQuantizer: k is missing; give the entries of a codebook, as in { k: 256 }, or { codeBits: 8 }.'
      : `vectorQuantizer: k is ${k} and codeBits ${codeBits}; give one of them.`,
  );
}

/** How many columns there are, of what may be no rows; whatever else is wrong with rows K-means refuses. */
function columnsIn(points: Points | PointStream): number {
  if (typeof points === 'object' && (points as unknown) !== null) {
    if (isPointStream(points) || 'shape' in points) return checkShape('points', points.shape)[1];
    const first: unknown = (points as readonly ArrayLike<number>[])[0];
    if (typeof first === 'object' && first !== null && 'length' in first && first.length !== 0) {
      return Number(first.length);
    }
  }
  return readRows('points', points as Points).shape[1];
}

/**
 * A picture's blocks of B x B pixels as vectors, quantized, as a `.vq` file. Where the sides are no multiples of
 * B the last row and column of pixels go on. A picture of bytes gets a codebook of bytes, unless `valueBits` says
 * otherwise.
 *
 * @throws as vectorQuantizer does
 */
export async function encodeImage(
  image: RasterImage,
  options: EncodeImageOptions,
): Promise<EncodedImage> {
  const { block = BLOCK, ...given } = checkOptions('encodeImage', options, IMAGE_VQ_RULES);
  const checked = checkImage('image', image);
  const points = blocksOf(checked, block);
  checkEnoughRows('encodeImage', kindsOf(given), points.shape[0]);
  const isBytes = checked.isBytes && !(checked.data instanceof Int8Array);
  const quantizer = await fit(points, { valueBits: isBytes ? 8 : 32, ...given });
  const { width, height, channels } = checked;
  return { bytes: writeVq(quantizer, { picture: { width, height, channels, block } }), quantizer };
}
