/** Rows far from their centroids, for clusters that have none. */
import type { Numbers } from './message.js';

export interface FarRow {
  /** Squared distance to its centroid. */
  readonly cost: number;
  /** Its place among all rows. */
  readonly number: number;
  readonly label: number;
  /** [d] */
  readonly row: Float32Array;
}

/** The `most` farthest of them, farthest first, ties to the lowest number, as arrays. */
export function mostFar(rows: readonly FarRow[], most: number): Record<string, Numbers> {
  const chosen = rows.toSorted((a, b) => b.cost - a.cost || a.number - b.number).slice(0, most);
  const d = chosen.at(0)?.row.length ?? 0;
  const data = new Float32Array(chosen.length * d);
  chosen.forEach(({ row }, i) => {
    data.set(row, i * d);
  });
  return {
    costs: Float64Array.from(chosen, ({ cost }) => cost),
    numbers: Float64Array.from(chosen, ({ number }) => number),
    labels: Uint32Array.from(chosen, ({ label }) => label),
    rows: data,
  };
}
