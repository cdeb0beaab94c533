/** Rows and columns matched one to one. */

/** Rounds of bidding: what they leave without a column is few. */
const ROUNDS = 2;

/** A matching under way. */
interface Matching {
  readonly costs: Float64Array;
  readonly columns: number;
  /** The row of each column; as many as there are rows where nobody owns it. */
  readonly owner: Uint32Array;
  /** The column of each row that has one. */
  readonly assigned: Uint32Array;
  /** By how much a column got dearer, below 0; 0 where nobody owns it. */
  readonly potential: Float64Array;
}

/**
 * Gives every row a column of its own so that the costs add up to the least there is (R. Jonker and
 * A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
 * Computing 38, 1987): most rows get theirs by bidding, the others by shortest augmenting paths.
 * O(rows^2 columns).
 *
 * @param costs rows x columns, finite, row-major
 * @param rows at most as many as columns
 * @returns the column of each row, [rows]
 */
export function leastAssignment(costs: Float64Array, rows: number, columns: number): Uint32Array {
  const matching = {
    ...{ costs, columns, assigned: new Uint32Array(rows), potential: new Float64Array(columns) },
    owner: new Uint32Array(columns).fill(rows),
  };
  let free: readonly number[] = Array.from({ length: rows }, (_, row) => row);
  for (let round = 0; round < ROUNDS; round++) free = bid(matching, free);
  const scratch = {
    distance: new Float64Array(columns),
    before: new Uint32Array(columns),
    order: Uint32Array.from(matching.potential.keys()),
  };
  for (const row of free) augment(matching, row, scratch);
  return matching.assigned;
}

/**
 * Each row takes the column that is cheapest to it, and makes it dearer up to where the second cheapest is as
 * good. The row that owned it bids again at once where it got dearer.
 *
 * @returns the rows left without a column
 */
function bid(matching: Matching, free: readonly number[]): readonly number[] {
  const { costs, columns, owner, assigned, potential } = matching;
  const none = assigned.length;
  const left: number[] = [];
  // Two rows may outbid each other by ever smaller steps.
  let patience = 4 * none;
  for (const first of free) {
    for (let row = first; row !== none;) {
      let [best, second] = [0, 0];
      let [least, next] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let j = 0; j < columns; j++) {
        const value = costs[row * columns + j] - potential[j];
        if (value >= next) continue;
        if (value < least) {
          [next, second] = [least, best];
          [least, best] = [value, j];
        } else [next, second] = [value, j];
      }
      const step = next - least;
      if (step === 0 && owner[best] !== none) best = second;
      else if (step < Number.POSITIVE_INFINITY) potential[best] -= step;
      const outbid = owner[best];
      owner[best] = row;
      assigned[row] = best;
      row = none;
      if (outbid === none) continue;
      if (step > 0 && patience-- > 0) row = outbid;
      else left.push(outbid);
    }
  }
  return left;
}

interface Scratch {
  readonly distance: Float64Array;
  /** The row from which a column is reached. */
  readonly before: Uint32Array;
  /** All columns: first those that are settled, then those at the least distance, then the others. */
  readonly order: Uint32Array;
}

/** Gives `row` a column along the cheapest chain of rows that each take the next one's. */
function augment(matching: Matching, row: number, scratch: Scratch): void {
  const { owner, assigned } = matching;
  let end = nearestFree(matching, row, scratch);
  for (let from = assigned.length; from !== row;) {
    from = scratch.before[end];
    owner[end] = from;
    [assigned[from], end] = [end, assigned[from]];
  }
}

/** The column without an owner that is nearest to `row`, by Dijkstra's algorithm; updates the potentials. */
function nearestFree(
  { costs, columns, owner, assigned, potential }: Matching,
  row: number,
  { distance, before, order }: Scratch,
): number {
  const none = assigned.length;
  for (let j = 0; j < columns; j++) distance[j] = costs[row * columns + j] - potential[j];
  before.fill(row);
  for (let done = 0; ;) {
    const settled = done;
    let near = done;
    let least = Number.POSITIVE_INFINITY;
    const bringNear = (at: number) => {
      [order[at], order[near]] = [order[near], order[at]];
      near++;
    };
    const found = (end: number) => {
      for (const j of order.subarray(0, settled)) potential[j] += distance[j] - least;
      return end;
    };
    for (let at = done; at < columns; at++) {
      const value = distance[order[at]];
      if (value > least) continue;
      if (value < least) {
        least = value;
        near = done;
      }
      bringNear(at);
    }
    for (const j of order.subarray(done, near)) if (owner[j] === none) return found(j);
    while (done < near) {
      const column = order[done++];
      const from = owner[column];
      const offset = costs[from * columns + column] - potential[column] - least;
      for (let at = near; at < columns; at++) {
        const j = order[at];
        const value = costs[from * columns + j] - potential[j] - offset;
        if (value >= distance[j]) continue;
        distance[j] = value;
        before[j] = from;
        if (value > least) continue;
        if (owner[j] === none) return found(j);
        bringNear(at);
      }
    }
  }
}
