/** How many of `labels` (each below k) name each cluster, [k]. */
export function labelCounts(labels: ArrayLike<number>, k: number): Uint32Array {
  const counts = new Uint32Array(k);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}
