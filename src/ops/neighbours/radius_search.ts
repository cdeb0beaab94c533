/** What rows within a radius of each other do: counted, joined, or handing on the least of their marks. */
import type { SpatialOrder } from '../../math/spatial_order.js';

/** The mark of a row that does not count. */
export const NO_MARK = 0xffffffff;

/** Which rows are near each other. */
export interface Nearness {
  readonly radius: number;
  /**
   * Decides in the place of the distance, by the rows' numbers, for pairs within the radius but not within it less
   * `margin`: those are near.
   */
  readonly isNear?: (i: number, j: number) => boolean;
  readonly margin?: number;
}

/** Rows in the order of a tree, which is that of all results: place p holds row `tree.order[p]`. */
export interface RadiusRows extends Nearness {
  /** n x d: the caller's numbers. */
  readonly x: Float64Array;
  readonly n: number;
  readonly d: number;
  readonly tree: SpatialOrder;
}

/**
 * One engine's answers for rows at distances <= radius, by squared distances in float64 against
 * radius^2. A row is within the radius of itself.
 */
export interface RadiusSearch {
  /** How many rows are within the radius of each. */
  count(): Promise<Uint32Array>;
  /** Of each marked place the least of those that a chain of near, marked ones leads to. */
  join(marks: Uint32Array): Promise<Uint32Array>;
  /** Of each unmarked place the least mark within the radius, or NO_MARK. */
  leastMarks(marks: Uint32Array): Promise<Uint32Array>;
}

/** Whether the rows at two places are near. */
export function isWithin(
  { x, d, tree, radius, isNear }: RadiusRows,
  i: number,
  j: number,
): boolean {
  let sum = 0;
  for (let a = i * d, b = j * d, end = a + d; a < end; a++, b++) sum += (x[a] - x[b]) ** 2;
  return sum <= radius * radius && (!isNear || isNear(tree.order[i], tree.order[j]));
}
