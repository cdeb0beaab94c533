/** The scattering transform, over one algebra. */
import type { Algebra, Matrix } from '../algebra/algebra.js';
import {
  coarser,
  type Grid,
  leftTransform,
  rightInverse,
  rightTransform,
  smoothing,
  type Table,
  unpadded,
  wavelets,
} from './filter_bank.js';
import { filterSpectra, moduli } from './waves.js';

export interface ScatterOptions {
  readonly scales: number;
  readonly orientations: number;
  readonly maxOrder: number;
}

/**
 * What the maps of a block of images take at a time at most, unless it is one image: so little that the device's
 * buffers are used again for the next block. New ones are filled with zeros first, which takes lavapipe as
 * long as the kernels.
 */
const BLOCK_BYTES = 24 * 1024 * 1024;
/** Bytes of a number of a map on its way: filtered, transformed along rows, in halves, as a modulus. */
const WAVE_BYTES = 4 * (2 + 2 + 4 + 1);
/** And on the way to its spectrum. */
const SPECTRUM_BYTES = 4 * (2 + 4);

/** Channels of an image: smoothed; by each wavelet; by each two of which the second is wider. */
export const channelsOf = ({ scales, orientations, maxOrder }: ScatterOptions): number =>
  1 +
  scales * orientations +
  (maxOrder === 2 ? (orientations ** 2 * scales * (scales - 1)) / 2 : 0);

/** What is multiplied to images from the left, and from the right transposed. */
interface Sides {
  readonly left: Matrix;
  readonly right: Matrix;
}

/** Of the grid with every 2^level-th number, down and across. */
interface Level {
  /** Numbers of a map. */
  readonly size: number;
  readonly spectrum: Sides;
  readonly image: Sides;
  readonly smooth: Sides;
  /** Of the scales from `level` on: the wavelets, for results of these scales' levels. */
  readonly filters: readonly Matrix[];
}

/**
 * The channels of images, [n][channels][output rows][output columns], in kymatio's order.
 *
 * @param images [n][height][width]
 */
