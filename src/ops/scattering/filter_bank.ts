/**
 * The wavelets of scattering and the matrices of its Fourier transforms, in float64: those of Mallat's group, as
 * kymatio has them (Andreux et al., "Kymatio: scattering transforms in Python", JMLR 21, 2020).
 */

/** Of images that are padded to `rows` x `columns`, multiples of 2^scales. */
export interface Grid {
  /** Of an image. */
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  /** Numbers of a result, down and across: a 2^scales-th of the image's. */
  readonly outputRows: number;
  readonly outputColumns: number;
}

/** Row-major. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

export function gridOf(height: number, width: number, scales: number): Grid {
  const step = 2 ** scales;
  const padded = (size: number) => (Math.floor(size / step) + 2) * step;
  const [rows, columns] = [padded(height), padded(width)];
  return {
    ...{ height, width, rows, columns },
    ...{ outputRows: rows / step - 2, outputColumns: columns / step - 2 },
  };
}

function table(rows: number, columns: number, valueOf: (i: number, j: number) => number): Table {
  const values = new Float64Array(rows * columns);
  for (let at = 0; at < values.length; at++) {
    values[at] = valueOf(Math.floor(at / columns), at % columns);
  }
  return { rows, columns, values };
}

const FULL = 2 * Math.PI;
/** Standard deviations of the Gaussians, and the wavelets' frequency, in pixels at scale 0. */
const WIDTH = 0.8;
const FREQUENCY = 0.75 * Math.PI;

/** Standard deviations beyond which a Gaussian is nothing in float64. */
const REACH = 8.5;

/** Repetitions of a spectrum `width` wide that reach into a period, which is as the image's numbers lie apart. */
function periodsOf(width: number): number[] {
  const most = 1 + Math.ceil((REACH * width) / FULL);
  return Array.from({ length: 2 * most + 1 }, (_, at) => FULL * (at - most));
}

const gaussian = (square: number) => (square < REACH ** 2 ? Math.exp(-square / 2) : 0);

/** The spectrum of a Gaussian `sigma` wide. */
function lowPass(size: number, sigma: number): Float64Array {
  const periods = periodsOf(1 / sigma);
  return Float64Array.from({ length: size }, (_, k) =>
    periods.reduce((sum, period) => sum + gaussian((sigma * ((FULL * k) / size + period)) ** 2), 0),
  );
}

/**
 * Spectra of the Morlet wavelets of a scale, [orientations][rows][columns]: Gaussians around a frequency less as much of
 * one around 0 as makes the sum over space 0.
 */
export function wavelets({ rows, columns }: Grid, scale: number, orientations: number): Table[] {
  const sigma = WIDTH * 2 ** scale;
  const frequency = FREQUENCY / 2 ** scale;
  const slant = 4 / orientations;
  const periods = periodsOf(Math.max(1, slant) / sigma);
  return Array.from({ length: orientations }, (_, t) => {
    const angle = ((Math.trunc(orientations / 2 - 1) - t) * Math.PI) / orientations;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const bump = (y: number, x: number) => {
      let sum = 0;
      for (const down of periods) {
        for (const across of periods) {
          const v = y + down;
          const u = x + across;
          const along = sigma * (c * v + s * u);
          const aside = (sigma / slant) * (c * u - s * v);
          sum += gaussian(along * along + aside * aside);
        }
      }
      return sum;
    };
    const [v, u] = [frequency * c, frequency * s];
    const rest = bump(-v, -u) / bump(0, 0);
    return table(rows, columns, (i, j) => {
      const [y, x] = [(FULL * i) / rows, (FULL * j) / columns];
      return bump(y - v, x - u) - rest * bump(y, x);
    });
  });
}

/** Where a frequency of a grid lies in one 2^level times as fine; none of it is one that the coarse grid lacks. */
const fine = (k: number, size: number, level: number) =>
  2 * k < size ? k : k + size * (2 ** level - 1);

/** A filter for a grid 2^level times as coarse, divided by the numbers that are folded into one. */
export function coarser({ rows, columns, values }: Table, level: number, step: number): Table {
  const [down, across] = [rows / 2 ** level, columns / 2 ** level];
  return table(
    down,
    across,
    (i, j) => values[fine(i, down, level) * columns + fine(j, across, level)] / step ** 2,
  );
}

/**
 * What makes every step-th number of a line's low-passed numbers, less the first and the last, on the grid that is 2^level
 * times as coarse as `size` numbers: (outputs x size / 2^level).
 */
export function smoothing(size: number, scales: number, level: number): Table {
  const spectrum = lowPass(size, WIDTH * 2 ** (scales - 1));
  const line = size / 2 ** level;
  const kernel = Float64Array.from({ length: line }, (_, y) => {
    let sum = 0;
    for (let k = 0; k < line; k++) {
      sum += spectrum[fine(k, line, level)] * Math.cos((FULL * k * y) / line);
    }
    return sum / line;
  });
  const step = 2 ** (scales - level);
  return table(
    line / step - 2,
    line,
    (i, y) => kernel[(((i + 1) * step - y) % line) + ((i + 1) * step < y ? line : 0)],
  );
}

/** A table's columns, one for each number of a padded line, added up where these mirror a number of the image. */
export function unpadded({ rows, columns, values }: Table, size: number): Table {
  const first = Math.floor((columns - size) / 2);
  const period = Math.max(1, 2 * (size - 1));
  const sums = new Float64Array(rows * size);
  for (let at = 0; at < values.length; at++) {
    const from = Math.abs((at % columns) - first) % period;
    sums[Math.floor(at / columns) * size + Math.min(from, period - from)] += values[at];
  }
  return { rows, columns: size, values: sums };
}

/**
 * From the left, the two halves of a transform along columns (`waves.ts`): cosines above sines, to spectra
 * (direction -1), or back (1, divided by the size).
 */
export function leftTransform(size: number, direction: 1 | -1): Table {
  const factor = direction === 1 ? 1 / size : 1;
  return table(2 * size, size, (i, y) => {
    const turn = (FULL * ((i * y) % size)) / size;
    return factor * (i < size ? Math.cos(turn) : direction * Math.sin(turn));
  });
}

/** The transpose of what from the right transforms real rows, to real and imaginary parts side by side. */
export function rightTransform(size: number): Table {
  return table(2 * size, size, (to, x) => {
    const turn = (FULL * (((to >> 1) * x) % size)) / size;
    return to % 2 === 0 ? Math.cos(turn) : -Math.sin(turn);
  });
}

/** The transpose of what from the right transforms complex rows back. */
export function rightInverse(size: number): Table {
  return table(2 * size, 2 * size, (to, from) => {
    const turn = (FULL * (((to >> 1) * (from >> 1)) % size)) / size;
    if (to % 2 === from % 2) return Math.cos(turn) / size;
    return (to % 2 === 0 ? -1 : 1) * (Math.sin(turn) / size);
  });
}
