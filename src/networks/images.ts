/** Images that go through layers: matrices with a pixel a row, of as many columns as it has channels. */
import { ShapeError } from '../errors.js';
import type { Algebra, Matrix } from '../ops/algebra/algebra.js';
import type { Windows } from '../ops/networks/windows.js';

/** The sides of an image, in pixels. A signal is an image of one line. */
export interface ImageSides {
  readonly down: number;
  readonly across: number;
  readonly channels: number;
}

/** How a filter goes over an image. */
export interface FilterPlan {
  /** Its sides. */
  readonly kernel: readonly [down: number, across: number];
  /** Pixels from one place to the next, along both sides. */
  readonly stride: number;
  /**
   * 'same': places begin before the image, by half of what is needed for ceil(side / stride) of them; 'valid': all of the
   * filter lies on the image; or pixels of 0 around the image.
   */
  readonly padding: 'same' | 'valid' | Margins;
}

/** Pixels of 0 on each side of an image. */
export interface Margins {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

const NO_MARGINS: Margins = { top: 0, left: 0, bottom: 0, right: 0 };

export const numbersOf = ({ down, across, channels }: ImageSides): number =>
  down * across * channels;

/**
 * Where the places of a filter lie.
 *
 * @throws ShapeError where the image is too small for one
 */
export function windowsOn(
  { down, across, channels }: ImageSides,
  { kernel: [kernelDown, kernelAcross], stride, padding }: FilterPlan,
): Windows {
  const margins = typeof padding === 'object' ? padding : NO_MARGINS;
  const along = (side: number, kernel: number, before: number, after: number) => {
    if (padding !== 'same') {
      const spare = before + side + after - kernel;
      if (spare >= 0) return { count: Math.floor(spare / stride) + 1, before };
      throw new ShapeError(
        `a filter of ${kernelDown} x ${kernelAcross} does not fit on an image of ${down} x ${across}; ` +
          `use a smaller one, or padding 'same'.`,
      );
    }
    const count = Math.ceil(side / stride);
    return { count, before: Math.floor(Math.max(0, (count - 1) * stride + kernel - side) / 2) };
  };
  const y = along(down, kernelDown, margins.top, margins.bottom);
  const x = along(across, kernelAcross, margins.left, margins.right);
  return {
    ...{ down, across, channels, kernelDown, kernelAcross, stride },
    ...{ windowsDown: y.count, windowsAcross: x.count, top: y.before, left: x.before },
  };
}

/** Numbers of the patches that are there at once: few enough to stay near by. */
const MOST_NUMBERS = 2 ** 22;
/** Bands of images begin at multiples of so many, whatever a pixel has. */
const BAND = 16;

/** Some of the images of a batch. */
export interface Band {
  readonly first: number;
  readonly count: number;
}

/** @param numbers of the patches of an image */
export function bandsOf(images: number, numbers: number): readonly Band[] {
  const most = Math.max(BAND, Math.floor(MOST_NUMBERS / numbers / BAND) * BAND);
  return Array.from({ length: Math.ceil(images / most) }, (_, i) => ({
    first: i * most,
    count: Math.min(most, images - i * most),
  }));
}

/** The pixels of some images. */
export const pixelsOf = (
  algebra: Algebra,
  pixels: Matrix,
  places: number,
  { first, count }: Band,
): Matrix => algebra.band(pixels, first * places, count * places);

/** Of what several rows of `parts` hold the sums, into 1 x columns. */
export async function addUp(algebra: Algebra, parts: Matrix, into: Matrix): Promise<void> {
  const sums = await algebra.sums(parts, 'columns');
  await algebra.combine([[1, sums]], { into });
  algebra.free(sums);
}
