/** Pictures under filters. */
import { InvalidArgumentError } from '../../errors.js';
import { withBackend } from '../../fit/backend.js';
import { checkOptions, oneOf, type OptionRules, RUNTIME_RULES } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import { engineName } from '../../ops/engine_name.js';
import { type Border, BORDERS } from '../../ops/images/border.js';
import { checkImage, type RasterImage } from '../../rows/image.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { type FilterMatrix, type FilterName, filterOf } from './kernels.js';

export interface ConvolveImageOptions extends ComputeOptions {
  /** What lies beyond the edges: 'zero', 'nearest', 'reflect' (the default; scipy's default, too) or 'wrap'. */
  readonly border?: Border;
  /**
   * 'keep': the last of two or four channels, the opacity, stays as it is; 'filter': it is a channel like the
   * others. Default: 'keep' for a picture that does not say its channels, such as an ImageData, else 'filter'.
   */
  readonly alpha?: 'keep' | 'filter';
}

/** What convolveImage returns: numbers as they come out, which may be below 0 and above 255. */
export interface FilteredImage {
  /** [height][width][channels]; float64 where the CPU made it. `new Uint8ClampedArray(data)` can be shown. */
  readonly data: Float32Array | Float64Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
}

const RULES = {
  border: oneOf(...BORDERS),
  alpha: oneOf('keep', 'filter'),
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

/**
 * The convolution (not the correlation) of each channel with a filter,
 *   g(y, x) = sum_s sum_t w(s, t) f(y + a - s, x + b - t),
 * where w(a, b) is the centre: a = floor(rows / 2), b = floor(columns / 2). Equal to scipy.ndimage.convolve, whose modes
 * are called 'constant' (here 'zero'), 'nearest', 'reflect' and 'wrap'.
 *
 * @param image of any channels; never changed
 * @param kernel the name of a filter of FILTER_KERNELS or a matrix, not larger than the picture
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function convolveImage(
  image: RasterImage,
  kernel: FilterName | FilterMatrix,
  options: ConvolveImageOptions = {},
): Promise<FilteredImage> {
  const given = checkOptions('convolveImage', options, RULES);
  const { border = 'reflect', runtime, signal } = given;
  signal?.throwIfAborted();
  const checked = checkImage('image', image);
  const { width, height, channels } = checked;
  const filter = filterOf(kernel);
  if (filter.rows > height || filter.columns > width) {
    throw new InvalidArgumentError(
      'kernel',
      `kernel is ${filter.rows} rows x ${filter.columns} columns, larger than the picture of ${height} x ${width}; give a smaller one.`,
    );
  }
  const { data, engine } = await withBackend<Pick<FilteredImage, 'data' | 'engine'>>(
    runtime,
    { data: checked.data, shape: [width * height, channels] },
    signal,
    async (device) => {
      const { convolve } = await import('../../ops/images/convolve.js');
      const filtered = await convolve(device, checked, filter, border, signal);
      return { data: filtered, engine: engineName(device) };
    },
    async () => {
      const { convolve } = await import('../../ops/images/convolve.twin.js');
      const filtered = await convolve(checked, filter, border, createPause(signal));
      return { data: filtered, engine: 'cpu' };
    },
  );
  const { alpha = image.channels === undefined ? 'keep' : 'filter' } = given;
  if (alpha === 'keep' && channels % 2 === 0 && channels <= 4) {
    for (let at = channels - 1; at < data.length; at += channels) data[at] = checked.data[at];
  }
  return { data, width, height, channels, engine };
}
