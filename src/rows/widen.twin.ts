import { BLOCK_ROWS } from './pack.twin.js';

/** Packed rows (see `pack`) of whole numbers, less and times what `columns` ([3][4 quads]) says. */
export function widen(packed: Float32Array, quads: number, columns: Float32Array): Float32Array {
  const width = 4 * quads;
  return packed.map((value, at) => {
    const j = 4 * (Math.floor(at / 4 / BLOCK_ROWS) % quads) + (at % 4);
    return Math.fround(value + columns[j] - columns[width + j]) * columns[2 * width + j];
  });
}
