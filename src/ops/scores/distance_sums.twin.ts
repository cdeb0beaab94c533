/** Rows of one cluster, side by side: [first, end). */
export interface Run {
  readonly first: number;
  readonly end: number;
  readonly cluster: number;
}

/** Rows by cluster. */
export interface RowsByCluster {
  /** Their numbers, those of each cluster side by side and ascending. */
  readonly order: Uint32Array;
  /** The runs of `order`, none longer than was wanted. */
  readonly runs: readonly Run[];
}

/** Sorts the rows [start, start + rows) by `labels`, whole numbers below k, into runs of at most `most` rows. */
export function byCluster(
  labels: Uint32Array,
  k: number,
  start: number,
  rows: number,
  most = Number.POSITIVE_INFINITY,
): RowsByCluster {
  const ends = new Uint32Array(k + 1);
  for (let i = 0; i < rows; i++) ends[labels[start + i] + 1]++;
  for (let c = 0; c < k; c++) ends[c + 1] += ends[c];
  const next = ends.slice();
  const order = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) order[next[labels[start + i]]++] = start + i;
  const runs: Run[] = [];
  for (let cluster = 0; cluster < k; cluster++) {
    for (let first = ends[cluster]; first < ends[cluster + 1]; first += most) {
      runs.push({ first, end: Math.min(first + most, ends[cluster + 1]), cluster });
    }
  }
  return { order, runs };
}

/**
 * Sums over each run of `others` of its rows' distances (`squared`: squared distances) to every row of
 * `x` (n x d); [runs][n].
 */
export function distanceSums(
  x: ArrayLike<number>,
  n: number,
  d: number,
  others: ArrayLike<number>,
  runs: readonly Omit<Run, 'cluster'>[],
  squared: boolean,
): Float64Array {
  const sums = new Float64Array(runs.length * n);
  runs.forEach(({ first, end }, r) => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let at = first * d; at < end * d;) {
        let distance = 0;
        for (let j = i * d; j < (i + 1) * d; j++, at++) distance += (x[j] - others[at]) ** 2;
        sum += squared ? distance : Math.sqrt(distance);
      }
      sums[r * n + i] = sum;
    }
  });
  return sums;
}
