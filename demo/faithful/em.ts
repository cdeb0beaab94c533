/** What is drawn of expectation maximisation in two dimensions beyond what the library returns. */
import { type CovarianceType, GaussianMixtureModel } from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';
import type { Centre } from '../shared/scatter_data.js';
import type { Eruptions } from './data.js';
import type { StartSettings } from './jobs.js';

const CIRCLE = 1.5;
/** The angle of the first mean: to the left, a little up, away from both clouds of the eruptions. */
const FIRST_ANGLE = (5 * Math.PI) / 6;

/** The row c of `means` (k x 2, of standardized columns) in the file's units. */
export function inMinutes(
  { mean, deviation }: Eruptions,
  means: Float64Array | Float32Array,
  c: number,
): Centre {
  return {
    x: mean[0] + deviation[0] * means[2 * c],
    y: mean[1] + deviation[1] * means[2 * c + 1],
  };
}

/** The means to start from, k x 2. */
export function startMeans(
  { k, start, seed }: Pick<StartSettings, 'k' | 'start' | 'seed'>,
  data: Float32Array,
): Float64Array {
  const n = data.length / 2;
  const means = new Float64Array(2 * k);
  const random = createRandom(seed);
  const taken = new Set<number>();
  for (let c = 0; c < k; c++) {
    if (start === 'circle') {
      const angle = FIRST_ANGLE - (2 * Math.PI * c) / k;
      means.set([CIRCLE * Math.cos(angle), CIRCLE * Math.sin(angle)], 2 * c);
      continue;
    }
    let row = random.below(n);
    while (taken.has(row)) row = random.below(n);
    taken.add(row);
    means.set(data.subarray(2 * row, 2 * row + 2), 2 * c);
  }
  return means;
}

/** A mixture that has not been fitted: equal weights, every covariance `variance` times I. */
export function unfittedMixture(
  means: Float64Array,
  covarianceType: CovarianceType,
  variance: number,
): GaussianMixtureModel {
  const k = means.length / 2;
  const scaled = (scale: number): number[] => {
    const matrix = [scale, 0, 0, scale];
    if (covarianceType === 'full') return Array.from({ length: k }, () => matrix).flat();
    if (covarianceType === 'tied') return matrix;
    return new Array<number>(covarianceType === 'diag' ? 2 * k : k).fill(scale);
  };
  return GaussianMixtureModel.fromJSON({
    format: 'webgpu-clustering/gaussian-mixture',
    version: 1,
    covarianceType,
    shape: [k, 2],
    shift: [0, 0],
    scale: [1, 1],
    weights: new Array<number>(k).fill(1 / k),
    means: [...means],
    covariances: scaled(variance),
    precisionsCholesky: scaled(1 / Math.sqrt(variance)),
    // Of no row that there is: a model's JSON tells of one at least.
    labels: [0],
    logLikelihood: 0,
    history: [0],
    converged: false,
    engine: '',
  });
}

/** The entries xx, xy, yy of component c's matrix among `covariances` or `precisions`. */
export function matrixOf(
  data: Float64Array,
  covarianceType: CovarianceType,
  c: number,
): readonly [xx: number, xy: number, yy: number] {
  switch (covarianceType) {
    case 'full':
      return [data[4 * c], data[4 * c + 1], data[4 * c + 3]];
    case 'tied':
      return [data[0], data[1], data[3]];
    case 'diag':
      return [data[2 * c], 0, data[2 * c + 1]];
    case 'spherical':
    case 'fixed':
      return [data[c], 0, data[c]];
  }
}

/** log(weight x density) of each row under each component, n x k. */
export function logJoint(model: GaussianMixtureModel, points: Float32Array): Float64Array {
  const { k, covarianceType, weights, means, precisions } = model;
  const n = points.length / 2;
  const values = new Float64Array(n * k);
  for (let c = 0; c < k; c++) {
    const [xx, xy, yy] = matrixOf(precisions.data, covarianceType, c);
    const constant =
      Math.log(weights.data[c]) + Math.log(xx * yy - xy * xy) / 2 - Math.log(2 * Math.PI);
    for (let i = 0; i < n; i++) {
      const dx = points[2 * i] - means.data[2 * c];
      const dy = points[2 * i + 1] - means.data[2 * c + 1];
      values[i * k + c] = constant - (xx * dx * dx + 2 * xy * dx * dy + yy * dy * dy) / 2;
    }
  }
  return values;
}

/**
 * The lower bound of the mean log-likelihood that EM raises: the mean over the rows of
 * sum_c q_c (log(weight_c density_c) - log q_c), with q the responsibilities.
 */
export function lowerBound(
  model: GaussianMixtureModel,
  points: Float32Array,
  responsibilities: Float32Array,
): number {
  const joint = logJoint(model, points);
  let sum = 0;
  responsibilities.forEach((q, at) => {
    if (q > 0) sum += q * (joint[at] - Math.log(q));
  });
  return sum / (points.length / 2);
}

/** The mean log-likelihood. */
export function logLikelihood(model: GaussianMixtureModel, points: Float32Array): number {
  const joint = logJoint(model, points);
  const { k } = model;
  const n = points.length / 2;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = joint.subarray(i * k, (i + 1) * k);
    const largest = Math.max(...row);
    sum += largest + Math.log(row.reduce((total, value) => total + Math.exp(value - largest), 0));
  }
  return sum / n;
}

/**
 * How many of two labellings' rows differ once the first one's labels are renamed to agree with the
 * second one's as well as they can; and each label's new name. For k up to 8: every renaming is tried.
 */
export function matchLabels(
  labels: Uint32Array,
  others: Uint32Array,
  k: number,
): { readonly differing: number; readonly names: readonly number[] } {
  const shared = new Uint32Array(k * k);
  labels.forEach((label, i) => shared[label * k + others[i]]++);
  let best: { agreeing: number; names: readonly number[] } = { agreeing: -1, names: [] };
  const extend = (names: readonly number[], agreeing: number): void => {
    if (names.length === k) {
      if (agreeing > best.agreeing) best = { agreeing, names };
      return;
    }
    for (let name = 0; name < k; name++) {
      if (names.includes(name)) continue;
      extend([...names, name], agreeing + shared[names.length * k + name]);
    }
  };
  extend([], 0);
  return { differing: labels.length - best.agreeing, names: best.names };
}
