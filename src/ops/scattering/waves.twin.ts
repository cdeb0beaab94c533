/** Filtered spectra and moduli in float64: see shaders/scattering. */

/** What filters a spectrum, and what of the result is kept. */
export interface Filtering {
  /** Of Y, and of X and the filters `step` times as many. */
  readonly rows: number;
  readonly columns: number;
  readonly step: number;
}

/** sum over a, c < step of F[k + a n][l + c m] X[k + a n][l + c m]: n x 2 m of X, 2 step n x 2 step m. */
export function filtered(
  x: Float64Array,
  filter: Float64Array,
  { rows, columns, step }: Filtering,
): Float64Array {
  const [height, width] = [step * rows, step * columns];
  const result = new Float64Array(2 * rows * columns);
  for (let a = 0; a < height; a++) {
    for (let c = 0; c < width; c++) {
      const weight = filter[a * width + c];
      const to = 2 * ((a % rows) * columns + (c % columns));
      const [upper, lower] = [2 * (a * width + c), 2 * ((height + a) * width + c)];
      result[to] += weight * (x[upper] - x[lower + 1]);
      result[to + 1] += weight * (x[upper + 1] + x[lower]);
    }
  }
  return result;
}

/** |X[i][j] + i X[rows + i][j]| of X, 2 rows x 2 columns: rows x columns. */
export function moduli(x: Float64Array, rows: number, columns: number): Float64Array {
  const half = 2 * rows * columns;
  return Float64Array.from({ length: rows * columns }, (_, at) =>
    Math.hypot(x[2 * at] - x[half + 2 * at + 1], x[2 * at + 1] + x[half + 2 * at]),
  );
}
