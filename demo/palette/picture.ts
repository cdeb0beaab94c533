/** Pictures to be shown, and as files. */
import { sampling, type Shown } from '../shared/shown.js';

/** How much stronger errors are shown than they are. */
const GAIN = 4;

/** Packed pixels of a picture that is small enough to be shown; taken, not mixed, from larger ones. */
export interface Sampled {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

export function samplePicture(pixels: Uint32Array, width: number, height: number): Sampled {
  const { pixelAt, ...shown } = sampling(width, height);
  const places = { length: shown.width * shown.height };
  return { ...shown, pixels: Uint32Array.from(places, (_, place) => pixels[pixelAt(place)]) };
}

/** What is to be put on a canvas: for each pixel, its colour. */
export function toShown(
  { width, height, pixels }: Sampled,
  colourOf: (pixel: number) => number,
): Shown {
  const data = new Uint8ClampedArray(4 * pixels.length);
  const packed = new Uint32Array(data.buffer);
  pixels.forEach((pixel, i) => (packed[i] = colourOf(pixel) | 0xff000000));
  return { width, height, data };
}

/** The differences between two colours, stronger. */
export function difference(a: number, b: number): number {
  const channel = (shift: number) =>
    Math.min(255, GAIN * Math.abs(((a >> shift) & 255) - ((b >> shift) & 255))) << shift;
  return channel(0) | channel(8) | channel(16);
}
