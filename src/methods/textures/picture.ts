/** Pictures as networks take them, and as they come out. */
import { InvalidArgumentError } from '../../errors.js';
import { checkImage, type RasterImage } from '../../rows/image.js';

/** Numbers of 0 to 1, a row a pixel. */
export interface Picture {
  /** [height][width][channels] */
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** Grey of red, green and blue (Rec. 601). */
const GREY = [0.299, 0.587, 0.114];

/**
 * A caller's picture of bytes, or of numbers from 0 to 255, in so many channels; its opacity is left out.
 *
 * @throws InvalidArgumentError, ShapeError, NonFiniteError
 */
export function pictureOf(what: string, image: RasterImage, channels: number): Picture {
  const { data, width, height, channels: own } = checkImage(what, image);
  if (own > 4) {
    throw new InvalidArgumentError(
      what,
      `${what} has ${own} channels; give grey (1), red, green and blue (3), or either with opacity (2, 4).`,
    );
  }
  const colours = own < 3 ? 1 : 3;
  const made = new Float64Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const value = (c: number) => Math.min(1, Math.max(0, data[pixel * own + c] / 255));
    for (let c = 0; c < channels; c++) {
      made[pixel * channels + c] =
        colours === channels
          ? value(c)
          : colours === 1
            ? value(0)
            : GREY.reduce((sum, share, i) => sum + share * value(i), 0);
    }
  }
  return { data: made, width, height };
}

/** Of a caller's picture, without opacity. */
export const coloursOf = ({ channels = 4 }: Pick<RasterImage, 'channels'>): 1 | 3 =>
  channels < 3 ? 1 : 3;

/** What may be shown: bytes. */
export const bytesOf = (data: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> =>
  Uint8ClampedArray.from(data, (value) => 255 * value);

/** What a matrix of pixels holds, at the rate of bytes. */
export const roundedToBytes = (data: ArrayLike<number>): Float64Array =>
  Float64Array.from(bytesOf(data), (value) => value / 255);
