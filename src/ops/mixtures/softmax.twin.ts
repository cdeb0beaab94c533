/** What the scores of rows come to. */
export interface Softmax {
  /** exp(score - log sum exp), [k][rows]; a row's sum to 1. */
  readonly responsibilities: Float64Array;
  /** log sum_k exp(score_k), [rows]. */
  readonly logSums: Float64Array;
  /** - sum_k r_k log r_k, [rows]. */
  readonly entropies: Float64Array;
}

/** The responsibilities of scores [k][rows], by log-sum-exp. */
export function softmax(scores: ArrayLike<number>, k: number, rows: number): Softmax {
  const responsibilities = new Float64Array(k * rows);
  const logSums = new Float64Array(rows);
  const entropies = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let most = scores[row];
    for (let c = 1; c < k; c++) most = Math.max(most, scores[c * rows + row]);
    let sum = 0;
    let mean = 0;
    for (let c = 0; c < k; c++) {
      const below = scores[c * rows + row] - most;
      const likelihood = Math.exp(below);
      responsibilities[c * rows + row] = likelihood;
      sum += likelihood;
      mean += likelihood * below;
    }
    for (let c = 0; c < k; c++) responsibilities[c * rows + row] /= sum;
    logSums[row] = most + Math.log(sum);
    entropies[row] = Math.log(sum) - mean / sum;
  }
  return { responsibilities, logSums, entropies };
}

/** Which of k scores is largest in each row, the lowest index on a tie, [rows]. */
export function largestScore(scores: ArrayLike<number>, k: number, rows: number): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < k; c++) {
      if (scores[c * rows + row] > scores[best * rows + row]) best = c;
    }
    return best;
  });
}
