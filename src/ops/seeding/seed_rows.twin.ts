import { locate, type Location } from './seed_blocks.twin.js';

/**
 * The row that each draw of `seedBlocks` names inside its block of `block` rows, by weight times
 * squared distance to the closest centre, both [n]. A draw of a block without mass keeps its row of
 * `before`.
 */
export function seedRows(
  closest: ArrayLike<number>,
  weights: ArrayLike<number>,
  draws: readonly Location[],
  block: number,
  before: Uint32Array,
): Uint32Array {
  const masses = Array.from(closest, (cost, i) => weights[i] * cost);
  return before.map((row, draw) => {
    const { index, rest } = draws[draw];
    const first = index * block;
    const inside = masses.slice(first, first + block);
    return inside.some((mass) => mass > 0) ? first + locate(inside, rest).index : row;
  });
}
