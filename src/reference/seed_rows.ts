import { locate, type Location } from './seed_blocks.js';

/**
 * The row that each draw of `seedBlocks` names inside its block of `block` rows, by weight times
 * squared distance to the closest centre, both [n].
 */
export function seedRows(
  closest: ArrayLike<number>,
  weights: ArrayLike<number>,
  draws: readonly Location[],
  block: number,
): Uint32Array {
  const masses = Array.from(closest, (cost, i) => weights[i] * cost);
  return Uint32Array.from(draws, ({ index, rest }) => {
    const first = index * block;
    return first + locate(masses.slice(first, first + block), rest).index;
  });
}
