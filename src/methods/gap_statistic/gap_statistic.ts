/** How many clusters there are: the gap statistic. */
import { plural } from '../../../host/show.js';
import { Workspace } from '../../../host/workspace.js';
import { InvalidArgumentError } from '../../errors.js';
import { type RuntimeChoice, withBackend } from '../../fit/backend.js';
import { checkOptions } from '../../fit/options.js';
import { pooled } from '../../ops/side_by_side.js';
import { readExact } from '../../rows/exact_rows.js';
import { loadHostRows } from '../../rows/host_rows.js';
import {
  type CheckedMatrix,
  type GpuMatrix,
  isGpuMatrix,
  type Points,
  type RawRows,
  readRows,
  toFloat32,
} from '../../rows/matrix.js';
import { checkPoints } from '../../rows/points.js';
import { pca } from '../pca/pca.js';
import type { HostRows } from './dispersion.js';
import { GapStatistic } from './gap_statistic_result.js';
import type { GapRule } from './max_se.js';
import { GAP_DEFAULTS, GAP_OPTION_RULES, type GapReference } from './options.js';
import { boxAround, type ReferenceBox } from './reference_box.js';
import {
  type ClusterFunction,
  deviceSets,
  functionSets,
  hostSets,
  isSmall,
  type Sets,
} from './reference_sets.js';

/** What `onIteration` is told after each clustering; those of several sets come in turn. */
export interface GapProgress {
  /** Clusterings so far, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Its number of clusters. */
  readonly k: number;
  /** What was clustered: 0 for the points, 1, 2 ... for the reference sets. */
  readonly set: number;
  readonly logW: number;
}

export interface GapStatisticOptions {
  /** The most clusters to try, less than there are distinct rows. Default 10, or as many as may be. */
  readonly kMax?: number;
  /** B, the number of reference sets. Default 50. */
  readonly references?: number;
  /**
   * Reference sets are uniform in the least box around the points whose sides are along the columns
   * ('uniform', the default; R's spaceH0 "original"), or along the principal axes ('pca'; "scaledPCA").
   */
  readonly reference?: GapReference;
  /** How k is chosen; see `maxSE`. Default 'firstSEmax'. */
  readonly rule?: GapRule;
  /** Standard errors that a gap may lie below the top and count as good as it. Default 1. */
  readonly seFactor?: number;
  /**
   * The power that distances between rows of a cluster are raised to, above 0: R's d.power. Default 2,
   * as Tibshirani, Walther and Hastie have it (R's default is 1). Any other takes O(n^2 d) for each
   * clustering, on the host.
   */
  readonly power?: number;
  /** Clusters in another way than K-means: see {@link ClusterFunction}. It is not called for k = 1. */
  readonly cluster?: ClusterFunction;
  /** K-means' restarts, of the points and of each reference set. Default 10. */
  readonly nInit?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: GapProgress) => void;
  /** Cancels the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. Sets of up
   * to 2^17 rows x columns x kMax x nInit are clustered on the CPU in any case, which is sooner done.
   */
  readonly runtime?: RuntimeChoice;
}

const DEFAULT_MOST = 10;

/**
 * The gap statistic (Tibshirani, Walther & Hastie 2001): how much tighter the clusters of the points
 * are than those of as many rows without any, for 1 .. kMax clusters, and the number of clusters that
 * this speaks for. As `clusGap` of R's package cluster; gap(k) = E[log W*_k] - log W_k over B reference
 * sets, W_k half the mean distance within clusters (see `GapStatistic`).
 *
 * K-means takes every set as `kmeans` takes points. Reference sets are drawn where K-means runs and stay
 * there for all k, on a device as many as fit 128 MiB side by side, 16 at most.
 *
 * @param points n x d, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input, also where kMax is not below
 *   the number of distinct rows; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device;
 *   the signal's reason when cancelled
 */
export async function gapStatistic(
  points: Points,
  options: GapStatisticOptions = {},
): Promise<GapStatistic> {
  options = checkOptions('gapStatistic', options, GAP_OPTION_RULES);
  const { cluster, runtime, signal, power, nInit, seed } = { ...GAP_DEFAULTS, ...options };
  signal?.throwIfAborted();
  const { source, shape, exact } = await rawRows(points, runtime, signal);
  const rows = { data: source, shape };
  const checked = toFloat32('points', { source, shape, exact });
  const kMax = checkMost(checked, options.kMax);
  const where = isSmall(shape, kMax, nInit) ? 'cpu' : runtime;
  const box =
    options.reference === 'pca' ? await principalBox(rows, where, signal) : boxAround(rows);
  const setOptions = { rows, box, power, nInit, seed, signal };
  return withBackend(
    cluster ? 'cpu' : where,
    checked,
    signal,
    (device) => compare(deviceSets(device, checked, setOptions), kMax, options),
    () => {
      const sets = cluster ? functionSets(cluster, setOptions) : hostSets(checked, setOptions);
      return compare(sets, kMax, options);
    },
    0,
  );
}

