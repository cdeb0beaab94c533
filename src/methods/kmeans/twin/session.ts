/**
 * K-means on the CPU in float64: what the device is checked against, and what runs where there is
 * no device. Needs nothing of the platform but an event loop.
 */
import { ClusteringError } from '../../../errors.js';
import type {
  Assignment,
  KMeansBackend,
  KMeansSession,
  LloydOptions,
  LloydResult,
  Seeding,
  SumsOf,
} from '../kmeans_backend.js';
import { holdRows } from '../../../rows/host_rows.js';
import { newFloats } from '../../../rows/matrix.js';
import type { Random } from '../../../math/random.js';
import { type Followed, type Following, followRows } from '../../../ops/online/follow_rows.twin.js';
import { accumulate, type ClusterSums } from '../../../ops/sums/accumulate.twin.js';
import { assignInBlocks } from '../../../ops/assign/assign.twin.js';
import { columnVariances } from '../../../rows/column_means.twin.js';
import { createPause, nextTask, type Pause, rowBlocks } from '../../../math/event_loop.js';
import { labelCounts } from '../../../ops/sums/label_counts.twin.js';
import { inMetric, lloyd, type Dataset } from './lloyd.js';
import {
  pairwiseProducts,
  pairwiseSquaredDistances,
} from '../../../ops/assign/pairwise_distances.twin.js';
import { type NearestTwo, nearestTwo } from '../../../ops/assign/nearest_two.twin.js';
import { gatherRows, sampleRows } from '../../../math/sampling.js';
import { kMeansParallel, kMeansPlusPlus } from '../../../ops/seeding/seeding.twin.js';

/** The CPU engine. Matrices that lie on a GPU are refused with InvalidArgumentError. */
export const referenceBackend: KMeansBackend = {
  description: 'cpu',
  async load(points, options) {
    const { metric } = options;
    const {
      x,
      shape: [n, d],
      shift,
      scale,
    } = await holdRows(points, options);
    const weights = options.weights ?? new Float32Array(n).fill(1);
    return new ReferenceSession({ x, n, d, weights, metric, shift }, scale);
  },
};

/** There is nothing here that several could share. */
async function oneByOne<Item, Result>(
  items: readonly Item[],
  work: (item: Item, i: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [i, item] of items.entries()) results.push(await work(item, i));
  return results;
}

class ReferenceSession implements KMeansSession {
  readonly shape: readonly [rows: number, columns: number];
  readonly shift: Float64Array;
  readonly scale: number;
  #dataset: Dataset | undefined;

  constructor(dataset: Dataset, scale: number) {
    this.#dataset = dataset;
    this.shape = [dataset.n, dataset.d];
    this.shift = dataset.shift;
    this.scale = scale;
  }

  async meanVariance(): Promise<number> {
    const { x, n, d } = this.#loaded();
    await nextTask(); // before two passes over the data
    return columnVariances(x, n, d).reduce((sum, variance) => sum + variance, 0) / d;
  }

  async seed(
    seeding: Seeding,
    k: number,
    randoms: readonly Random[],
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    const pause = createPause(signal);
    return oneByOne(randoms, async (random) => {
      await pause();
      return this.#seed(seeding, k, random, pause);
    });
  }

