/** Pictures to be shown, and as files. */
import { encode } from 'fast-png';
import type { Shown } from './jobs.js';

/** Shown pixels of larger pictures. */
const MOST_SHOWN = 800_000;
/** How much stronger errors are shown than they are. */
const GAIN = 4;

/** Packed pixels of a picture that is small enough to be shown; taken, not mixed, from larger ones. */
export interface Sampled {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

export function samplePicture(pixels: Uint32Array, width: number, height: number): Sampled {
  const step = Math.max(1, Math.ceil(Math.sqrt(pixels.length / MOST_SHOWN)));
  const across = Math.ceil(width / step);
  const down = Math.ceil(height / step);
  const taken = new Uint32Array(across * down);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) taken[y * across + x] = pixels[(y * width + x) * step];
  }
  return { width: across, height: down, pixels: taken };
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

/** An indexed PNG with as few bits a pixel as the palette needs. */
export function encodeIndexed(
  indices: Uint8Array,
  width: number,
  height: number,
  palette: Uint8Array,
): Uint8Array {
  const colours = Array.from({ length: palette.length / 3 }, (_, c) => [
    ...palette.subarray(3 * c, 3 * c + 3),
  ]);
  const depth = ([1, 2, 4] as const).find((bits) => colours.length <= 1 << bits) ?? 8;
  const perByte = 8 / depth;
  const line = Math.ceil(width / perByte);
  const data = depth === 8 ? indices : new Uint8Array(line * height);
  if (depth < 8) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const shift = 8 - depth * (1 + (x % perByte));
        data[y * line + Math.floor(x / perByte)] |= indices[y * width + x] << shift;
      }
    }
  }
  return encode({ data, width, height, channels: 1, depth, palette: colours });
}
