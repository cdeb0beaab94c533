export interface RowGroups {
  /** The rows of cluster 0 in their order, then those of cluster 1, ..., [n]. */
  readonly order: Uint32Array<ArrayBuffer>;
  /** Where in `order` each cluster's rows end, [k]. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** sum of w_i over each cluster's rows, [k]. */
  readonly weightSums: Float64Array;
}

/** Rows in the order of their labels ([n]), by a stable counting sort. */
export function groupRows(
  labels: ArrayLike<number>,
  k: number,
  weights: ArrayLike<number>,
): RowGroups {
  const n = labels.length;
  const ends = new Uint32Array(k);
  const weightSums = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    ends[labels[i]]++;
    weightSums[labels[i]] += weights[i];
  }
  for (let c = 0, end = 0; c < k; c++) {
    end += ends[c];
    ends[c] = end;
  }
  const order = new Uint32Array(n);
  // From the last row on, so that equal labels keep their order.
  const places = ends.slice();
  for (let i = n - 1; i >= 0; i--) order[--places[labels[i]]] = i;
  return { order, ends, weightSums };
}
