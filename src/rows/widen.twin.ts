import { BLOCK_ROWS } from './pack.twin.js';

/** Packed rows of `quads` vectors (see `pack`) plus a shift, [4 quads]. */
export function widen(packed: Float32Array, quads: number, shift: Float32Array): Float32Array {
  return packed.map((value, at) => {
    const quad = Math.floor(at / 4 / BLOCK_ROWS) % quads;
    return value + shift[4 * quad + (at % 4)];
  });
}
