/** Scores that hold labels against the rows themselves, without true classes. */
import { plural } from '../../../host/show.js';
import { Workspace } from '../../../host/workspace.js';
import { InvalidArgumentError } from '../../errors.js';
import { type RuntimeChoice, withBackend } from '../../fit/backend.js';
import {
  checkOptions,
  oneOf,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { createPause, rowBlocks } from '../../math/event_loop.js';
import { createRandom } from '../../math/random.js';
import { gatherRows, sampleRows } from '../../math/sampling.js';
import { clusterSpread as deviceSpread } from '../../ops/scores/cluster_spread.js';
import { type ClusterSpread, clusterSpread } from '../../ops/scores/cluster_spread.twin.js';
import { distanceSums as deviceDistanceSums, rowsAtOnce } from '../../ops/scores/distance_sums.js';
import { byCluster, distanceSums } from '../../ops/scores/distance_sums.twin.js';
import { labelCounts } from '../../ops/sums/label_counts.twin.js';
import type { DevicePoints } from '../../rows/rows.js';
import { type HeldRows, holdRows } from '../../rows/host_rows.js';
import { loadRows } from '../../rows/load.js';
import type { Metric } from '../../rows/load_options.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import { type EncodedLabels, encodeLabels, type Labels } from './labels.js';

/** Where and how long a score may run. */
export interface PointScoreOptions {
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /** Cancels the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface SilhouetteOptions extends PointScoreOptions {
  /**
   * Average the silhouettes of so many random rows, at most. Each of them is compared with all rows, so
   * this estimates the mean over all rows without bias. Default: all rows.
   */
  readonly sampleSize?: number;
  /** Whole number from 0 to 2^32 - 1, for those random rows. Default 0. */
  readonly seed?: number;
  /** 'euclidean' (default), or 'cosine': 1 - cos. */
  readonly metric?: Metric;
}

const SILHOUETTE_RULES: OptionRules = {
  sampleSize: wholeNumber(1),
  seed: wholeNumber(0, 2 ** 32 - 1),
  metric: oneOf('euclidean', 'cosine'),
  ...RUNTIME_RULES,
};

/** What is computed on a device, or from rows on the host. */
interface Work<T> {
  readonly onDevice: (workspace: Workspace, points: DevicePoints) => Promise<T>;
  readonly onHost: (rows: HeldRows) => Promise<T>;
}

/** Loads the rows where the options say, and does the work. */
async function withRows<T>(
  method: string,
  points: Points | PointStream,
  { codes, count }: EncodedLabels,
  { runtime, signal, metric = 'euclidean' }: PointScoreOptions & { readonly metric?: Metric },
  { onDevice, onHost }: Work<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const checked = await checkSource('points', points, { directions: metric === 'cosine' }, signal);
  const [n] = checked.shape;
  if (codes.length !== n) {
    throw new InvalidArgumentError(
      'labels',
      `labels has ${codes.length} ${plural(codes.length, 'entry', 'entries')} for ${n} ${plural(n, 'row')}; give one label a row.`,
    );
  }
  if (count < 2 || count >= n) {
    throw new InvalidArgumentError(
      'labels',
      `labels names ${count} ${plural(count, 'cluster')} of ${n} ${plural(n, 'row')}; ${method} is defined, as in scikit-learn, ` +
        `for 2 clusters to one less than there are rows: cluster with a k in between.`,
    );
  }
  const load = { metric, extent: 0, ...(signal ? { signal } : {}) };
  return withBackend(
    runtime,
    checked,
    signal,
    async (device) => {
      const workspace = new Workspace(device, method, signal);
      try {
        const loaded = await loadRows(workspace, checked, load);
        return await onDevice(workspace, loaded).finally(() => {
          loaded.close();
        });
      } finally {
        workspace.dispose();
      }
    },
    async () => onHost(await holdRows(checked, load)),
  );
}

/**
 * The mean silhouette of the rows: (b - a) / max(a, b), with a the mean distance of a row to the others of
 * its cluster, b to the rows of the nearest other cluster; 0 for a row that is alone in its cluster. From
 * -1 to 1, higher is better (P. J. Rousseeuw, "Silhouettes", Journal of Computational and Applied
 * Mathematics 20, 1987). As scikit-learn's `silhouette_score`, whose sample, though, is compared with
 * itself only.
 *
 * Compares every row (or every one of the sample) with every row, without ever holding all distances.
 *
 * @param points n x d in any form, one row a point; never changed
 * @param labels the cluster of each row, [n]: whole numbers or strings; 2 to n - 1 different ones
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError where a device fails
 */
export async function silhouette(
  points: Points | PointStream,
  labels: Labels,
  options: SilhouetteOptions = {},
): Promise<number> {
  const checked = checkOptions('silhouette', options, SILHOUETTE_RULES);
  const { metric, sampleSize, seed = 0, signal } = checked;
  const encoded = encodeLabels('labels', labels);
  const { codes, count: k } = encoded;
  const n = codes.length;
  const rows =
    sampleSize === undefined || sampleSize >= n
      ? Uint32Array.from(codes.keys())
      : sampleRows(new Float32Array(n).fill(1), sampleSize, createRandom(seed)).sort();
  const sizes = labelCounts(codes, k);
  // 1 - cos is half a squared distance; halving all changes no silhouette.
  const squared = metric === 'cosine';
  let total = 0;
  const addUp = (some: Uint32Array, sums: Float64Array) => {
    some.forEach((row, i) => {
      total += silhouetteOf(codes[row], sizes, (c) => sums[c * some.length + i]);
    });
  };
  await withRows('silhouette', points, encoded, checked, {
    async onDevice(workspace, loaded) {
      const most = rowsAtOnce(workspace.runtime, loaded, k);
      for (let at = 0; at < rows.length; at += most) {
        const some = rows.subarray(at, at + most);
        const what = { labels: codes, k, squared, signal };
        addUp(some, await deviceDistanceSums(workspace, loaded, some, what));
      }
    },
    async onHost({ x, shape: [, d] }) {
      const { order, runs } = byCluster(codes, k, 0, n);
      const others = gatherRows(x, order, d);
      const pause = createPause(signal);
      for (const [start, end] of rowBlocks(rows.length, n * d)) {
        await pause();
        const some = rows.subarray(start, end);
        addUp(some, distanceSums(gatherRows(x, some, d), some.length, d, others, runs, squared));
      }
    },
  });
  return total / rows.length;
}

/** Of a row, from the sums of its distances to the rows of each cluster. */
function silhouetteOf(own: number, sizes: Uint32Array, sumTo: (cluster: number) => number): number {
  if (sizes[own] === 1) return 0;
  const within = sumTo(own) / (sizes[own] - 1);
  let nearest = Number.POSITIVE_INFINITY;
  for (let c = 0; c < sizes.length; c++) {
    if (c !== own) nearest = Math.min(nearest, sumTo(c) / sizes[c]);
  }
  const larger = Math.max(within, nearest);
  return larger === 0 ? 0 : (nearest - within) / larger;
}

/** The clusters' means, and how far rows lie from them. */
async function spread(
  method: string,
  points: Points | PointStream,
  labels: Labels,
  options: PointScoreOptions,
): Promise<ClusterSpread> {
  const checked = checkOptions(method, options, RUNTIME_RULES);
  const encoded = encodeLabels('labels', labels);
  const { codes, count } = encoded;
  return withRows(method, points, encoded, checked, {
    onDevice: (workspace, loaded) => deviceSpread(workspace, loaded, codes, count),
    onHost: async ({ x, shape: [, d] }) => {
      await createPause(checked.signal)();
      return clusterSpread(x, d, codes, count);
    },
  });
}

const distanceBetween = (means: Float64Array, d: number, a: number, b: number): number => {
  let squares = 0;
  for (let j = 0; j < d; j++) squares += (means[a * d + j] - means[b * d + j]) ** 2;
  return Math.sqrt(squares);
};

/**
 * The Davies-Bouldin index: the mean over the clusters of how large their and another's mean distance to
 * their means are together, beside the distance between those means, for the worst other cluster. From 0,
 * lower is better (D. L. Davies and D. W. Bouldin, "A cluster separation measure", IEEE Transactions on
 * Pattern Analysis and Machine Intelligence 1, 1979). As scikit-learn's `davies_bouldin_score`, but in any
 * units: that takes distances below 1e-8 for 0.
 *
 * @param points see {@link silhouette}
 * @param labels see {@link silhouette}
 * @throws as {@link silhouette}
 */
export async function daviesBouldin(
  points: Points | PointStream,
  labels: Labels,
  options: PointScoreOptions = {},
): Promise<number> {
  const { means, counts, distances } = await spread('daviesBouldin', points, labels, options);
  const k = counts.length;
  const d = means.length / k;
  const within = distances.map((sum, c) => sum / counts[c]);
  let total = 0;
  for (let a = 0; a < k; a++) {
    let worst = 0;
    for (let b = 0; b < k; b++) {
      const apart = distanceBetween(means, d, a, b);
      // Clusters with one mean are left out, as scikit-learn leaves them.
      if (apart > 0) worst = Math.max(worst, (within[a] + within[b]) / apart);
    }
    total += worst;
  }
  return total / k;
}

/**
 * The Calinski-Harabasz index: the variance of the clusters' means over that of the rows within the
 * clusters, each by its degrees of freedom. Higher is better; 1 where every row lies on its cluster's mean
 * (T. Calinski and J. Harabasz, "A dendrite method for cluster analysis", Communications in Statistics 3,
 * 1974). As scikit-learn's `calinski_harabasz_score`.
 *
 * @param points see {@link silhouette}
 * @param labels see {@link silhouette}
 * @throws as {@link silhouette}
 */
export async function calinskiHarabasz(
  points: Points | PointStream,
  labels: Labels,
  options: PointScoreOptions = {},
): Promise<number> {
  const { means, counts, squares } = await spread('calinskiHarabasz', points, labels, options);
  const k = counts.length;
  const d = means.length / k;
  const n = counts.reduce((sum, count) => sum + count, 0);
  const centre = new Float64Array(d);
  means.forEach((mean, at) => (centre[at % d] += (counts[Math.floor(at / d)] / n) * mean));
  const between = means.reduce(
    (sum, mean, at) => sum + counts[Math.floor(at / d)] * (mean - centre[at % d]) ** 2,
    0,
  );
  const within = squares.reduce((sum, square) => sum + square, 0);
  return within === 0 ? 1 : (between * (n - k)) / (within * (k - 1));
}
