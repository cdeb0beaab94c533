/** Matrices as the kernels of linear algebra take them: rows of whole vec4s, zeros past the last column. */
import type { Floats } from './data.js';
import { blank, POISON } from './lab.js';

/** Where the numbers of a matrix lie in a buffer, in vec4s. */
export interface Placed {
  readonly rows: number;
  readonly columns: number;
  readonly first?: number;
  /** From row to row. */
  readonly stride?: number;
  readonly items?: number;
  /** From one of a stack to the next. */
  readonly step?: number;
}

const quadsOf = (columns: number) => Math.ceil(columns / 4);

function whole({ rows, columns, first = 0, stride = quadsOf(columns), items = 1, step }: Placed) {
  return { rows, columns, first, stride, items, step: step ?? rows * stride };
}

/** Calls `at` with where each number lies in a buffer, with those of the last vec4 of a row. */
export function eachOf(
  placed: Placed,
  visit: (at: number, item: number, row: number, column: number) => void,
): void {
  const { rows, columns, first, stride, items, step } = whole(placed);
  for (let item = 0; item < items; item++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < 4 * quadsOf(columns); j++) {
        visit(4 * (first + item * step + i * stride) + j, item, i, j);
      }
    }
  }
}

/** Numbers of a buffer that ends where the matrix, or the last of the stack, does. */
export function lengthOf(placed: Placed): number {
  const { rows, columns, first, stride, items, step } = whole(placed);
  return 4 * (first + (items - 1) * step + (rows - 1) * stride + quadsOf(columns));
}

/** `values` ([items][rows][columns]) in such a buffer, with poison around them. */
export function placedIn(values: ArrayLike<number>, placed: Placed): Floats {
  const buffer = new Float32Array(lengthOf(placed)).fill(POISON);
  const { rows, columns } = placed;
  eachOf(placed, (at, item, i, j) => {
    buffer[at] = j < columns ? values[(item * rows + i) * columns + j] : 0;
  });
  return buffer;
}

/** What such a buffer must hold once `values` are written, where `isWritten`; elsewhere as before, or blank. */
export function writtenIn(
  values: ArrayLike<number>,
  placed: Placed,
  before: ArrayLike<number> = blank(lengthOf(placed)),
  isWritten: (row: number, column: number) => boolean = () => true,
): Float64Array {
  const buffer = Float64Array.from(before);
  const { rows, columns } = placed;
  eachOf(placed, (at, item, i, j) => {
    if (isWritten(i, j)) buffer[at] = j < columns ? values[(item * rows + i) * columns + j] : 0;
  });
  return buffer;
}
