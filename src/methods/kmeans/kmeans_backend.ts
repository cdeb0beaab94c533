/**
 * What an engine must offer for K-means. The CPU twin (twin/) and the device
 * (device/) implement it; kmeans.ts drives either without knowing which.
 *
 * Coordinates inside a session are *centred*: a row x of the caller's data is held as
 * float32(x - shift), for 'cosine' float32(x / |x| - shift). Centroids cross this interface in those
 * coordinates, so that predicting with a fitted model repeats the fit's arithmetic bit for bit.
 */
import type { PointSource, LoadOptions } from '../../rows/load_options.js';
import type { Followed, Following } from '../../ops/online/follow_rows.twin.js';
import type { NearestTwo } from '../../ops/assign/nearest_two.twin.js';
import type { ClusterSums } from '../../ops/sums/accumulate.twin.js';
import type { Random } from '../../math/random.js';

/** How starting centroids are chosen from the data. */
export type Seeding = 'k-means++' | 'k-means||' | 'random';

/**
 * How an iteration finds the nearest centroids: from all distances ('lloyd'), or only from those
 * that the triangle inequality cannot rule out ('bounded'). Same labels, same centroids; 'auto'
 * takes what is faster.
 */
export type Algorithm = 'auto' | 'lloyd' | 'bounded';

export interface LloydOptions {
  readonly algorithm?: Algorithm | undefined;
  readonly maxIter: number;
  /** Stop when the summed squared shift of the centroids is at most this (absolute). */
  readonly tolerance: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called once an iteration of each start (by its index), possibly some iterations late: in order
   * for each of them, but in turn where several go side by side.
   */
  readonly onIteration?: ((iteration: number, inertia: number, start: number) => void) | undefined;
}

export interface LloydResult {
  /** k x d, centred. */
  readonly centroids: Float32Array;
  readonly iterations: number;
  /** The labels no longer changed, or the centroids moved by no more than the tolerance. */
  readonly converged: boolean;
  /** The objective at each iteration, before that iteration's update of the centroids. */
  readonly history: Float64Array;
}

export interface Assignment {
  /** Nearest centroid of each row; ties go to the lowest index. */
  readonly labels: Uint32Array;
  /** Rows a centroid owns, [k]; they sum to n. */
  readonly counts: Uint32Array;
  /** sum_i w_i |x_i - c_label(i)|^2 from direct differences ('cosine': half of that, 1 - cos). */
  readonly inertia: number;
}

/** The sums of k centroids (k x d, centred). */
export type SumsOf = (
  centroids: Float32Array,
) => Promise<ClusterSums & { readonly inertia: number }>;

/** Data loaded on one engine. Every method may be called any number of times until `dispose`. */
export interface KMeansSession {
  readonly shape: readonly [rows: number, columns: number];
  /** What was subtracted from every row, [d]. */
  readonly shift: Float64Array;
  /** A power of two that rows are held at; for 'float16' that of LoadOptions. */
  readonly scale: number;
  /** Mean over the columns of the (unweighted, population) variance: the scale of `tol`. */
  meanVariance(): Promise<number>;
  /** k starting centroids for each of `randoms`, k x d, centred. What one draws is its own affair. */
  seed(
    seeding: Seeding,
    k: number,
    randoms: readonly Random[],
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]>;
  /**
   * Lloyd's iterations from each of `starts` (k x d, centred): the results of one start at a time,
   * in whatever way they share passes over the rows and waits for the device.
   */
  lloyd(
    starts: readonly Float32Array[],
    k: number,
    options: LloydOptions,
  ): Promise<readonly LloydResult[]>;
  assign(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Assignment>;
  /** The clusters' sums about their centroids, and the inertia: what an update of them needs. */
  sums(
    centroids: Float32Array,
    k: number,
    signal?: AbortSignal,
  ): Promise<ClusterSums & { readonly inertia: number }>;
  /**
   * `sums` again and again, about `passes` times, with what it needs kept in between. `work` is given what
   * it calls for the sums of each set of centroids; `start` is about where these will lie.
   */
  withSums<T>(
    start: Float32Array,
    k: number,
    passes: number,
    work: (sums: SumsOf) => Promise<T>,
  ): Promise<T>;
  /** The inertia alone of each of several sets of centroids, where labels are not wanted. */
  inertias(
    centroids: readonly Float32Array[],
    k: number,
    signal?: AbortSignal,
  ): Promise<readonly number[]>;
  /** Distance of each row to each centroid, n x k: Euclidean, or 1 - cos for 'cosine'. */
  distances(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array>;
  /** Squared distance of each row to the nearest centroid, from direct differences, [n]. */
  energies(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float64Array>;
  /** The inner product of each row, less the shift as it is held, with each of k vectors (k x d), n x k. */
  products(vectors: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array>;
  /** Has each row in turn move its nearest centroid: see shaders/online/follow_rows.wgsl. */
  follow(following: Following, k: number, signal?: AbortSignal): Promise<Followed>;
  /** The two nearest centroids of each row, and the squared distance to the first ('cosine': 1 - cos). */
  nearestTwo(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<NearestTwo>;
  dispose(): void;
}

export interface KMeansBackend {
  /** What runs the work, for people: the adapter's name, or 'cpu'. */
  readonly description: string;
  load(points: PointSource, options: LoadOptions): Promise<KMeansSession>;
}
