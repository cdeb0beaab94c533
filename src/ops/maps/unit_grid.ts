/** A grid of units as kernels take it; see shaders/lib/unit_grid.wgsl. */
import type { Neighbourhood, UnitGrid } from '../../math/unit_grid.js';

const KINDS: Readonly<Record<Neighbourhood, number>> = { gaussian: 0, bubble: 1, mexicanHat: 2 };

/** A kernel's constants. */
export const gridConstants = (neighbourhood: Neighbourhood) => ({
  NEIGHBOURHOOD: KINDS[neighbourhood],
});

/** The fields of a kernel's shape. */
export function gridShape({ rowSquare, periods, distance }: UnitGrid) {
  return {
    row_square: rowSquare,
    period_right: periods[0],
    period_rows: periods[1],
    maximum: Number(distance === 'maximum'),
  };
}

/** How far right each unit lies, and in which row, [units][2]. */
export function placesOf(grid: UnitGrid): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 2 * grid.units }, (_, at) =>
    at % 2 === 0 ? grid.right(at / 2) : grid.row((at - 1) / 2),
  );
}
