/** Images that go through layers: matrices with a pixel a row, of as many columns as it has channels. */
import { ShapeError } from '../errors.js';
import { type Algebra, FLAT_STEP, type Matrix } from '../ops/algebra/algebra.js';
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

/** Some rows on end of a matrix. */
export interface Rows {
  readonly first: number;
  readonly count: number;
}

/** Windows whose patches are there at once, and what they lie on. */
export interface Piece {
  readonly windows: Windows;
  /** Of the matrix with a row a window. */
  readonly places: Rows;
  /** Of the matrix with a row a pixel. */
  readonly pixels: Rows;
}

/** How a filter goes over images, and how its gradient goes back to their pixels, a piece at a time. */
export interface Pieces {
  readonly forward: readonly Piece[];
  readonly backward: readonly Piece[];
  /** Windows of the largest piece. */
  readonly most: number;
}

/**
 * @param filters columns of the matrix with a row a window
 * @param most numbers of the patches of an image that is not cut
 */
export function piecesOf(
  images: number,
  windows: Windows,
  filters: number,
  most = MOST_NUMBERS,
): Pieces {
  const { down, across, kernelDown, kernelAcross, channels } = windows;
  const [places, pixels] = [windows.windowsDown * windows.windowsAcross, down * across];
  const numbers = places * kernelDown * kernelAcross * channels;
  if (images === 1 && numbers > most) return piecesOfOne(windows, filters, most);
  const pieces = bandsOf(images, numbers).map(({ first, count }) => ({
    windows,
    places: { first: first * places, count: count * places },
    pixels: { first: first * pixels, count: count * pixels },
  }));
  return { forward: pieces, backward: pieces, most: pieces[0].places.count };
}

/** Lines of `across` rows that a band of a matrix may begin at a multiple of. */
function lineStep(across: number, columns: number): number {
  const line = across * 4 * Math.ceil(columns / 4);
  let step = 1;
  while ((step * line) % FLAT_STEP !== 0) step *= 2;
  return step;
}

/** Of a single image, which may be large: forward some lines of windows, back those that see some lines of pixels. */
function piecesOfOne(windows: Windows, filters: number, most: number): Pieces {
  const { down, across, windowsDown, windowsAcross, kernelDown, stride, top } = windows;
  const numbers = windowsAcross * kernelDown * windows.kernelAcross * windows.channels;
  const step = lineStep(windowsAcross, filters);
  const lines = Math.max(step, Math.floor(most / numbers / step) * step);
  const piece = (from: number, end: number, first: number, last: number): Piece => ({
    windows: {
      ...windows,
      down: last - first,
      windowsDown: end - from,
      top: top + first - stride * from,
    },
    places: { first: from * windowsAcross, count: (end - from) * windowsAcross },
    pixels: { first: first * across, count: (last - first) * across },
  });
  const forward: Piece[] = [];
  for (let from = 0; from < windowsDown; from += lines) {
    forward.push(piece(from, Math.min(windowsDown, from + lines), 0, down));
  }
  const pixelStep = lineStep(across, windows.channels);
  const spare = lines - Math.ceil(kernelDown / stride) - step;
  const pixelLines = Math.max(pixelStep, Math.floor((spare * stride) / pixelStep) * pixelStep);
  const backward: Piece[] = [];
  for (let first = 0; first < down; first += pixelLines) {
    const last = Math.min(down, first + pixelLines);
    // The first window that sees any of it; one at least, which may see none.
    const seen = Math.ceil((first + top - kernelDown + 1) / stride);
    const least = Math.min(Math.max(0, seen), Math.floor((first + top) / stride), windowsDown - 1);
    const from = Math.floor(least / step) * step;
    const end = Math.min(windowsDown, Math.floor((last - 1 + top) / stride) + 1);
    backward.push(piece(from, Math.max(from + 1, end), first, last));
  }
  const largest = Math.max(...[...forward, ...backward].map(({ places }) => places.count));
  return { forward, backward, most: largest };
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
