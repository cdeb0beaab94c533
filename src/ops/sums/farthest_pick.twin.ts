export interface Farthest {
  readonly row: number;
  /** Its cost; -1 where no row is left. */
  readonly cost: number;
}

/**
 * The row of highest cost among rows [start, end) of positive weight; ties: the lowest row. A cost
 * of -1 marks a row that was taken. With no row left it is `start`, at -1.
 */
export function farthestPick(
  costs: ArrayLike<number>,
  weights: ArrayLike<number>,
  start: number,
  end: number,
): Farthest {
  let farthest: Farthest = { row: start, cost: -1 };
  for (let row = start; row < end; row++) {
    if (weights[row] > 0 && costs[row] > farthest.cost) farthest = { row, cost: costs[row] };
  }
  return farthest;
}
