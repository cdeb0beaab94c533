/** Rows that are images, as pictures. */
import { plural } from '../../errors.js';
import { encode } from 'fast-png';
import { InvalidArgumentError, ShapeError } from '../../index.js';
import type { ImageShape } from '../read/table.js';
import { writeAtomic } from './atomic.js';

/** Pixels of four bytes: red, green, blue, opacity. */
export interface RgbaImage {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Rows of k x d values, 0 to 255; beyond that they are clamped. */
export interface ImageRows {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [rows: number, columns: number];
}

export interface ContactSheetOptions {
  /** Tiles in a row; by default as square a sheet as possible. */
  readonly columns?: number;
  /** Each pixel becomes scale x scale; by default 3. */
  readonly scale?: number;
}

/** Pixels between tiles and around them, which stay transparent. */
const GAP = 4;
/** 16,384 x 16,384: beyond that few programs open a picture. */
const MAX_PIXELS = 1 << 28;

/**
 * Each row as a tile, from the top left to the right and down.
 *
 * @throws ShapeError when d is not width * height * channels; InvalidArgumentError on options
 *   that are not whole numbers >= 1, or a sheet of more than 2^28 pixels
 */
export function contactSheet(
  rows: ImageRows,
  image: ImageShape,
  options: ContactSheetOptions = {},
): RgbaImage {
  const k = rows.shape[0];
  const { width: tileWidth, height: tileHeight } = image;
  const columns = Math.min(k, checkCount('columns', options.columns ?? Math.ceil(Math.sqrt(k))));
  const scale = checkCount('scale', options.scale ?? 3);
  const stepX = tileWidth * scale + GAP;
  const stepY = tileHeight * scale + GAP;
  const width = GAP + columns * stepX;
  const height = GAP + Math.ceil(k / columns) * stepY;
  if (width * height > MAX_PIXELS) {
    throw new InvalidArgumentError(
      'scale',
      `scale is ${scale}, which makes a sheet of ${width} x ${height} pixels; at most ${MAX_PIXELS} pixels are drawn.`,
    );
  }
  const data = new Uint8ClampedArray(width * height * 4);
  const pixels = new Uint32Array(data.buffer);
  imageTiles(rows, image).forEach((tile, c) => {
    const tilePixels = new Uint32Array(tile.data.buffer);
    const left = GAP + (c % columns) * stepX;
    const top = GAP + Math.floor(c / columns) * stepY;
    for (let y = 0; y < tileHeight * scale; y++) {
      const row = Math.floor(y / scale) * tileWidth;
      for (let x = 0; x < tileWidth * scale; x++) {
        pixels[(top + y) * width + left + x] = tilePixels[row + Math.floor(x / scale)];
      }
    }
  });
  return { data, width, height };
}

/** Each row as a picture of its own. Throws ShapeError when d is not width * height * channels. */
export function imageTiles({ data: values, shape }: ImageRows, image: ImageShape): RgbaImage[] {
  const [k, d] = shape;
  const { width, height, channels } = image;
  if (d !== width * height * channels) {
    throw new ShapeError(
      `the rows have ${d} ${plural(d, 'column')}; images of ${width} x ${height} x ${channels} need ` +
        `${width * height * channels}.`,
    );
  }
  return Array.from({ length: k }, (_, c) => {
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        data[pixel * 4 + channel] = values[c * d + element(image, pixel, channel)];
      }
    }
    return { data, width, height };
  });
}

/** Where a pixel's channel lies in a row; grey serves as red, green and blue. */
function element(
  { width, height, channels, layout }: ImageShape,
  pixel: number,
  channel: number,
): number {
  if (channels === 1) return pixel;
  return layout === 'planar' ? channel * width * height + pixel : pixel * channels + channel;
}

function checkCount(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError(name, `${name} is ${value}; it must be a whole number >= 1.`);
  }
  return value;
}

/** Writes the picture as a PNG file, whole or not at all. */
export async function writePng(path: string, image: RgbaImage): Promise<void> {
  await writeAtomic(path, encodePng(image));
}

/** The picture as a data: URL, for a page that must not load anything. */
export function pngDataUrl(image: RgbaImage): string {
  return `data:image/png;base64,${Buffer.from(encodePng(image)).toString('base64')}`;
}

/** The bytes of a PNG file; `channels` of grey (1, 2 with opacity) or red, green and blue (3), else 4. */
export function encodePng({
  data,
  width,
  height,
  channels = 4,
}: RgbaImage & { readonly channels?: number }): Uint8Array {
  return encode({ data, width, height, channels, depth: 8 });
}