/** The rows as given; those that lie on the device are read back. */
async function rawRows(
  points: Points,
  runtime: RuntimeChoice,
  signal: AbortSignal | undefined,
): Promise<RawRows> {
  if (typeof points !== 'object' || (points as unknown) === null || !isGpuMatrix(points)) {
    return readRows('points', points);
  }
  const held = await checkPoints('points', points);
  const [n, d] = held.shape;
  const data = await withBackend(
    runtime,
    held,
    signal,
    async (device) => {
      const workspace = new Workspace(device, 'points', signal);
      try {
        return (await readExact(workspace, held as GpuMatrix)).source;
      } finally {
        workspace.dispose();
      }
    },
    // Refuses them: they are out of its reach.
    async () => (await loadHostRows(held)).x,
  );
  return { source: data, shape: [n, d], exact: true };
}

/** kMax, held to the number of distinct rows: as many clusters as those have no dispersion. */
function checkMost({ data, shape: [n, d] }: CheckedMatrix, given: number | undefined): number {
  const enough = (given ?? DEFAULT_MOST) + 1;
  const seen = new Set<string>();
  for (let i = 0; i < n && seen.size < enough; i++) {
    seen.add(data.subarray(i * d, (i + 1) * d).join());
  }
  const most = seen.size - 1;
  const kMax = given ?? Math.min(DEFAULT_MOST, most);
  if (kMax >= 1 && kMax <= most) return kMax;
  const found =
    n <= kMax || most === n - 1
      ? `points has only ${n} ${plural(n, 'row')}`
      : `points has only ${seen.size} distinct ${plural(seen.size, 'row')}`;
  throw new InvalidArgumentError(
    'kMax',
    most < 1
      ? `gapStatistic: ${found}, which cannot be compared with random ones; give at least 2 that differ.`
      : `gapStatistic: kMax is ${kMax}, but ${found}; kMax must be from 1 to ${most}.`,
  );
}

/** The least box around the rows whose sides are along their principal axes. */
async function principalBox(
  { data, shape }: HostRows & { readonly data: RawRows['source'] },
  runtime: RuntimeChoice,
  signal: AbortSignal | undefined,
): Promise<ReferenceBox> {
  const where = { ...(runtime ? { runtime } : {}), ...(signal ? { signal } : {}) };
  const nComponents = Math.min(...shape);
  const model = await pca({ data, shape }, { nComponents, ...where });
  const scores = await model.transform({ data, shape }, where);
  const d = shape[1];
  return {
    ...boxAround(scores),
    mean: model.mean,
    axes: Array.from({ length: nComponents }, (_, i) =>
      model.components.data.slice(i * d, (i + 1) * d),
    ),
  };
}

/** Clusters the points and every reference set for each k. */
async function compare(
  sets: Sets,
  kMax: number,
  { reference = 'uniform', rule = 'firstSEmax', seFactor = 1, ...options }: GapStatisticOptions,
): Promise<GapStatistic> {
  const { references, power, onIteration } = { ...GAP_DEFAULTS, ...options };
  const total = kMax * (references + 1);
  let done = 0;
  const curves = await pooled(references + 1, sets.atOnce, (set) =>
    sets.with(set, async (within) => {
      const curve = new Float64Array(kMax);
      for (let k = 1; k <= kMax; k++) {
        const logW = Math.log(await within(k));
        curve[k - 1] = logW;
        onIteration?.({ done: ++done, total, k, set, logW });
      }
      return curve;
    }),
  );
  const [logW, ...others] = curves;
  const mean = (of: (curve: Float64Array) => number) =>
    others.reduce((sum, curve) => sum + of(curve), 0) / references;
  const expectedLogW = logW.map((_, at) => mean((curve) => curve[at]));
  const standardErrors = expectedLogW.map((expected, at) => {
    const variance = mean((curve) => (curve[at] - expected) ** 2);
    // (references / (references - 1)) (1 + 1 / references), as R's var() divides by one less.
    return references === 1 ? 0 : Math.sqrt((variance * (references + 1)) / (references - 1));
  });
  return new GapStatistic({
    ...{ kMax, references, reference, power, rule, seFactor, logW, expectedLogW, standardErrors },
    gaps: expectedLogW.map((expected, at) => expected - logW[at]),
    engine: sets.engine,
  });
}
