/** Pictures as blocks of pixels. */
import type { CheckedImage } from '../../rows/image.js';
import type { Matrix } from '../../rows/matrix.js';

/** How a picture was cut. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** B: blocks are of B x B pixels. */
  readonly block: number;
}

/** From the top left to the right and down: a row a block, of block x block x channels numbers. */
export function blocksOf(
  { data, width, height, channels, isBytes }: CheckedImage,
  block: number,
): { readonly data: Uint8Array | Float64Array; readonly shape: readonly [number, number] } {
  const across = Math.ceil(width / block);
  const down = Math.ceil(height / block);
  const columns = block * block * channels;
  const Numbers = isBytes && !(data instanceof Int8Array) ? Uint8Array : Float64Array;
  const rows = new Numbers(across * down * columns);
  for (let row = 0, at = 0; row < across * down; row++) {
    const left = (row % across) * block;
    const top = Math.floor(row / across) * block;
    for (let y = 0; y < block; y++) {
      const line = Math.min(height - 1, top + y) * width;
      for (let x = 0; x < block; x++) {
        const pixel = (line + Math.min(width - 1, left + x)) * channels;
        for (let c = 0; c < channels; c++) rows[at++] = data[pixel + c];
      }
    }
  }
  return { data: rows, shape: [across * down, columns] };
}

/** The picture that blocks make, [height][width][channels]. */
export function pictureOf(
  { data }: Pick<Matrix, 'data'>,
  { width, height, channels, block }: PictureShape,
): Float32Array {
  const across = Math.ceil(width / block);
  const picture = new Float32Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = Math.floor(y / block) * across + Math.floor(x / block);
      const pixel = (y % block) * block + (x % block);
      const from = (row * block * block + pixel) * channels;
      for (let c = 0; c < channels; c++) picture[at++] = data[from + c];
    }
  }
  return picture;
}
