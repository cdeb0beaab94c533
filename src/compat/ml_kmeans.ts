/**
 * `webgpu-clustering/compat/ml-kmeans`: ml-kmeans 7's calls, whose results are promises. Same data, options
 * and seed: equal clusters, centroids and iterations.
 */
import { createPause } from '../math/event_loop.js';
import { type Assign, type Rule, summing, withAssign } from './assign.js';
import { generated } from './generated.js';
import { arraysOf, joined, type Rows64, rows64, type Where } from './rows.js';
import { uniform } from './xsadd.js';

export type InitializationMethod = 'kmeans++' | 'random' | 'mostDistant';
type Distance = (p: number[], q: number[]) => number;

export interface OptionsWithDefault {
  /** Default: squared Euclidean. Any other keeps the work on the host. */
  distanceFunction?: Distance;
  /** How far each centroid may move, by the distance function, for the fit to have converged. Default 1e-6. */
  tolerance?: number;
  /** Default 'kmeans++'. */
  initialization?: InitializationMethod | number[][];
  /** Default 100; for `kmeans` 0 means without a bound. */
  maxIterations?: number;
}

export interface OptionsWithoutDefault {
  /** A whole number; when absent every call starts elsewhere. */
  seed?: number;
}

export type Options = OptionsWithDefault & OptionsWithoutDefault;
type Defined = Required<OptionsWithDefault> & OptionsWithoutDefault;

export type { Where } from './rows.js';

export interface CentroidWithInformation {
  centroid: number[];
  /** The mean distance of its points; -1 where there are none. */
  error: number;
  size: number;
}

export function squaredEuclidean(p: number[], q: number[]): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += (p[i] - q[i]) * (p[i] - q[i]);
  return sum;
}

/** What a fit found. */
export class KMeansResult {
  clusters: number[];
  centroids: number[][];
  converged: boolean;
  iterations: number;
  distance: Distance;

  constructor(
    clusters: number[],
    centroids: number[][],
    converged: boolean,
    iterations: number,
    distance: Distance,
  ) {
    this.clusters = clusters;
    this.centroids = centroids;
    this.converged = converged;
    this.iterations = iterations;
    this.distance = distance;
  }

  /** The cluster of each point. */
  nearest(data: number[][]): number[] {
    return data.map((point) => {
      let [best, label] = [Number.MAX_VALUE, -1];
      for (const [j, centroid] of this.centroids.entries()) {
        const distance = this.distance(centroid, point);
        if (distance < best) [best, label] = [distance, j];
      }
      return label;
    });
  }

  /** @param data the points of the fit */
  computeInformation(data: number[][]): CentroidWithInformation[] {
    const sums = new Float64Array(this.centroids.length);
    const sizes = new Uint32Array(this.centroids.length);
    for (const [i, point] of data.entries()) {
      const label = this.clusters[i];
      sums[label] += this.distance(point, this.centroids[label]);
      sizes[label]++;
    }
    return this.centroids.map((centroid, j) => ({
      centroid,
      error: sizes[j] > 0 ? sums[j] / sizes[j] : -1,
      size: sizes[j],
    }));
  }
}

/**
 * K-means as ml-kmeans does it.
 *
 * @param data one point a row; never changed
 * @param K number of clusters
 * @param where a runtime of your own, or a signal: the peer has no such argument
 * @throws Error with the peer's messages; ShapeError and NonFiniteError on rows that it answers with NaN
 */
export async function kmeans(
  data: number[][],
  K: number,
  options: Options = {},
  where: Where = {},
): Promise<KMeansResult> {
  const defined = definedOf(options);
  if (defined.maxIterations === 0) defined.maxIterations = Number.POSITIVE_INFINITY;
  let last: KMeansResult | undefined;
  await steps(data, K, defined, where, async (result) => {
    last = result;
    return Promise.resolve();
  });
  if (!last) throw new Error('unreachable: no kmeans step executed');
  return last;
}

/** As `kmeans`, with the result of each iteration; they share one array of clusters, as the peer's do. */
export async function* kmeansGenerator(
  data: number[][],
  K: number,
  options: Options = {},
  where: Where = {},
): AsyncGenerator<KMeansResult, void, undefined> {
  yield* generated<KMeansResult>((emit) => steps(data, K, definedOf(options), where, emit));
}

function definedOf(options: Options): Defined {
  return {
    ...{ maxIterations: 100, tolerance: 1e-6, initialization: 'kmeans++' as const },
    ...{ distanceFunction: squaredEuclidean },
    ...options,
  };
}