  async #seed(seeding: Seeding, k: number, random: Random, pause: Pause): Promise<Float32Array> {
    const { x, n, d, weights } = this.#loaded();
    switch (seeding) {
      case 'random':
        return gatherRows(x, sampleRows(weights, k, random), d);
      case 'k-means++':
        return gatherRows(x, await kMeansPlusPlus(x, n, d, k, weights, random, pause), d);
      case 'k-means||':
        return kMeansParallel(x, n, d, k, weights, random, pause);
    }
  }

  async lloyd(
    starts: readonly Float32Array[],
    k: number,
    options: LloydOptions,
  ): Promise<readonly LloydResult[]> {
    const dataset = this.#loaded();
    return oneByOne(starts, (start, i) => lloyd(dataset, start, k, options, i));
  }

  async assign(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Assignment> {
    const { labels, inertia } = await this.#nearest(centroids, k, signal);
    return { labels, counts: labelCounts(labels, k), inertia };
  }

  async sums(
    centroids: Float32Array,
    k: number,
    signal?: AbortSignal,
  ): Promise<ClusterSums & { readonly inertia: number }> {
    const { x, n, d, weights, metric } = this.#loaded();
    const { labels } = await this.#nearest(centroids, k, signal);
    const sums = accumulate(x, n, centroids, k, d, labels, weights);
    return { ...sums, inertia: inMetric(sums.inertia, metric) };
  }

  withSums<T>(
    _start: Float32Array,
    k: number,
    _passes: number,
    work: (sums: SumsOf) => Promise<T>,
  ): Promise<T> {
    return work((centroids) => this.sums(centroids, k));
  }

  async inertias(
    centroids: readonly Float32Array[],
    k: number,
    signal?: AbortSignal,
  ): Promise<readonly number[]> {
    return oneByOne(centroids, async (set) => (await this.#nearest(set, k, signal)).inertia);
  }

  async distances(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array> {
    const { metric } = this.#loaded();
    // In float64 up to here: squares may leave float32 where distances do not.
    const distance = (squared: number) => (metric === 'cosine' ? squared / 2 : Math.sqrt(squared));
    const distances: typeof pairwiseSquaredDistances = (...given) =>
      pairwiseSquaredDistances(...given).map(distance);
    return this.#pairwise(distances, centroids, k, signal);
  }

  async energies(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float64Array> {
    return (await this.#nearest(centroids, k, signal)).costs;
  }

  products(vectors: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array> {
    return this.#pairwise(pairwiseProducts, vectors, k, signal);
  }

  async follow(
    { centroids, counts, rates, counted }: Following,
    k: number,
    signal?: AbortSignal,
  ): Promise<Followed> {
    const { x, n, d } = this.#loaded();
    const pause = createPause(signal);
    const followers = {
      centroids: Float64Array.from(centroids),
      counts: Float64Array.from(counts),
    };
    const winners = new Uint32Array(n);
    const costs = new Float64Array(n);
    for (const block of rowBlocks(n, (k + 1) * d)) {
      followRows(x, block, followers, k, d, { rates, counted }, winners, costs);
      await pause();
    }
    return { centroids: Float32Array.from(followers.centroids), winners, costs };
  }

  async nearestTwo(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<NearestTwo> {
    const { x, n, d, metric } = this.#loaded();
    const pause = createPause(signal);
    const found = {
      nearest: new Uint32Array(n),
      second: new Uint32Array(n),
      squared: new Float64Array(n),
    };
    for (const [start, end] of rowBlocks(n, k * d)) {
      const block = nearestTwo(x, [start, end], centroids, k, d);
      found.nearest.set(block.nearest, start);
      found.second.set(block.second, start);
      found.squared.set(
        block.squared.map((value) => inMetric(value, metric)),
        start,
      );
      await pause();
    }
    return found;
  }

  dispose(): void {
    this.#dataset = undefined;
  }

  async #nearest(centroids: Float32Array, k: number, signal: AbortSignal | undefined) {
    const { x, n, d, weights, metric } = this.#loaded();
    const c = Float64Array.from(centroids);
    const { labels, costs } = await assignInBlocks(x, n, c, k, d, createPause(signal));
    const inertia = costs.reduce((sum, cost, i) => sum + weights[i] * cost, 0);
    return { labels, costs, inertia: inMetric(inertia, metric) };
  }

  /** What `of` makes of each row and each of k vectors (k x d), n x k. */
  async #pairwise(
    of: typeof pairwiseProducts,
    vectors: Float32Array,
    k: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const { x, n, d } = this.#loaded();
    const pause = createPause(signal);
    const v = Float64Array.from(vectors);
    const result = newFloats(n * k);
    for (const [start, end] of rowBlocks(n, k * d)) {
      result.set(of(x.subarray(start * d, end * d), end - start, v, k, d), start * k);
      await pause();
    }
    return result;
  }

  #loaded(): Dataset {
    if (this.#dataset) return this.#dataset;
    throw new ClusteringError(
      'disposed',
      'This session was disposed, and its data with it. Load the points again.',
    );
  }
}
