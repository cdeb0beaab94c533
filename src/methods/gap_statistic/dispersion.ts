/** How far rows of a cluster lie apart. */
import { rowBlocks, type Pause } from '../../math/event_loop.js';

/** Rows on the host, n x d, row-major. */
export interface HostRows {
  readonly data: ArrayLike<number>;
  readonly shape: readonly [rows: number, columns: number];
}

/**
 * W = 1/2 sum_r 1/n_r sum |x_i - x_j|^power, over the clusters r and the pairs of their n_r rows, each
 * pair once, as in R's `clusGap`. With power 2 that is half the inertia, and is taken from distances to
 * the clusters' means: O(n d) instead of O(n^2 d).
 *
 * @param labels which rows belong together, [n]; any numbers
 */
export async function dispersion(
  { data, shape: [n, d] }: HostRows,
  labels: ArrayLike<number>,
  power: number,
  pause: Pause,
): Promise<number> {
  const clusters = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const rows = clusters.get(labels[i]);
    if (rows) rows.push(i);
    else clusters.set(labels[i], [i]);
  }
  let total = 0;
  for (const rows of clusters.values()) {
    const mean = new Float64Array(d);
    for (const i of rows) for (let j = 0; j < d; j++) mean[j] += data[i * d + j] / rows.length;
    // About the mean, so that what is near loses no digits, and each row once.
    const x = Float64Array.from({ length: rows.length * d }, (_, at) => {
      const j = at % d;
      return data[rows[(at - j) / d] * d + j] - mean[j];
    });
    const sum = power === 2 ? squares(x) : await pairs(x, d, power, pause);
    total += power === 2 ? sum : sum / rows.length;
    await pause();
  }
  return total / 2;
}

const squares = (x: Float64Array): number => x.reduce((sum, value) => sum + value * value, 0);

/** sum_{i<j} |x_i - x_j|^power */
async function pairs(x: Float64Array, d: number, power: number, pause: Pause): Promise<number> {
  const n = x.length / d;
  let total = 0;
  for (const [start, end] of rowBlocks(n, n * d)) {
    for (let i = start; i < end; i++) {
      for (let other = 0; other < i; other++) {
        let squared = 0;
        for (let j = 0; j < d; j++) squared += (x[i * d + j] - x[other * d + j]) ** 2;
        total += squared ** (power / 2);
      }
    }
    await pause();
  }
  return total;
}
