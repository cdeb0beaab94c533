/** A picture's colours, counted, gathered and mapped. A colour is packed as R + 256 G + 65536 B. */

const COLOURS = 1 << 24;
/** With at most so many distinct colours each is a point of its own. */
export const MOST_POINTS = 60_000;
/** Of the 8 bits of a channel, those that tell bins apart. */
const BIN_BITS = 6;

export interface ColourCounts {
  /** Distinct colours, ascending. */
  readonly colours: Uint32Array;
  /** Pixels of each. */
  readonly counts: Uint32Array;
}

/** Weighted points of three columns. */
export interface WeightedColours {
  readonly data: Float32Array;
  readonly weights: Float32Array;
}

/** Packs pixels of four bytes; their opacity is left out. */
export function packPixels(rgba: Uint8ClampedArray): Uint32Array {
  const pixels = new Uint32Array(rgba.length / 4);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = rgba[4 * i] | (rgba[4 * i + 1] << 8) | (rgba[4 * i + 2] << 16);
  }
  return pixels;
}

export function countColours(pixels: Uint32Array): ColourCounts {
  const histogram = new Uint32Array(COLOURS);
  for (const pixel of pixels) histogram[pixel]++;
  let distinct = 0;
  for (const count of histogram) if (count > 0) distinct++;
  const colours = new Uint32Array(distinct);
  const counts = new Uint32Array(distinct);
  let at = 0;
  for (let colour = 0; colour < COLOURS; colour++) {
    if (histogram[colour] === 0) continue;
    colours[at] = colour;
    counts[at++] = histogram[colour];
  }
  return { colours, counts };
}

/** Colours as rows of red, green and blue. */
export function toRows(colours: Uint32Array): Float32Array {
  const rows = new Float32Array(3 * colours.length);
  colours.forEach((colour, i) => {
    rows[3 * i] = colour & 255;
    rows[3 * i + 1] = (colour >> 8) & 255;
    rows[3 * i + 2] = colour >> 16;
  });
  return rows;
}

/**
 * What K-means is run on in place of the pixels: every distinct colour, or where there are many the
 * mean colour of each of 64 x 64 x 64 bins, weighted by its pixels. A centroid of whole bins is
 * exactly the mean of their pixels; only bins at the border of two clusters are not divided.
 */
export function gather({ colours, counts }: ColourCounts): WeightedColours {
  if (colours.length <= MOST_POINTS) {
    return { data: toRows(colours), weights: Float32Array.from(counts) };
  }
  const shift = 8 - BIN_BITS;
  const sums = new Float64Array(4 << (3 * BIN_BITS));
  colours.forEach((colour, i) => {
    const [red, green, blue] = [colour & 255, (colour >> 8) & 255, colour >> 16];
    const bin = (((red >> shift) << BIN_BITS) | (green >> shift)) << BIN_BITS;
    const at = 4 * (bin | (blue >> shift));
    sums[at] += counts[i];
    sums[at + 1] += counts[i] * red;
    sums[at + 2] += counts[i] * green;
    sums[at + 3] += counts[i] * blue;
  });
  const data: number[] = [];
  const weights: number[] = [];
  for (let at = 0; at < sums.length; at += 4) {
    const weight = sums[at];
    if (weight === 0) continue;
    weights.push(weight);
    data.push(sums[at + 1] / weight, sums[at + 2] / weight, sums[at + 3] / weight);
  }
  return { data: Float32Array.from(data), weights: Float32Array.from(weights) };
}

/** The index that each distinct colour has been given, looked up by the colour. */
export function makeLookup(colours: Uint32Array, indices: Uint8Array): Uint8Array {
  const lookup = new Uint8Array(COLOURS);
  colours.forEach((colour, i) => (lookup[colour] = indices[i]));
  return lookup;
}

/** The mean squared difference of pixels and channels to the palette's colours. */
export function squaredError(
  { colours, counts }: ColourCounts,
  indices: Uint8Array,
  palette: Uint8Array,
): number {
  let sum = 0;
  let pixels = 0;
  colours.forEach((colour, i) => {
    const at = 3 * indices[i];
    const red = (colour & 255) - palette[at];
    const green = ((colour >> 8) & 255) - palette[at + 1];
    const blue = (colour >> 16) - palette[at + 2];
    sum += counts[i] * (red * red + green * green + blue * blue);
    pixels += counts[i];
  });
  return sum / (3 * pixels);
}

/** Bits a pixel of N pixels with K colours of 24 bits: (N log2 K + 24 K) / N. */
export function bitsPerPixel(pixels: number, colours: number): number {
  return Math.log2(colours) + (24 * colours) / pixels;
}

/** Peak signal-to-noise ratio in decibels. */
export function psnr(error: number): number {
  return 10 * Math.log10(255 ** 2 / error);
}
