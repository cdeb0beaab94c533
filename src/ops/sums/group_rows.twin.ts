/** Rows by cluster, [entries] each: those of cluster 0 in their order, then those of cluster 1, ... */
export interface RowGroups {
  readonly rows: readonly number[];
  /** Whether the row leaves the cluster. */
  readonly leaves: readonly boolean[];
  /** Where each cluster's entries begin and end, [k]. */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/**
 * The rows whose share of the clusters' sums is to change: with `owners`, the labels they were summed
 * under before, those that have another label now, which join its cluster and leave the other; else all,
 * which join that of their label ([n]).
 */
export function groupRows(
  labels: ArrayLike<number>,
  k: number,
  owners?: ArrayLike<number>,
): RowGroups {
  const rows: number[] = [];
  const leaves: boolean[] = [];
  const begins: number[] = [];
  const ends: number[] = [];
  for (let c = 0; c < k; c++) {
    begins.push(rows.length);
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === owners?.[i]) continue;
      if (labels[i] === c || owners?.[i] === c) {
        rows.push(i);
        leaves.push(labels[i] !== c);
      }
    }
    ends.push(rows.length);
  }
  return { rows, leaves, begins, ends };
}
