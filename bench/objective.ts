/** What a contender's result is worth, in float64, by code that shares nothing with any contender. */
import type { Results, Workload } from './workload.js';

/** Differences are summed this many at a time before a hopeless centroid is given up. */
const STRIDE = 16;

/** The nearest of k centroids of row i, and its squared distance. */
function nearest(
  { data, d }: Workload,
  i: number,
  centroids: Float64Array,
  k: number,
  guess: number,
): { label: number; squared: number } {
  const squaredTo = (c: number, most: number): number => {
    let sum = 0;
    for (let j = 0; j < d && sum <= most; j += STRIDE) {
      const end = Math.min(d, j + STRIDE);
      for (let at = j; at < end; at++) sum += (data[i * d + at] - centroids[c * d + at]) ** 2;
    }
    return sum;
  };
  let label = guess;
  let squared = squaredTo(guess, Number.POSITIVE_INFINITY);
  for (let c = 0; c < k; c++) {
    if (c === guess) continue;
    const sum = squaredTo(c, squared);
    if (sum < squared || (sum === squared && c < label)) {
      label = c;
      squared = sum;
    }
  }
  return { label, squared };
}

/** sum_i min_k |x_i - c_k|^2, and the means of the rows of each centroid. */
function lloydStep(workload: Workload, centroids: Float64Array, labels: Uint32Array) {
  const { data, n, d, k } = workload;
  const sums = new Float64Array(k * d);
  const counts = new Float64Array(k);
  let inertia = 0;
  for (let i = 0; i < n; i++) {
    const { label, squared } = nearest(workload, i, centroids, k, labels[i]);
    labels[i] = label;
    inertia += squared;
    counts[label]++;
    for (let j = 0; j < d; j++) sums[label * d + j] += data[i * d + j];
  }
  const means = sums.map((sum, at) => {
    const count = counts[Math.floor(at / d)];
    return count > 0 ? sum / count : centroids[at];
  });
  return { inertia, means, emptied: counts.includes(0) };
}

/** The inertia of centroids. */
export function inertiaOf(workload: Workload, { centroids }: Results['kmeans']): number {
  const { n, d, k } = workload;
  if (centroids.length !== k * d) return Number.NaN;
  return lloydStep(workload, Float64Array.from(centroids), new Uint32Array(n)).inertia;
}

/**
 * The inertia after 1 .. iterations of Lloyd's iterations from the workload's start; undefined when
 * a cluster empties on the way, where contenders rightly differ.
 */
export function lloydInertias(workload: Workload, iterations: number): number[] | undefined {
  const labels = new Uint32Array(workload.n);
  const inertias: number[] = [];
  let centroids = Float64Array.from(workload.start);
  for (let i = 0; i <= iterations; i++) {
    const { inertia, means, emptied } = lloydStep(workload, centroids, labels);
    if (emptied && i < iterations) return undefined;
    if (i > 0) inertias.push(inertia);
    centroids = means;
  }
  return inertias;
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** The mean log-likelihood of a mixture. */
export function logLikelihoodOf(workload: Workload, result: Results['mixture']): number {
  const { data, n, d, k, covarianceType } = workload;
  const { weights, means, factors } = result;
  const full = covarianceType === 'full';
  const logs = new Float64Array(k);
  const apart = new Float64Array(d);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      for (let j = 0; j < d; j++) apart[j] = data[i * d + j] - means[c * d + j];
      let squared = 0;
      let logDeterminant = 0;
      for (let column = 0; column < d; column++) {
        let whitened = 0;
        if (full) {
          const at = c * d * d + column;
          for (let j = 0; j <= column; j++) whitened += apart[j] * factors[at + j * d];
          logDeterminant += Math.log(factors[at + column * d]);
        } else {
          whitened = apart[column] * factors[c * d + column];
          logDeterminant += Math.log(factors[c * d + column]);
        }
        squared += whitened * whitened;
      }
      logs[c] = Math.log(weights[c]) + logDeterminant - (squared + d * LOG_TWO_PI) / 2;
    }
    const most = Math.max(...logs);
    let sum = 0;
    for (const log of logs) sum += Math.exp(log - most);
    total += most + Math.log(sum);
  }
  return total / n;
}

/** Components are orthonormal within this. */
const ORTHONORMAL = 1e-3;

/** sum_i |x_i - m|^2 less what the components hold of it; NaN unless they are orthonormal. */
export function residualOf({ data, n, d, k }: Workload, result: Results['pca']): number {
  const { mean, components } = result;
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let j = 0; j < d; j++) dot += components[a * d + j] * components[b * d + j];
      if (!(Math.abs(dot - (a === b ? 1 : 0)) <= ORTHONORMAL)) return Number.NaN;
    }
  }
  const axes = Float64Array.from(components);
  const apart = new Float64Array(d);
  let residual = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      apart[j] = data[i * d + j] - mean[j];
      residual += apart[j] ** 2;
    }
    for (let t = 0; t < k; t++) {
      let score = 0;
      for (let j = 0; j < d; j++) score += apart[j] * axes[t * d + j];
      residual -= score * score;
    }
  }
  return residual;
}
