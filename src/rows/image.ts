/** Pictures as callers bring them. */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError, NonFiniteError, ShapeError } from '../errors.js';
import type { NumericArray } from './matrix.js';

/**
 * A picture: `data[(y * width + x) * channels + c]`. An ImageData is one, of four channels: red, green, blue,
 * opacity.
 */
export interface RasterImage {
  readonly data: NumericArray | readonly number[];
  readonly width: number;
  readonly height: number;
  /** Numbers of a pixel. 4 when absent, as in ImageData. */
  readonly channels?: number;
}

/** A picture whose numbers were all looked at. */
export interface CheckedImage {
  readonly data: NumericArray | readonly number[];
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The caller gave a byte a number. */
  readonly isBytes: boolean;
}

/** Of the sides, and of their product: what a typed array may hold. */
const MOST_NUMBERS = 2 ** 32;

/**
 * The caller's picture, checked; its numbers are not copied.
 *
 * @param what the argument's name, for messages
 * @throws InvalidArgumentError where it is no picture; ShapeError where its sides do not fit its numbers;
 *   NonFiniteError (row y, column x) on NaN or infinity in float32
 */
export function checkImage(what: string, image: RasterImage): CheckedImage {
  if (typeof image !== 'object' || (image as unknown) === null || !('data' in image)) {
    throw new InvalidArgumentError(
      what,
      `${what} is ${show(image)}; give { data, width, height, channels } or an ImageData.`,
    );
  }
  const { data, width, height, channels = 4 } = image;
  const isTyped =
    ArrayBuffer.isView(data) &&
    !(data instanceof DataView) &&
    !(data instanceof BigInt64Array || data instanceof BigUint64Array);
  if (!isTyped && !Array.isArray(data)) {
    throw new InvalidArgumentError(
      what,
      `${what}.data is ${show(data)}; give a typed array of numbers or number[].`,
    );
  }
  for (const [name, size] of Object.entries({ width, height, channels })) {
    if (Number.isSafeInteger(size) && size >= 1) continue;
    throw new InvalidArgumentError(
      what,
      `${what}.${name} is ${show(size)}; it must be a whole number >= 1.`,
    );
  }
  const numbers = width * height * channels;
  if (data.length !== numbers || numbers > MOST_NUMBERS) {
    throw new ShapeError(
      `${what}.data holds ${data.length} ${plural(data.length, 'number')}, but ${width} x ${height} pixels of ${channels} ` +
        `${plural(channels, 'channel')} need ${numbers}.`,
    );
  }
  const isWhole = isTyped && !(data instanceof Float32Array || data instanceof Float64Array);
  if (!isWhole) {
    for (let at = 0; at < numbers; at++) {
      const value: unknown = data[at];
      if (typeof value === 'number' && Number.isFinite(Math.fround(value))) continue;
      const pixel = Math.floor(at / channels);
      throw new NonFiniteError(what, Math.floor(pixel / width), pixel % width, value);
    }
  }
  return { data, width, height, channels, isBytes: isWhole && data.BYTES_PER_ELEMENT === 1 };
}
