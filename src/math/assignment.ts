/**
 * Gives every row a column of its own so that the costs add up to the least there is: the Hungarian
 * method with shortest augmenting paths and potentials (R. Jonker and A. Volgenant, "A shortest
 * augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987).
 * O(rows^2 columns).
 *
 * @param costs rows x columns, finite, row-major
 * @param rows at most as many as columns
 * @returns the column of each row, [rows]
 */
export function leastAssignment(
  costs: ArrayLike<number>,
  rows: number,
  columns: number,
): Uint32Array {
  const none = rows;
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  // One column more, from which each path starts.
  const start = columns;
  const owner = new Uint32Array(columns + 1).fill(none);
  for (let row = 0; row < rows; row++) {
    owner[start] = row;
    const distance = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const before = new Uint32Array(columns);
    const isDone = new Uint8Array(columns + 1);
    let at = start;
    // Dijkstra's algorithm over the reduced costs, up to a column that nobody owns.
    do {
      isDone[at] = 1;
      const from = owner[at];
      let least = Number.POSITIVE_INFINITY;
      let next = start;
      for (let j = 0; j < columns; j++) {
        if (isDone[j]) continue;
        const reduced = costs[from * columns + j] - rowPotential[from] - columnPotential[j];
        if (reduced < distance[j]) {
          distance[j] = reduced;
          before[j] = at;
        }
        if (distance[j] < least) {
          least = distance[j];
          next = j;
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (isDone[j]) {
          rowPotential[owner[j]] += least;
          columnPotential[j] -= least;
        } else if (j < columns) distance[j] -= least;
      }
      at = next;
    } while (owner[at] !== none);
    while (at !== start) {
      owner[at] = owner[before[at]];
      at = before[at];
    }
  }
  const assigned = new Uint32Array(rows);
  for (let j = 0; j < columns; j++) if (owner[j] !== none) assigned[owner[j]] = j;
  return assigned;
}
