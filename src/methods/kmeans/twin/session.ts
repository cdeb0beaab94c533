/**
 * K-means on the CPU in float64: what the device is checked against, and what runs where there is
 * no device. Needs nothing of the platform but an event loop.
 */
import { ClusteringError, InvalidArgumentError } from '../../../errors.js';
import type {
  Assignment,
  KMeansBackend,
  KMeansSession,
  LloydOptions,
  LloydResult,
  Seeding,
  SumsOf,
} from '../kmeans_backend.js';
import type { LoadOptions, Metric } from '../../../rows/load_options.js';
import {
  type CheckedMatrix,
  type GpuMatrix,
  newFloats,
  shiftOfDirections,
} from '../../../rows/matrix.js';
import { CheckedStream } from '../../../rows/point_stream.js';
import type { Random } from '../../../math/random.js';
import { rangeScale } from '../../../rows/range.js';
import { accumulate, type ClusterSums } from '../../../ops/sums/accumulate.twin.js';
import { assignInBlocks } from '../../../ops/assign/assign.twin.js';
import { wholeShift } from '../../../rows/bytes.js';
import { centre, columnMeans, columnVariances } from '../../../rows/column_means.twin.js';
import { directionsOf } from '../../../rows/directions.js';
import { createPause, nextTask, type Pause, rowBlocks } from '../../../math/event_loop.js';
import { float16Scale, float16Shift, largestOf, roundToFloat16 } from '../../../rows/float16.js';
import { labelCounts } from '../../../ops/sums/label_counts.twin.js';
import { inMetric, lloyd, type Dataset } from './lloyd.js';
import { type NearestTwo, nearestTwo } from '../../../ops/assign/nearest_two.twin.js';
import { pairwiseSquaredDistances } from '../../../ops/assign/pairwise_distances.twin.js';
import { gatherRows, sampleRows } from '../../../math/sampling.js';
import { kMeansParallel, kMeansPlusPlus } from '../../../ops/seeding/seeding.twin.js';

/** The CPU engine. Matrices that lie on a GPU are refused with InvalidArgumentError. */
export const referenceBackend: KMeansBackend = {
  description: 'cpu',
  async load(points, options) {
    const matrix = points instanceof CheckedStream ? await heldRows(points) : onHost(points);
    const [n, d] = matrix.shape;
    const { metric, storage, extent = 0 } = options;
    // In float64 there is nothing to scale, but what a device refuses is refused.
    if (metric === 'euclidean') {
      rangeScale('points', Math.max(extent, matrix.largest ?? largestOf(matrix.data)));
    }
    let shift = sessionShift(matrix, options);
    const isHalf = storage === 'float16';
    let scale = isHalf && metric === 'euclidean' ? halvesScale(matrix, shift, options) : 1;
    if (scale !== 1 && !options.shift && !matrix.shift) shift = float16Shift(shift, scale);
    const x = await sessionRows(matrix, shift, metric);
    if (isHalf && metric === 'cosine') {
      scale = Math.min(options.scale ?? Number.POSITIVE_INFINITY, float16Scale(largestOf(x)));
    }
    if (isHalf) roundToFloat16(x, scale);
    const weights = options.weights ?? new Float32Array(n).fill(1);
    return new ReferenceSession({ x, n, d, weights, metric, shift }, scale);
  },
};

/** A stream's rows, in memory: the CPU engine has no other place to put them. */
async function heldRows(stream: CheckedStream): Promise<CheckedMatrix> {
  const { shape, shift } = stream;
  const data = await stream.collect();
  return { data, shape, largest: stream.largest, ...(shift ? { shift } : {}) };
}

function onHost(points: CheckedMatrix | GpuMatrix): CheckedMatrix {
  if (!('buffer' in points)) return points;
  throw new InvalidArgumentError(
    'points',
    `points is a GPU matrix of shape [${points.shape.join(', ')}], but this fit runs on the CPU. ` +
      `Pass the WebGPU runtime that owns the buffer, or give { data, shape } on the host.`,
  );
}

/**
 * What this session's rows lack. Column means are rounded to float32, so that a device that
 * subtracts them in float32 gets the same rows bit for bit; what a device holds in bytes, it has less
 * whole numbers.
 */
function sessionShift(matrix: CheckedMatrix, options: LoadOptions): Float64Array {
  const {
    data,
    shape: [n, d],
    shift,
  } = matrix;
  const known = options.shift ?? shift;
  if (known) return known;
  if (options.metric === 'cosine') return shiftOfDirections(data, [n, d]);
  const means = () => columnMeans(data, n, d).map(Math.fround);
  return options.storage === 'float16' ? means() : (wholeShift(matrix) ?? means());
}

/** float32(x - shift) for each of the caller's rows x, which 'cosine' scales to length 1 first. */
async function sessionRows(
  { data, shape: [n, d], shift: subtracted }: CheckedMatrix,
  shift: Float64Array,
  metric: Metric,
): Promise<Float32Array> {
  const pause = createPause();
  const remaining = subtracted ? shift.map((value, j) => value - subtracted[j]) : shift;
  const x = new Float32Array(n * d);
  for (const [start, end] of rowBlocks(n, d)) {
    const rows = end - start;
    const block = data.subarray(start * d, end * d);
    const held =
      metric === 'cosine' && !subtracted
        ? directionsOf(block, rows, d, shift, 'points', start)
        : centre(block, rows, d, remaining);
    x.set(held, start * d);
    await pause();
  }
  return x;
}

/** The scale at which a device rounds such rows: see LoadOptions. */
function halvesScale(
  { data, shift: subtracted }: CheckedMatrix,
  shift: Float64Array,
  { scale = Number.POSITIVE_INFINITY }: LoadOptions,
): number {
  const largest = largestOf(data) + (subtracted ? 0 : largestOf(shift));
  return Math.min(scale, float16Scale(largest));
}

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
    const { x, n, d, metric } = this.#loaded();
    const pause = createPause(signal);
    const c = Float64Array.from(centroids);
    const distances = newFloats(n * k);
    for (const [start, end] of rowBlocks(n, k * d)) {
      const block = x.subarray(start * d, end * d);
      const squared = pairwiseSquaredDistances(block, end - start, c, k, d);
      distances.set(
        squared.map((value) => (metric === 'cosine' ? value / 2 : Math.sqrt(value))),
        start * k,
      );
      await pause();
    }
    return distances;
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
    return { labels, inertia: inMetric(inertia, metric) };
  }

  #loaded(): Dataset {
    if (this.#dataset) return this.#dataset;
    throw new ClusteringError(
      'disposed',
      'This session was disposed, and its data with it. Load the points again.',
    );
  }
}