export async function scatter(
  algebra: Algebra,
  images: Float32Array,
  grid: Grid,
  options: ScatterOptions,
): Promise<Float32Array> {
  const { scales, orientations, maxOrder } = options;
  const pixels = grid.height * grid.width;
  const n = images.length / pixels;
  const channels = channelsOf(options);
  const outputs = grid.outputRows * grid.outputColumns;
  const result = new Float32Array(n * channels * outputs);
  const { given, levels } = await held(algebra, grid, options);

  /** left X right' of each image. */
  const between = async (x: Matrix, { left, right }: Sides): Promise<Matrix> => {
    const half = await algebra.product(x, right, { transposeB: true });
    const whole = await algebra.product(left, half);
    algebra.free(half);
    return whole;
  };
  /** The moduli of images by all wavelets of a scale, from their spectra on the grid of `from`. */
  const wave = async (spectra: Matrix, from: number, to: number, first: number, items: number) => {
    const filters = levels[from].filters[to - from];
    const filtering = { first, items, step: 2 ** (to - from) };
    const spectrum = await algebra.run(filterSpectra, spectra, filters, filtering);
    const image = await between(spectrum, levels[to].image);
    const modulus = await algebra.run(moduli, image);
    algebra.free(spectrum, image);
    return modulus;
  };

  const ofSecond = maxOrder === 2 && scales > 1 ? orientations * levels[1].size * WAVE_BYTES : 0;
  const perImage = orientations * (levels[0].size * (WAVE_BYTES + SPECTRUM_BYTES) + ofSecond);
  const block = Math.max(1, Math.floor(BLOCK_BYTES / perImage));
  for (let start = 0; start < n; start += block) {
    const count = Math.min(block, n - start);
    const smoothed: (readonly [maps: Matrix, channelOf: (map: number) => number])[] = [];
    /** @param channelOf of a map of an image, of which there are `maps` */
    const keep = async (x: Matrix, sides: Sides, channelOf: (map: number) => number) => {
      smoothed.push([await between(x, sides), channelOf]);
    };
    const values = images.subarray(start * pixels, (start + count) * pixels);
    const x = await algebra.matrix(grid.height, grid.width, values, count);
    await keep(x, given.smooth, (image) => image * channels);
    const spectra = await between(x, given.spectrum);
    algebra.free(x);
    for (let j = 0; j < scales; j++) {
      const waves = await wave(spectra, 0, j, 0, count);
      const firstOf = (map: number) =>
        Math.floor(map / orientations) * channels + 1 + j * orientations + (map % orientations);
      await keep(waves, levels[j].smooth, firstOf);
      if (maxOrder === 2 && j + 1 < scales) {
        const spectraOfWaves = await between(waves, levels[j].spectrum);
        await second(spectraOfWaves, j, keep);
        algebra.free(spectraOfWaves);
      }
      algebra.free(waves);
    }
    algebra.free(spectra);
    for (const [maps, channelOf] of smoothed) {
      const numbers = await algebra.read(maps);
      algebra.free(maps);
      for (let map = 0; map < maps.count; map++) {
        const own = numbers.subarray(map * outputs, (map + 1) * outputs);
        result.set(own, (start * channels + channelOf(map)) * outputs);
      }
    }
  }
  return result;

  /** By a second wavelet, of each wider scale. */
  async function second(
    spectra: Matrix,
    j: number,
    keep: (x: Matrix, sides: Sides, channelOf: (map: number) => number) => Promise<void>,
  ): Promise<void> {
    // Those of the first order, then of every narrower scale, then of this one's wavelets before.
    const before = 1 + scales * orientations + orientations ** 2 * (j * scales - (j * (j + 1)) / 2);
    const each = orientations * (scales - 1 - j);
    for (let wider = j + 1; wider < scales; wider++) {
      const perItem = orientations * levels[wider].size * WAVE_BYTES;
      const most = Math.max(1, Math.floor(BLOCK_BYTES / perItem));
      for (let first = 0; first < spectra.count; first += most) {
        const items = Math.min(most, spectra.count - first);
        const waves = await wave(spectra, j, wider, first, items);
        await keep(waves, levels[wider].smooth, (map) => {
          const item = first + Math.floor(map / orientations);
          const image = Math.floor(item / orientations);
          const path = (item % orientations) * each + (wider - j - 1) * orientations;
          return image * channels + before + path + (map % orientations);
        });
        algebra.free(waves);
      }
    }
  }
}

/** Everything that does not hang on the images. */
async function held(
  algebra: Algebra,
  grid: Grid,
  { scales, orientations }: ScatterOptions,
): Promise<{
  readonly given: Pick<Level, 'spectrum' | 'smooth'>;
  readonly levels: readonly Level[];
}> {
  const { height, width, rows, columns } = grid;
  const sides = async (left: Table, right: Table): Promise<Sides> => ({
    left: await algebra.matrix(left.rows, left.columns, left.values),
    right: await algebra.matrix(right.rows, right.columns, right.values),
  });
  // Padding is linear as well.
  const padding = (left: Table, right: Table) =>
    sides(unpadded(left, height), unpadded(right, width));
  const given = {
    spectrum: await padding(leftTransform(rows, -1), rightTransform(columns)),
    smooth: await padding(smoothing(rows, scales, 0), smoothing(columns, scales, 0)),
  };
  const bank = Array.from({ length: scales }, (_, j) => wavelets(grid, j, orientations));
  const levels: Level[] = [];
  for (let level = 0; level < scales; level++) {
    const [down, across] = [rows >> level, columns >> level];
    const filters: Matrix[] = [];
    for (let j = level; j < scales; j++) {
      const values = new Float64Array(orientations * down * across);
      bank[j].forEach((wavelet, t) => {
        values.set(coarser(wavelet, level, 2 ** (j - level)).values, t * down * across);
      });
      filters.push(await algebra.matrix(down, across, values, orientations));
    }
    levels.push({
      size: down * across,
      spectrum: await sides(leftTransform(down, -1), rightTransform(across)),
      image: await sides(leftTransform(down, 1), rightInverse(across)),
      smooth: await sides(smoothing(rows, scales, level), smoothing(columns, scales, level)),
      filters,
    });
  }
  return { given, levels };
}