async function steps(
  data: number[][],
  K: number,
  options: Defined,
  where: Where,
  take: (result: KMeansResult) => Promise<void>,
): Promise<void> {
  const { distanceFunction, tolerance, maxIterations } = options;
  if (K <= 0 || K > data.length || !Number.isInteger(K)) {
    throw new Error('K should be a positive integer smaller than the number of points');
  }
  const rows = rows64('data', data);
  const { d } = rows;
  let centres = await startOf(data, rows, K, options, where);
  const isOwn = distanceFunction === squaredEuclidean;
  const rule: Rule = {
    ties: 'lowest',
    form: 'squared',
    ...(isOwn ? {} : { custom: (i, j) => distanceFunction(centres[j], data[i]) }),
  };
  const clusters = new Array<number>(rows.n);
  await withAssign(rows, K, rule, where, async (assign: Assign) => {
    const labels = new Uint32Array(rows.n);
    const sum = summing(rows, K);
    let converged = false;
    for (let iteration = 1; !converged && iteration <= maxIterations; iteration++) {
      await assign(joined(centres, d), labels);
      const { sums, counts } = sum(labels);
      const before = centres;
      centres = arraysOf(sums, d).map((sum, j) =>
        counts[j] > 0 ? sum.map((value) => value / counts[j]) : before[j].slice(0, d),
      );
      converged = centres.every((centre, j) => !(distanceFunction(centre, before[j]) > tolerance));
      for (let i = 0; i < labels.length; i++) clusters[i] = labels[i];
      await take(new KMeansResult(clusters, centres, converged, iteration, distanceFunction));
    }
  });
}

async function startOf(
  data: number[][],
  rows: Rows64,
  K: number,
  { initialization, distanceFunction, seed }: Defined,
  { signal }: Where,
): Promise<number[][]> {
  if (Array.isArray(initialization)) {
    if (initialization.length !== K) {
      throw new Error('The initial centers should have the same length as K');
    }
    rows64('initialization', initialization);
    return initialization;
  }
  const random = uniform(seed);
  const { n } = rows;
  switch (initialization) {
    case 'kmeans++':
      return (await plusPlus(rows, K, random, signal)).map((i) => data[i].slice());
    case 'random': {
      const left = data.slice();
      return Array.from({ length: K }, () => left.splice(Math.floor(random() * left.length), 1)[0]);
    }
    case 'mostDistant': {
      // The peer fills one half of a table, whose distances go from the lower row to the higher one.
      const distance = (i: number, j: number) =>
        distanceFunction(data[Math.min(i, j)], data[Math.max(i, j)]);
      const chosen = [Math.floor(random() * n)];
      const nearest = Array.from({ length: n }, () => Number.MAX_VALUE);
      while (chosen.length < K) {
        const last = chosen[chosen.length - 1];
        let [most, farthest] = [-1, -1];
        for (let m = 0; m < n; m++) {
          nearest[m] = Math.min(nearest[m], distance(last, m));
          // The second one alone may be the first again, where all rows are equal.
          if (chosen.length > 1 && chosen.includes(m)) continue;
          if (nearest[m] > most) [most, farthest] = [nearest[m], m];
        }
        chosen.push(farthest);
      }
      return chosen.map((i) => data[i]);
    }
    default:
      throw new Error(`Unknown initialization method: "${String(initialization)}"`);
  }
}

/** Rows by k-means++ with several trials, drawn and summed in the peer's order. */
async function plusPlus(
  { x, n, d }: Rows64,
  K: number,
  random: () => number,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const pause = createPause(signal);
  const squared = (i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (x[i * d + c] - x[j * d + c]) ** 2;
    return sum;
  };
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value);
  const trials = 2 + Math.floor(Math.log(K));
  const chosen = [Math.floor(random() * n)];
  let closest = Float64Array.from({ length: n }, (_, i) => squared(i, chosen[0]));
  while (chosen.length < K) {
    const share = 1 / total(closest);
    const cumulative = closest.map((value) => value * share);
    for (let i = 1; i < n; i++) cumulative[i] += cumulative[i - 1];
    const candidates = Array.from({ length: trials }, () => {
      const drawn = random();
      let at = 0;
      while (drawn > cumulative[at]) at++;
      return at;
    });
    let [least, best] = [Number.POSITIVE_INFINITY, candidates[0]];
    let bestClosest = closest;
    for (const candidate of candidates) {
      const nearer = closest.map((value, i) => Math.min(value, squared(candidate, i)));
      const pot = total(nearer);
      if (pot < least) [least, best, bestClosest] = [pot, candidate, nearer];
      await pause();
    }
    chosen.push(best);
    closest = bestClosest;
  }
  return chosen;
}
