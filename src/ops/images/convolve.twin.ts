import type { Pause } from '../../math/event_loop.js';
import type { CheckedImage } from '../../rows/image.js';
import { type Border, centreOf, type Filter, sourceOf } from './border.js';

/** What a line of pixels, one channel of them, is surrounded by: `length` places from `-left` on. */
function padded(
  { data, width, channels }: CheckedImage,
  y: number,
  channel: number,
  border: Border,
  left: number,
  length: number,
): Float64Array {
  const line = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    const x = sourceOf(at - left, width, border);
    if (x >= 0) line[at] = data[(y * width + x) * channels + channel];
  }
  return line;
}

/**
 * g(y, x) = sum_s sum_t w(s, t) f(y + centre - s, x + centre - t) for each channel, s and t ascending: as the product
 * with a Toeplitz matrix adds up, bit for bit.
 */
export async function convolve(
  image: CheckedImage,
  { weights, rows, columns }: Filter,
  border: Border,
  pause: Pause,
): Promise<Float64Array> {
  const { width, height, channels } = image;
  const result = new Float64Array(width * height * channels);
  const left = columns - 1 - centreOf(columns);
  const sum = new Float64Array(width);
  for (let channel = 0; channel < channels; channel++) {
    const lines = Array.from({ length: height }, (_, y) =>
      padded(image, y, channel, border, left, width + columns - 1),
    );
    for (let y = 0; y < height; y++) {
      sum.fill(0);
      for (let s = 0; s < rows; s++) {
        const source = sourceOf(y + centreOf(rows) - s, height, border);
        if (source < 0) continue;
        const line = lines[source];
        for (let t = 0; t < columns; t++) {
          const weight = weights[s * columns + t];
          const from = columns - 1 - t;
          for (let x = 0; x < width; x++) sum[x] += weight * line[from + x];
        }
      }
      for (let x = 0; x < width; x++) result[(y * width + x) * channels + channel] = sum[x];
      await pause();
    }
  }
  return result;
}

/** See shaders/images/pad_planes.wgsl: `quads` vec4s a row. */
export function padPlanes(
  image: CheckedImage,
  {
    left,
    quads,
    border,
  }: { readonly left: number; readonly quads: number; readonly border: Border },
): Float64Array {
  const { height, channels } = image;
  const planes = new Float64Array(4 * quads * height * channels);
  for (let line = 0; line < height * channels; line++) {
    const [y, channel] = [line % height, Math.floor(line / height)];
    planes.set(padded(image, y, channel, border, left, 4 * quads), 4 * quads * line);
  }
  return planes;
}

/**
 * See shaders/images/convolve.wgsl; widths are those of whole vec4s.
 *
 * @param apart numbers from a pixel to the next: with the channels of a picture, see convolve_lines.wgsl, whose lines are
 *   rows of one plane
 */
export function convolvePlanes(
  planes: ArrayLike<number>,
  inShape: { readonly channels: number; readonly rows: number; readonly width: number },
  outShape: { readonly rows: number; readonly width: number },
  { weights, rows, columns }: Filter,
  apart = 1,
): Float64Array {
  const result = new Float64Array(inShape.channels * outShape.rows * outShape.width);
  for (let at = 0; at < result.length; at++) {
    const x = at % outShape.width;
    const line = Math.floor(at / outShape.width);
    const first = Math.floor(line / outShape.rows) * inShape.rows + (line % outShape.rows);
    for (let s = 0; s < rows; s++) {
      for (let t = 0; t < columns; t++) {
        result[at] +=
          weights[s * columns + t] * planes[(first + s) * inShape.width + x + t * apart];
      }
    }
  }
  return result;
}
