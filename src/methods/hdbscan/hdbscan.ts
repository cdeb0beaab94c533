/** HDBSCAN: DBSCAN at every distance at once, and of its clusters those that last. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { withExactRows } from '../../fit/exact_rows.js';
import { checkOptions } from '../../fit/options.js';
import { withLoaded } from '../../fit/session.js';
import { deviceEngine } from '../../ops/device_engine.js';
import type { Engine } from '../../ops/op.js';
import { givenRows } from '../../rows/exact_rows.js';
import { type Points, type RawRows, toFloat32 } from '../../rows/matrix.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { choose, condense } from './condensed_tree.js';
import { HDBSCAN_DEFAULTS, HDBSCAN_RULES } from './options.js';
import { spanningTree } from './spanning_tree.js';

export interface HdbscanOptions extends ComputeOptions {
  /** Rows that a cluster has at least: >= 2. Default 5. */
  readonly minClusterSize?: number;
  /**
   * How far a row reaches: to the nearest so many rows, itself among them. More call more rows noise. At most
   * n. Default `minClusterSize`.
   */
  readonly minSamples?: number;
  /** 'eom', the clusters with the largest excess of mass, or 'leaf', the smallest ones. Default 'eom'. */
  readonly clusterSelectionMethod?: 'eom' | 'leaf';
}

/** What `hdbscan` found. */
export interface Hdbscan {
  /** The cluster of each row, [n], from 0; -1 is noise. */
  readonly labels: Int32Array;
  /** How firmly each row belongs to its cluster, [n]: 1 at its core, 0 for noise. */
  readonly probabilities: Float64Array;
  /** Number of clusters. */
  readonly k: number;
}

/**
 * Clusters of any shape and of different densities, and noise (R. Campello, D. Moulavi and J. Sander,
 * "Density-based clustering based on hierarchical density estimates", PAKDD 2013). Two rows are as far from
 * each other as their distance, or as either reaches, whichever is more; the minimum spanning tree of these
 * distances tells what is connected below each distance, and of the groups of at least `minClusterSize` rows
 * those are chosen that last longest as it falls. As scikit-learn's `HDBSCAN`. Where distances tie (whole numbers,
 * categories) several trees are least: which is found, and so some labels, may differ between devices and libraries.
 *
 * The distances are never held: a pass for each row's neighbours, 3 n^2 d operations, and log2(n) at most for the
 * tree, as a rule a few, over the rows that need one; the tree and what follows is float64 on the host.
 *
 * @param points n x d in any form but a stream, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function hdbscan(points: Points, options: HdbscanOptions = {}): Promise<Hdbscan> {
  const checked = checkOptions('hdbscan', options, HDBSCAN_RULES);
  const { minClusterSize, clusterSelectionMethod, runtime, signal } = {
    ...HDBSCAN_DEFAULTS,
    ...checked,
  };
  const { minSamples = minClusterSize } = checked;
  signal?.throwIfAborted();
  const given = await givenRows('points', points);
  const [n] = given.checked.shape;
  if (minSamples > n) {
    throw new InvalidArgumentError(
      'minSamples',
      `hdbscan: minSamples is ${minSamples}, but points has ${n} ${plural(n, 'row')}; use minSamples <= ${n}.`,
    );
  }
  const fit = async (engine: Engine, rows: RawRows): Promise<Hdbscan> => {
    if (n < 2) return { labels: Int32Array.of(-1), probabilities: Float64Array.of(0), k: 0 };
    const load = { metric: 'euclidean' as const, signal };
    const tree = await withLoaded(engine, toFloat32('points', rows), load, (session) =>
      spanningTree(session, rows, minSamples, signal),
    );
    return choose(condense(tree, minClusterSize), clusterSelectionMethod);
  };
  const found = await withExactRows(
    runtime,
    given,
    signal,
    (device, rows) => fit(deviceEngine(device), rows),
    async (rows) => fit((await import('../../ops/host_engine.twin.js')).hostEngine, rows),
  );
  return Object.freeze(found);
}
