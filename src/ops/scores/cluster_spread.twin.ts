import { labelCounts } from '../sums/label_counts.twin.js';

/** How far each cluster's rows lie from their mean. */
export interface ClusterSpread {
  /** k x d, of the rows as they are held. */
  readonly means: Float64Array;
  /** Rows of each cluster, [k]. */
  readonly counts: Uint32Array;
  /** The sum of the rows' distances to the mean of their cluster, and of the squared distances, [k]. */
  readonly distances: Float64Array;
  readonly squares: Float64Array;
}

/** Of the rows of `x` (n x d) in k clusters, none of which is empty. */
export function clusterSpread(
  x: ArrayLike<number>,
  d: number,
  labels: Uint32Array,
  k: number,
): ClusterSpread {
  const means = new Float64Array(k * d);
  const counts = labelCounts(labels, k);
  labels.forEach((c, i) => {
    for (let j = 0; j < d; j++) means[c * d + j] += x[i * d + j];
  });
  means.forEach((sum, at) => {
    means[at] = sum / counts[Math.floor(at / d)];
  });
  const costs = Float64Array.from(labels, (c, i) => {
    let cost = 0;
    for (let j = 0; j < d; j++) cost += (x[i * d + j] - means[c * d + j]) ** 2;
    return cost;
  });
  return { means, counts, ...spreadOf(costs, labels, k) };
}

/** Sums by cluster of the rows' squared distances `costs` and of their roots. */
export function spreadOf(
  costs: ArrayLike<number>,
  labels: Uint32Array,
  k: number,
): Pick<ClusterSpread, 'distances' | 'squares'> {
  const distances = new Float64Array(k);
  const squares = new Float64Array(k);
  labels.forEach((c, i) => {
    distances[c] += Math.sqrt(costs[i]);
    squares[c] += costs[i];
  });
  return { distances, squares };
}
