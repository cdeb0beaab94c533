import type { ClusterSums } from './accumulate.twin.js';
import { gatherRows } from '../../math/sampling.js';

/** Rows far from their centroids, farthest first (ties: the lowest row first). */
export interface FarRows {
  readonly count: number;
  /** count x d. */
  readonly x: ArrayLike<number>;
  /** The cluster each row belongs to, [count]. */
  readonly labels: ArrayLike<number>;
  /** Squared distance to that cluster's centroid, [count]; 0 or less is not far. */
  readonly costs: ArrayLike<number>;
  /** All positive, [count]. */
  readonly weights: ArrayLike<number>;
}

/**
 * Gives each empty cluster a far row, as scikit-learn's `_relocate_empty_clusters_dense` does: empty
 * clusters in ascending order take the rows farthest from their own centroid, farthest first, ties
 * to the lowest row. The row's weighted share moves from its cluster's sums to the empty cluster's;
 * labels stay for the next assignment to change.
 *
 * Stricter than scikit-learn in what it takes: never a row of zero weight, never a row that lies on
 * its centroid (that would duplicate a centroid), and never the last row of a cluster (that would
 * empty it). An empty cluster for which no row is left keeps its sums of zero.
 *
 * @param labels each row's cluster, [n], and `costs` its squared distance to it, [n]
 * @returns new sums; `sums` itself where no cluster is empty
 */
export function relocate(
  x: Float32Array,
  n: number,
  c: ArrayLike<number>,
  k: number,
  d: number,
  labels: ArrayLike<number>,
  costs: ArrayLike<number>,
  weights: ArrayLike<number>,
  sums: ClusterSums,
): ClusterSums {
  const members = new Uint32Array(k);
  for (let i = 0; i < n; i++) if (weights[i] > 0) members[labels[i]]++;
  if (members.every((count) => count > 0)) return sums;

  // Each cluster takes one row or holds one back, its last: k rows are enough.
  const rows = Uint32Array.from({ length: n }, (_, i) => i)
    .filter((i) => weights[i] > 0)
    .sort((a, b) => costs[b] - costs[a] || a - b)
    .subarray(0, k);
  const far: FarRows = {
    count: rows.length,
    x: gatherRows(x, rows, d),
    labels: rows.map((i) => labels[i]),
    costs: Float64Array.from(rows, (i) => costs[i]),
    weights: Float64Array.from(rows, (i) => weights[i]),
  };
  return takeFarRows(far, c, k, d, members, sums);
}

/**
 * The choice within `relocate`: which empty cluster takes which of the far rows.
 *
 * @param far the first min(n, k) or more of the rows of positive weight
 * @param members rows of positive weight in each cluster, [k]
 */
export function takeFarRows(
  far: FarRows,
  c: ArrayLike<number>,
  k: number,
  d: number,
  members: Uint32Array,
  sums: ClusterSums,
): ClusterSums {
  const residuals = sums.residuals.slice();
  const weightSums = sums.weightSums.slice();
  const left = members.slice();
  let next = 0;
  for (let taker = 0; taker < k; taker++) {
    if (members[taker] > 0) continue;
    while (next < far.count && left[far.labels[next]] === 1) next++;
    if (next === far.count || far.costs[next] <= 0) break;
    const donor = far.labels[next];
    const weight = far.weights[next];
    for (let j = 0; j < d; j++) {
      const value = far.x[next * d + j];
      residuals[donor * d + j] -= weight * (value - c[donor * d + j]);
      residuals[taker * d + j] = weight * (value - c[taker * d + j]);
    }
    weightSums[donor] -= weight;
    weightSums[taker] = weight;
    left[donor]--;
    next++;
  }
  return { residuals, weightSums };
}
