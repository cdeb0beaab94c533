/** Principal components of images, and images rebuilt from them, as pictures. */
import type { ImageShape } from '../../../cli/read/table.js';
import { contactSheet, type ImageRows, type RgbaImage } from '../../../cli/write/images.js';

/** Some images as so many components show them. */
export interface Reconstruction {
  readonly count: number;
  /** The share of the variance that they explain. */
  readonly share: number;
  /** In the file's units. */
  readonly rows: ImageRows;
}

export interface ImageStudy {
  readonly shape: ImageShape;
  /** The mean of all images, [d], in the file's units. */
  readonly mean: Float32Array | Float64Array;
  /** T x d */
  readonly components: ImageRows;
  /** The images that are reconstructed. */
  readonly originals: ImageRows;
  /** By rising count. */
  readonly reconstructions: readonly Reconstruction[];
}

/** What shares add up to, from the first on. */
export function addUp(shares: Float64Array): Float64Array {
  let total = 0;
  return shares.map((share) => (total += share));
}

/** The first `count` components as images: 0 is middle grey, the largest entry white or black. */
export function componentTones({ data, shape: [total, d] }: ImageRows, count: number): ImageRows {
  const shown = Math.min(total, count);
  const tones = new Float32Array(shown * d);
  for (let t = 0; t < shown; t++) {
    const component = data.subarray(t * d, (t + 1) * d);
    let largest = 0;
    for (const value of component) largest = Math.max(largest, Math.abs(value));
    for (let j = 0; j < d; j++) tones[t * d + j] = 127.5 * (1 + component[j] / (largest || 1));
  }
  return { data: tones, shape: [shown, d] };
}

/**
 * A sheet of as many columns as there are originals: at the top the mean and the first components,
 * then a row for each number of components, and at the bottom the originals.
 */
export function studySheet(study: ImageStudy): RgbaImage {
  const { mean, components, originals, reconstructions, shape } = study;
  const [columns, d] = originals.shape;
  const size = columns * d;
  const data = new Float32Array((2 + reconstructions.length) * size);
  data.set(mean);
  data.set(componentTones(components, columns - 1).data, d);
  reconstructions.forEach(({ rows }, i) => {
    data.set(rows.data, (1 + i) * size);
  });
  data.set(originals.data, data.length - size);
  return contactSheet({ data, shape: [data.length / d, d] }, shape, { columns });
}
