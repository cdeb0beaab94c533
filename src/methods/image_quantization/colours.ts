/** A picture's colours, counted. A colour is packed as R + 256 G + 65536 B. */
import { InvalidArgumentError } from '../../errors.js';
import type { CheckedImage } from '../../rows/image.js';

const COLOURS = 1 << 24;
/** From so many pixels on a table of all colours takes less time than sorting them. */
const MANY_PIXELS = 1 << 18;
/** Of the 8 bits of a channel, those that tell bins apart. */
const BIN_BITS = 5;

/** Distinct colours, ascending, with the pixels of each. */
export interface ColourCounts {
  readonly colours: Uint32Array;
  readonly counts: Uint32Array;
}

/** Whether the last channel is the opacity: of two (grey) and of four. */
export const hasAlpha = ({ channels }: Pick<CheckedImage, 'channels'>): boolean =>
  channels % 2 === 0;

/** @throws InvalidArgumentError unless the pixels are grey or red, green and blue, from 0 to 255 */
export function checkColours(what: string, image: CheckedImage): void {
  const { channels, data, isBytes } = image;
  if (channels > 4) {
    throw new InvalidArgumentError(
      what,
      `${what}.channels is ${channels}; give 1 (grey), 2 (grey, opacity), 3 (red, green, blue) or 4 (with opacity).`,
    );
  }
  if (isBytes && !(data instanceof Int8Array)) return;
  for (let at = 0; at < data.length; at++) {
    if (data[at] >= 0 && data[at] <= 255) continue;
    throw new InvalidArgumentError(
      what,
      `${what}.data[${at}] is ${data[at]}; colours are numbers from 0 to 255: scale the picture first.`,
    );
  }
}

/** Packed colours of all pixels; other than whole numbers are rounded. */
export function packPixels({ data, channels, isBytes }: CheckedImage): Uint32Array {
  const pixels = new Uint32Array(data.length / channels);
  // What is added to find green and blue: none where the pixels are grey.
  const next = channels >= 3 ? 1 : 0;
  const round = isBytes ? (value: number) => value : Math.round;
  for (let i = 0, at = 0; i < pixels.length; i++, at += channels) {
    pixels[i] =
      round(data[at]) | (round(data[at + next]) << 8) | (round(data[at + 2 * next]) << 16);
  }
  return pixels;
}

/** The opacity of every pixel, where there is one. */
export function alphaOf(image: CheckedImage): Uint8Array | undefined {
  if (!hasAlpha(image)) return undefined;
  const { data, channels } = image;
  const alpha = new Uint8Array(data.length / channels);
  for (let i = 0; i < alpha.length; i++) {
    alpha[i] = Math.round(data[i * channels + channels - 1]);
  }
  return alpha;
}

/** Those that can be seen, of pictures together; all of them where none can. */
export function countColours(
  pictures: readonly { readonly pixels: Uint32Array; readonly alpha: Uint8Array | undefined }[],
): ColourCounts {
  const parts = pictures.map(({ pixels, alpha }) =>
    alpha?.includes(0) ? pixels.filter((_, i) => alpha[i] > 0) : pixels,
  );
  const seen = parts.some(({ length }) => length > 0) ? parts : pictures.map((one) => one.pixels);
  const total = seen.reduce((sum, { length }) => sum + length, 0);
  return total < MANY_PIXELS ? bySorting(seen, total) : byTable(seen);
}

function bySorting(parts: readonly Uint32Array[], total: number): ColourCounts {
  const sorted = new Uint32Array(total);
  let at = 0;
  for (const part of parts) {
    sorted.set(part, at);
    at += part.length;
  }
  sorted.sort();
  const colours = new Uint32Array(total);
  const counts = new Uint32Array(total);
  let distinct = 0;
  for (let i = 0; i < total; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) counts[distinct - 1]++;
    else {
      colours[distinct] = sorted[i];
      counts[distinct++] = 1;
    }
  }
  return { colours: colours.slice(0, distinct), counts: counts.slice(0, distinct) };
}

function byTable(parts: readonly Uint32Array[]): ColourCounts {
  const table = new Uint32Array(COLOURS);
  let distinct = 0;
  for (const pixels of parts) {
    for (let i = 0; i < pixels.length; i++) if (table[pixels[i]]++ === 0) distinct++;
  }
  const colours = new Uint32Array(distinct);
  const counts = new Uint32Array(distinct);
  for (let colour = 0, at = 0; colour < COLOURS; colour++) {
    if (table[colour] === 0) continue;
    colours[at] = colour;
    counts[at++] = table[colour];
  }
  return { colours, counts };
}

/** Colours as bytes of red, green and blue. */
export function unpack(colours: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(3 * colours.length);
  for (let i = 0; i < colours.length; i++) {
    bytes[3 * i] = colours[i] & 255;
    bytes[3 * i + 1] = (colours[i] >> 8) & 255;
    bytes[3 * i + 2] = colours[i] >> 16;
  }
  return bytes;
}

/**
 * The weighted mean of the rows (n x 3) whose colours lie in one of 32 x 32 x 32 bins, for a first look at
 * many of them.
 */
export function binned(
  rows: ArrayLike<number>,
  { colours, counts }: ColourCounts,
): { readonly data: Float32Array; readonly weights: Float32Array } {
  const shift = 8 - BIN_BITS;
  const sums = new Float64Array(4 << (3 * BIN_BITS));
  for (let i = 0; i < colours.length; i++) {
    const [red, green, blue] = [colours[i] & 255, (colours[i] >> 8) & 255, colours[i] >> 16];
    const bin = (((red >> shift) << BIN_BITS) | (green >> shift)) << BIN_BITS;
    const at = 4 * (bin | (blue >> shift));
    sums[at] += counts[i];
    for (let c = 0; c < 3; c++) sums[at + 1 + c] += counts[i] * rows[3 * i + c];
  }
  const data: number[] = [];
  const weights: number[] = [];
  for (let at = 0; at < sums.length; at += 4) {
    const weight = sums[at];
    if (weight === 0) continue;
    weights.push(weight);
    for (let c = 1; c <= 3; c++) data.push(sums[at + c] / weight);
  }
  return { data: Float32Array.from(data), weights: Float32Array.from(weights) };
}
