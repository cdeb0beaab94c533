/** Means of the rows of clusters, in float64. */

/** k x d; of a cluster without rows 0. */
export function meansOf(
  rows: ArrayLike<number>,
  labels: Uint32Array,
  k: number,
  d: number,
): Float64Array {
  const means = new Float64Array(k * d);
  const counts = new Uint32Array(k);
  labels.forEach((label, i) => {
    counts[label]++;
    for (let j = 0; j < d; j++) means[label * d + j] += rows[i * d + j];
  });
  return means.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / d)]));
}

/** Each row less the mean of its cluster. */
export function lessMeans(
  rows: ArrayLike<number>,
  labels: Uint32Array,
  means: Float64Array,
  d: number,
): Float32Array {
  const left = new Float32Array(rows.length);
  labels.forEach((label, i) => {
    for (let j = 0; j < d; j++) left[i * d + j] = rows[i * d + j] - means[label * d + j];
  });
  return left;
}
