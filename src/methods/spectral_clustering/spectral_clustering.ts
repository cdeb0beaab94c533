/** Spectral clustering. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { withRows } from '../../fit/engine.js';
import { checkOptions } from '../../fit/options.js';
import { createPause, type Pause } from '../../math/event_loop.js';
import { createRandom, type Random } from '../../math/random.js';
import { norm, scaled } from '../../math/vectors.js';
import { nearestRows } from '../../ops/neighbours/nearest_rows.js';
import { rbf } from '../../ops/neighbours/rbf.js';
import { isPointStream } from '../../rows/load_options.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import {
  type Affinity,
  checkAffinity,
  checkDenseSize,
  checkK,
  type CsrInput,
  isCsrInput,
  neighbourGraph,
} from './affinity.js';
import { largestOfGraph } from './eigenvectors.js';
import { normalizedGraph, type NormalizedGraph } from './graph.js';
import { clusterQr, discretize } from './labels.js';
import {
  type AffinityKind,
  type LabelAssignment,
  type Laplacian,
  SPECTRAL_DEFAULTS,
  SPECTRAL_RULES,
} from './options.js';
import { SpectralClusteringModel } from './spectral_model.js';

export interface SpectralClusteringOptions extends ComputeOptions {
  /** Number of clusters, 1 <= k <= n, and of eigenvectors. */
  readonly k: number;
  /**
   * 'rbf' (default): exp(-gamma d^2) of all pairs, held in full: 4 n^2 bytes, several times over; refused
   * above 1 GiB (n 16,384). 'nearestNeighbours': 1 between rows that are among each other's `nNeighbours`
   * nearest, 1/2 where only one is among the other's; sparse. 'precomputed': the caller's, n x n, symmetric
   * and none below 0, given in place of the points: in full, or sparse as { indptr, indices, data, shape }.
   */
  readonly affinity?: AffinityKind;
  /** Of 'rbf', above 0. Default 1. */
  readonly gamma?: number;
  /** Of 'nearestNeighbours': rows, each itself among them; at most n. Default 10. */
  readonly nNeighbours?: number;
  /**
   * What of the eigenvectors x of D^-1/2 W D^-1/2 is clustered. 'normalized' (default), as scikit-learn:
   * D^-1/2 x, W without its diagonal. 'ngJordanWeiss': x with rows scaled to length 1; 'shiMalik': D^-1/2 x;
   * both with W's diagonal, as the subspace papers' code has them.
   */
  readonly laplacian?: Laplacian;
  /**
   * Of the mean degree, added to every degree: with some (0.25 to 1), vertices that hardly hang together with
   * others no longer take eigenvectors for themselves (Qin & Rohe, "Regularized spectral clustering under the
   * degree-corrected stochastic blockmodel", NIPS 2013). Default 0.
   */
  readonly regularization?: number;
  /**
   * 'kmeans' (default); 'clusterQr': by a QR factorization with pivots, without start or chance;
   * 'discretize': the partition nearest to a rotation of the embedding.
   */
  readonly assignLabels?: LabelAssignment;
  /** Runs of 'kmeans' from different seeds. Default: 10, but for 'normalized' 20. */
  readonly nInit?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
}

