/** Mixing colours that the palette lacks out of those that it has. */
import type { Pause } from '../../math/event_loop.js';
import { blueNoise, SIDE } from './blue_noise.js';
import { toLab } from './lab.js';

export type ColourSpace = 'rgb' | 'lab';
export type Dither = 'none' | 'floydSteinberg' | 'blueNoise';

const COLOURS = 1 << 24;
/** Of a mixture of two colours, how much their distance counts beside the mixture's own error. */
const ROUGHNESS = 0.05;

/** Pixels in rows, packed as R + 256 G + 65536 B; `alpha` where some are not to be seen. */
export interface PackedImage {
  readonly pixels: Uint32Array;
  readonly alpha: Uint8Array | undefined;
  readonly width: number;
  readonly height: number;
}

/** Rows of three numbers in which colours are compared. */
export const rowsIn = (space: ColourSpace, rgb: Uint8Array): ArrayLike<number> =>
  space === 'lab' ? toLab(rgb) : rgb;

const squared = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number =>
  (a[3 * i] - b[3 * j]) ** 2 +
  (a[3 * i + 1] - b[3 * j + 1]) ** 2 +
  (a[3 * i + 2] - b[3 * j + 2]) ** 2;

function nearestOf(row: ArrayLike<number>, palette: ArrayLike<number>): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let c = 0; 3 * c < palette.length; c++) {
    const distance = squared(row, 0, palette, c);
    if (distance >= least) continue;
    least = distance;
    best = c;
  }
  return best;
}

const bytesOf = (colour: number): Uint8Array =>
  Uint8Array.of(colour & 255, (colour >> 8) & 255, colour >> 16);

/**
 * Floyd & Steinberg 1976: what a pixel's colour is off by goes to its neighbours that come later, 7, 3, 5 and 1
 * sixteenths of it; every other row from right to left. Pixels that are not to be seen neither give nor take.
 */
export async function floydSteinberg(
  { pixels, alpha, width, height }: PackedImage,
  palette: Uint8Array,
  space: ColourSpace,
  indices: Uint8Array | Uint16Array,
  pause: Pause,
): Promise<void> {
  const rows = rowsIn(space, palette);
  /** One more than the nearest colour, once that was looked for. */
  const known = new Uint32Array(COLOURS);
  let here = new Float64Array(3 * (width + 2));
  let below = new Float64Array(3 * (width + 2));
  for (let y = 0; y < height; y++) {
    const step = y % 2 === 0 ? 1 : -1;
    for (let i = 0, x = step > 0 ? 0 : width - 1; i < width; i++, x += step) {
      const at = y * width + x;
      const packed = pixels[at];
      const isSeen = !alpha || alpha[at] > 0;
      const place = 3 * (x + 1);
      let wanted = packed;
      if (isSeen) {
        wanted = 0;
        for (let c = 0; c < 3; c++) {
          here[place + c] = Math.min(
            255,
            Math.max(0, here[place + c] + ((packed >> (8 * c)) & 255)),
          );
          wanted |= Math.round(here[place + c]) << (8 * c);
        }
      }
      const index = (known[wanted] ||= 1 + nearestOf(rowsIn(space, bytesOf(wanted)), rows)) - 1;
      indices[at] = index;
      if (!isSeen) continue;
      for (let c = 0; c < 3; c++) {
        const error = (here[place + c] - palette[3 * index + c]) / 16;
        here[place + 3 * step + c] += 7 * error;
        below[place - 3 * step + c] += 3 * error;
        below[place + c] += 5 * error;
        below[place + 3 * step + c] += error;
      }
    }
    [here, below] = [below, here];
    below.fill(0);
    await pause();
  }
}

/** Two colours, and the share of the second in their mixture. */
interface Mixture {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/** The nearest colour and the one that mixes best with it. */
function mixtureOf(colour: ArrayLike<number>, palette: ArrayLike<number>): Mixture {
  const first = nearestOf(colour, palette);
  const alone = squared(colour, 0, palette, first);
  let best: Mixture = { first, second: first, share: 0 };
  let least = alone;
  for (let second = 0; 3 * second < palette.length; second++) {
    const apart = squared(palette, first, palette, second);
    if (apart === 0) continue;
    let along = 0;
    for (let c = 0; c < 3; c++) {
      const start = palette[3 * first + c];
      along += (colour[c] - start) * (palette[3 * second + c] - start);
    }
    const share = Math.min(0.5, Math.max(0, along / apart));
    // |colour - mixture|^2, by Pythagoras, and the variance of what stands for it.
    const error = alone - 2 * share * along + share * share * apart;
    const cost = error + ROUGHNESS * share * (1 - share) * apart;
    if (cost >= least) continue;
    least = cost;
    best = { first, second, share };
  }
  return best;
}

/**
 * Each pixel takes one of the two palette colours whose mixture comes nearest to its own, by a tile of
 * thresholds without low frequencies: no pixel hangs on another. Mixtures are of red, green and blue; `space` says
 * which colour is the nearest only where that is all there is to say.
 */
export async function blueNoiseDither(
  { pixels, width, height }: PackedImage,
  palette: Uint8Array,
  indices: Uint8Array | Uint16Array,
  pause: Pause,
): Promise<void> {
  const thresholds = blueNoise();
  const known = new Map<number, Mixture>();
  for (let y = 0; y < height; y++) {
    const row = (y % SIDE) * SIDE;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const colour = pixels[at];
      let mixture = known.get(colour);
      if (!mixture) {
        mixture = mixtureOf(bytesOf(colour), palette);
        known.set(colour, mixture);
      }
      const { first, second, share } = mixture;
      indices[at] = thresholds[row + (x % SIDE)] < share ? second : first;
    }
    await pause();
  }
}
