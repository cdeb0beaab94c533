/** DBSCAN: clusters are what chains of dense rows lead through. */
import { checkOptions } from '../../fit/options.js';
import { withRadiusSearch } from '../../fit/radius_search.js';
import { givenRows } from '../../rows/exact_rows.js';
import type { Points } from '../../rows/matrix.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { clusterByDensity } from './cluster_by_density.js';
import { DBSCAN_DEFAULTS, DBSCAN_RULES } from './options.js';

export interface DbscanOptions extends ComputeOptions {
  /** Rows at most so far apart are neighbours: a finite number above 0. Default 0.5. */
  readonly eps?: number;
  /** A row with so many neighbours, itself among them, is a core row: >= 1. Default 5. */
  readonly minSamples?: number;
}

/** What `dbscan` found. */
export interface Dbscan {
  /** The cluster of each row, [n], from 0; -1 is noise. */
  readonly labels: Int32Array;
  /** The core rows, rising. */
  readonly core: Uint32Array;
  /** Number of clusters. */
  readonly k: number;
}

/**
 * Groups rows that lie close together; what lies alone is noise. Rows with at least `minSamples` rows
 * within `eps` of them, themselves among these, are core rows; core rows within `eps` of each other are
 * one cluster; other rows within `eps` of a core row belong to the first such cluster (M. Ester, H.-P.
 * Kriegel, J. Sander and X. Xu, "A density-based algorithm for discovering clusters", KDD 1996). Clusters
 * are numbered by their first core rows: the labels are those of scikit-learn's `DBSCAN`.
 *
 * Exact: pairs whose distances float32 cannot tell from `eps` are decided in float64. Distances are never
 * held; rows are put in the order of a tree, of which only parts within `eps` of each other are compared:
 * 9 n m d operations, where m rows are near on average, and m is n at worst. About 24 n + 8 n d bytes.
 *
 * @param points n x d in any form but a stream, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function dbscan(points: Points, options: DbscanOptions = {}): Promise<Dbscan> {
  const { eps, minSamples, runtime, signal } = {
    ...DBSCAN_DEFAULTS,
    ...checkOptions('dbscan', options, DBSCAN_RULES),
  };
  signal?.throwIfAborted();
  const { labels, core, first } = await withRadiusSearch(
    runtime,
    await givenRows('points', points),
    { radius: eps },
    signal,
    (search, order) => clusterByDensity(search, order, minSamples),
  );
  return Object.freeze({ labels, core, k: first.length });
}
