/** Products and triangular solves of dense row-major matrices in float64. */
import type { Pause } from '../../math/event_loop.js';
import { addScaled } from '../../math/vectors.js';

/** Multiply-adds between two looks at the clock: see `createPause`. */
const WORK_PER_PAUSE = 2 ** 22;

/** A row-major matrix. */
export interface Dense {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export function transposed({ values, rows, columns }: Dense): Dense {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j];
  }
  return { values: result, rows: columns, columns: rows };
}

export const rowsOf = ({ values, rows, columns }: Dense): readonly Float64Array[] =>
  Array.from({ length: rows }, (_, i) => values.subarray(i * columns, (i + 1) * columns));

/** A B. */
export async function multiply(a: Dense, b: Dense, pause: Pause): Promise<Dense> {
  const values = new Float64Array(a.rows * b.columns);
  const from = rowsOf(b);
  let work = 0;
  for (let i = 0; i < a.rows; i++) {
    const row = values.subarray(i * b.columns, (i + 1) * b.columns);
    for (let p = 0; p < a.columns; p++) addScaled(row, a.values[i * a.columns + p], from[p]);
    work += a.columns * b.columns;
    if (work < WORK_PER_PAUSE) continue;
    work = 0;
    await pause();
  }
  return { values, rows: a.rows, columns: b.columns };
}

/** X with L X = B; with `transpose` L^T X = B. What lies above the diagonal of `lower` is not read. */
export async function solveTriangular(
  lower: Dense,
  b: Dense,
  transpose: boolean,
  pause: Pause,
): Promise<Dense> {
  const n = lower.rows;
  const x = { ...b, values: b.values.slice() };
  const rows = rowsOf(x);
  let work = 0;
  for (let step = 0; step < n; step++) {
    const i = transpose ? n - 1 - step : step;
    const pivot = lower.values[i * n + i];
    for (let c = 0; c < b.columns; c++) rows[i][c] /= pivot;
    if (transpose) {
      for (let j = 0; j < i; j++) addScaled(rows[j], -lower.values[i * n + j], rows[i]);
    } else {
      for (let j = i + 1; j < n; j++) addScaled(rows[j], -lower.values[j * n + i], rows[i]);
    }
    work += n * b.columns;
    if (work < WORK_PER_PAUSE) continue;
    work = 0;
    await pause();
  }
  return x;
}