/**
 * Spectral clustering: rows are vertices of a graph whose edges weigh their affinities, and the smallest
 * eigenvectors of its normalized Laplacian place them where clusters, of any shape, lie apart (von Luxburg,
 * "A tutorial on spectral clustering", Statistics and Computing 17, 2007).
 *
 * By default as scikit-learn's `SpectralClustering`. Eigenpairs come from Chebyshev-filtered subspace
 * iteration with products on the device; up to 192 rows from a whole decomposition on the host.
 *
 * A graph that falls apart, or has vertices without an edge, is answered with a warning: eigenvectors then
 * tell its parts from one another, and an isolated vertex lies at 0 in all of them.
 *
 * @param points n x d, one row a point, in any form, or a stream; with affinity 'precomputed' the n x n
 *   affinities. Never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function spectralClustering(
  points: Points | PointStream | CsrInput,
  options: SpectralClusteringOptions,
): Promise<SpectralClusteringModel> {
  const checked = {
    ...SPECTRAL_DEFAULTS,
    ...checkOptions('spectralClustering', options, SPECTRAL_RULES),
  };
  const { k, laplacian, regularization, seed, runtime, signal } = checked;
  if ((k as unknown) === undefined) {
    throw new InvalidArgumentError(
      'k',
      `spectralClustering: k is undefined; it must be ${SPECTRAL_RULES.k.rule}.`,
    );
  }
  signal?.throwIfAborted();
  const { affinity, engine } = await affinityOf(points, checked);
  const [n] = affinity.shape;
  checkK(k, n);
  const graph = normalizedGraph(affinity, laplacian !== 'normalized', regularization);
  warnOfParts(graph);
  const pause = createPause(signal);
  const random = createRandom(seed);
  const pairs = await largestOfGraph(graph, k, random, runtime, signal);
  const rows = embed(pairs.vectors, graph, laplacian);
  const labels = await assign(rows, checked, random, pause);
  return new SpectralClusteringModel({
    shape: [n, k],
    labels: labels.labels,
    // Rounding may leave less than nothing.
    eigenvalues: pairs.values.map((value) => Math.max(0, 1 - value)),
    embedding: Float32Array.from(rows.flatMap((row) => [...row])),
    laplacian,
    affinity,
    engine: [engine, pairs.engine, labels.engine].find((name) => name !== 'cpu') ?? 'cpu',
  });
}

type Checked = SpectralClusteringOptions &
  Required<Omit<SpectralClusteringOptions, 'nInit' | 'runtime' | 'signal'>>;

/** The affinities, and what found them. */
async function affinityOf(
  points: Points | PointStream | CsrInput,
  { k, affinity, gamma, nNeighbours, runtime, signal }: Checked,
): Promise<{ readonly affinity: Affinity; readonly engine: string }> {
  if (affinity === 'precomputed') {
    if (isPointStream(points)) {
      throw new InvalidArgumentError(
        'points',
        `spectralClustering: precomputed affinities are given as a stream; give { data, shape } or { indptr, indices, data, shape }.`,
      );
    }
    return { affinity: checkAffinity(points), engine: 'cpu' };
  }
  if (isCsrInput(points)) {
    throw new InvalidArgumentError(
      'affinity',
      `spectralClustering: points is a sparse matrix, but affinity is '${affinity}'; use affinity: 'precomputed'.`,
    );
  }
  const source = await checkSource('points', points, {}, signal);
  const [n] = source.shape;
  checkK(k, n);
  const load = { metric: 'euclidean' as const, signal };
  if (affinity === 'rbf') {
    checkDenseSize(n);
    return withRows(runtime, source, load, async (session, engine) => {
      const data = await session.run(rbf, gamma, signal);
      return { affinity: { data, shape: [n, n] as const }, engine };
    });
  }
  if (nNeighbours > n) {
    throw new InvalidArgumentError(
      'nNeighbours',
      `spectralClustering: nNeighbours is ${nNeighbours}, but points has ${n} ${plural(n, 'row')}; use at most ${n}.`,
    );
  }
  return withRows(runtime, source, load, async (session, engine) => {
    const { indices } = await session.run(nearestRows, nNeighbours, { includesSelf: true, signal });
    return { affinity: neighbourGraph(indices, n), engine };
  });
}

function warnOfParts({ isolated, parts }: NormalizedGraph): void {
  if (parts === 1) return;
  const alone = isolated > 0 ? `, ${isolated} of them single rows without any affinity` : '';
  console.warn(
    `spectralClustering: the graph is not connected: it has ${parts} parts${alone}. Clusters may follow these ` +
      `rather than what lies within; use more neighbours or a smaller gamma.`,
  );
}

/** The rows of the embedding. */
function embed(
  vectors: readonly Float64Array[],
  { roots }: NormalizedGraph,
  laplacian: Laplacian,
): readonly Float64Array[] {
  const columns =
    laplacian === 'ngJordanWeiss'
      ? vectors
      : vectors.map((vector) => signed(vector.map((value, i) => value / roots[i])));
  return Array.from(roots, (_, i) => {
    const row = Float64Array.from(columns, (column) => column[i]);
    const size = laplacian === 'ngJordanWeiss' ? norm(row) : 1;
    return size > 0 ? scaled(row, 1 / size) : row;
  });
}

/** With the sign that makes the first of the largest entries positive. */
function signed(vector: Float64Array): Float64Array {
  const most = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return most < 0 ? scaled(vector, -1) : vector;
}

const N_INIT: Readonly<Record<Laplacian, number>> = {
  normalized: 10,
  ngJordanWeiss: 20,
  shiMalik: 20,
};

async function assign(
  rows: readonly Float64Array[],
  { k, assignLabels, laplacian, nInit, seed, runtime, signal }: Checked,
  random: Random,
  pause: Pause,
): Promise<{ readonly labels: Uint32Array; readonly engine: string }> {
  if (assignLabels === 'clusterQr')
    return { labels: await clusterQr(rows, random, pause), engine: 'cpu' };
  if (assignLabels === 'discretize')
    return { labels: await discretize(rows, random, pause), engine: 'cpu' };
  const data = Float64Array.from(rows.flatMap((row) => [...row]));
  return kmeans(
    { data, shape: [rows.length, k] },
    {
      ...{ k, nInit: nInit ?? N_INIT[laplacian], seed },
      ...(runtime ? { runtime } : {}),
      ...(signal ? { signal } : {}),
    },
  );
}
