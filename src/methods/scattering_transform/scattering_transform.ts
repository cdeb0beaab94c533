/** Features of images that hardly change where these are moved or bent a little. */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { gridOf } from '../../ops/scattering/filter_bank.js';
import { channelsOf, scatter } from '../../ops/scattering/scatter.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { heldRows, hostRows } from '../subspace_clustering/rows.js';
import { SCATTERING_DEFAULTS, SCATTERING_RULES } from './options.js';

export interface ScatteringTransformOptions extends ComputeOptions {
  /** Pixels of a line, 2^`scales` at least. Default: that of a square image. */
  readonly width?: number;
  /** Lines, 2^`scales` at least. Default: the numbers of a row divided by `width`. */
  readonly height?: number;
  /**
   * J, from 1 to 10: wavelets are 1, 2, .. 2^(J - 1) times as wide as the narrowest, and results smoothed over 2^J
   * pixels, of which every 2^J-th is kept. Default 3.
   */
  readonly scales?: number;
  /** L, from 1 to 64: wavelets of each scale, in directions pi / L apart. Default 8. */
  readonly orientations?: number;
  /** 1: moduli of the image by each wavelet; 2 (default): and of these by each wider one. */
  readonly maxOrder?: number;
  /** Each channel of an image is divided by its largest magnitude. Default false. */
  readonly normalize?: boolean;
}

/** A row an image: its channels one after the other, each `height` lines of `width` numbers. */
export interface ScatteringFeatures {
  /** [n][channels][height][width]. */
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
  /** 1 + J L, with order 2 and L^2 J (J - 1) / 2 more. */
  readonly channels: number;
  /** Of a channel: a 2^J-th of the image's, rounded down. */
  readonly width: number;
  readonly height: number;
  /** What ran the work: the adapter's name, or 'cpu'. */
  readonly engine: string;
}

/**
 * The scattering transform of images of one channel: images smoothed; moduli of their convolutions with
 * wavelets of several scales and directions, smoothed; and moduli of these by wider ones (Bruna & Mallat, "Invariant
 * scattering convolution networks", PAMI 35, 2013). Morlet wavelets, padding by reflection and the order of
 * channels are those of kymatio's `Scattering2D`: 32 x 32 pixels give 217 channels of 4 x 4.
 *
 * Fourier transforms are products with matrices, of as many images at a time as a block of 24 MiB holds, one at
 * least. In float64 on the host; on a device errors are some 1e-7 of the largest number of an image.
 *
 * @param images n x (width height), an image a row, line by line, in any form, or a stream, which is collected.
 *   Never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function scatteringTransform(
  images: Points | PointStream,
  options: ScatteringTransformOptions = {},
): Promise<ScatteringFeatures> {
  const checked = {
    ...SCATTERING_DEFAULTS,
    ...checkOptions('scatteringTransform', options, SCATTERING_RULES),
  };
  const { normalize, runtime, signal } = checked;
  signal?.throwIfAborted();
  const source = await checkSource('images', images, { shift: 'none' }, signal);
  const [n, pixels] = source.shape;
  const grid = gridOf(...sizeOf(pixels, checked), checked.scales);
  const where = { ...(runtime ? { runtime } : {}), ...(signal ? { signal } : {}) };
  // Held so that squares of what comes of them stay in float32.
  const { rows, scale } = heldRows(await hostRows(source, where), pixels, false);
  const { data, engine } = await withAlgebra(runtime, source, signal, async (algebra) => ({
    data: await scatter(algebra, rows, grid, checked),
    engine: algebra.description,
  }));
  const { outputRows: height, outputColumns: width } = grid;
  const channels = channelsOf(checked);
  if (normalize) divideByLargest(data, width * height);
  else if (scale !== 1) data.forEach((value, at) => (data[at] = value / scale));
  return Object.freeze({
    ...{ data, shape: [n, channels * height * width] as const },
    ...{ channels, width, height, engine },
  });
}

/** Height and width of images of so many pixels. */
function sizeOf(
  pixels: number,
  { width: wide, height: high, scales }: ScatteringTransformOptions & { readonly scales: number },
): readonly [height: number, width: number] {
  const width = wide ?? pixels / (high ?? Math.sqrt(pixels));
  const height = high ?? pixels / width;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width * height !== pixels) {
    const given = wide === undefined && high === undefined;
    throw new InvalidArgumentError(
      wide === undefined && high !== undefined ? 'height' : 'width',
      given
        ? `scatteringTransform: images have ${pixels} numbers, which make no square; give width and height.`
        : `scatteringTransform: images of ${wide ?? '?'} x ${high ?? '?'} pixels do not have the ${pixels} numbers that the rows have; give a width and a height whose product is ${pixels}.`,
    );
  }
  const least = 2 ** scales;
  if (Math.min(width, height) < least) {
    throw new InvalidArgumentError(
      'scales',
      `scatteringTransform: scales is ${scales}, for images of ${least} x ${least} pixels at least, but these have ${width} x ${height}; use fewer scales.`,
    );
  }
  return [height, width];
}

/** Every `size` numbers by the largest of their magnitudes. */
function divideByLargest(data: Float32Array, size: number): void {
  for (let at = 0; at < data.length; at += size) {
    const channel = data.subarray(at, at + size);
    const largest = channel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest > 0) channel.forEach((value, i) => (channel[i] = value / largest));
  }
}
