/** An image as a table: one row a pixel, its place and its colour. */
import { decodePicture } from '../../shared/decode_picture.js';
import type { DataTable } from '../table.js';
import type { ReadOptions } from './mounted_file.js';

/** Larger images are scaled down to about this many pixels. */
const MOST_PIXELS = 1_000_000;

/**
 * Columns x, y (put aside: what clusters is the colour), red, green and blue, 0 to 255.
 *
 * @throws Error with a sentence for people; the signal's reason when cancelled
 */
export async function readImage(
  file: File,
  { signal, onProgress }: ReadOptions,
): Promise<DataTable> {
  onProgress({ value: 0, max: 1, text: `Decoding ${file.name}` });
  const { data, width, height, scaled, isTransparent } = await decodePicture(
    file,
    signal,
    MOST_PIXELS,
  );
  const rows = width * height;
  const channel = (at: number) => Float32Array.from({ length: rows }, (_, i) => data[4 * i + at]);
  return {
    rows,
    columns: [
      {
        name: 'x',
        values: Float32Array.from({ length: rows }, (_, i) => i % width),
        aside: 'place',
      },
      {
        name: 'y',
        // Upwards, as a plot has it.
        values: Float32Array.from({ length: rows }, (_, i) => -Math.floor(i / width)),
        aside: 'place',
      },
      ...['red', 'green', 'blue'].map((name, at) => ({ name, values: channel(at) })),
    ],
    notes: [
      ...(scaled
        ? [`The picture was scaled down to ${width} × ${height} pixels, a row each.`]
        : []),
      ...(isTransparent ? ['What is transparent lies on white.'] : []),
    ],
  };
}
