/** Pictures from files, and to them. */
import { encode } from 'fast-png';
import type { Shown } from './jobs.js';

/** Beyond that a page runs out of memory on small devices. */
const MOST_PIXELS = 50_000_000;
/** Shown pixels of larger pictures. */
const MOST_SHOWN = 800_000;
/** How much stronger errors are shown than they are. */
const GAIN = 4;

/** @throws Error with a sentence for people */
export async function decodePicture(file: File): Promise<ImageData> {
  if (file.size === 0)
    throw new Error(`${file.name} is empty; choose a file with a picture in it.`);
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(
      `${file.name} is no image that this browser can decode; is it damaged, or of another kind than its name says?`,
    );
  });
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS) {
    throw new Error(
      `${file.name} has ${Math.round((width * height) / 1e6)} megapixels; choose one of at most ${MOST_PIXELS / 1e6}.`,
    );
  }
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no canvas to decode images with.');
  // What is transparent lies on white.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

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
