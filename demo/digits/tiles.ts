/** Images of 28 x 28 numbers as tiles on the page. */
import { make } from '../shared/dom.js';
import { PIXELS, SIDE } from './jobs.js';

/** What the numbers of an image mean: 'ink' runs from 0 to 255, 'signed' about 0 (grey). */
export type Scale = 'ink' | 'signed';

/** A picture of the row of `images` at `row`, with what it shows for those who cannot see it. */
export function picture(
  images: Float32Array,
  row: number,
  label: string,
  scale: Scale = 'ink',
): HTMLCanvasElement {
  const canvas = make('canvas', { width: SIDE, height: SIDE, role: 'img', ariaLabel: label });
  const values = images.subarray(row * PIXELS, (row + 1) * PIXELS);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  const image = new ImageData(SIDE, SIDE);
  values.forEach((value, at) => {
    const grey = scale === 'ink' ? value : 127.5 * (1 + value / largest);
    image.data.fill(grey, 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  });
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

/** Pictures above their caption. */
export function tile(caption: string, ...pictures: HTMLCanvasElement[]): HTMLElement {
  return make('figure', {}, ...pictures, make('figcaption', {}, caption));
}
