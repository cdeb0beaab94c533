/** An image as a table: one row a pixel, its place and its colour. */
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
  if (file.size === 0)
    throw new Error(`${file.name} is empty; choose a file with a picture in it.`);
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(
      `${file.name} is no image that this browser can decode; is it damaged, or of another kind than its name says?`,
    );
  });
  signal.throwIfAborted();
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height)));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no canvas to decode images with.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rows = width * height;
  const channel = (at: number) => Float32Array.from({ length: rows }, (_, i) => data[4 * i + at]);
  return {
    rows,
    columns: [
      { name: 'x', values: Float32Array.from({ length: rows }, (_, i) => i % width), aside: true },
      {
        name: 'y',
        // Upwards, as a plot has it.
        values: Float32Array.from({ length: rows }, (_, i) => -Math.floor(i / width)),
        aside: true,
      },
      ...['red', 'green', 'blue'].map((name, at) => ({ name, values: channel(at) })),
    ],
    notes:
      scale < 1 ? [`The picture was scaled down to ${width} × ${height} pixels, a row each.`] : [],
  };
}
