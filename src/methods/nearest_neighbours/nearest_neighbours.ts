/** The nearest rows to every row, or to other ones. */
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { withRows } from '../../fit/engine.js';
import { checkOptions } from '../../fit/options.js';
import { nearestRows } from '../../ops/neighbours/nearest_rows.js';
import { type CheckedMatrix, checkMatrix, type Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { K_RULE, NEIGHBOURS_DEFAULTS, NEIGHBOURS_RULES } from './options.js';

export interface NearestNeighboursOptions extends ComputeOptions {
  /**
   * Other rows, m x d and on the host, whose neighbours among `points` are wanted. Default: the rows of
   * `points` themselves.
   */
  readonly queries?: Points;
  /**
   * Whether a row counts among its own neighbours: first, at distance 0, unless equal rows of a lower
   * index come before it. Default false. Of `queries` no row is left out.
   */
  readonly includeSelf?: boolean;
}

/** The neighbours of each row: row i's stand at i k to (i + 1) k - 1, nearest first. */
export interface Neighbours {
  /** Rows of `points`, [m][k]; of rows equally far the lower index first. */
  readonly indices: Uint32Array;
  /** Their Euclidean distances, [m][k], rising within a row. */
  readonly distances: Float32Array;
  readonly shape: readonly [rows: number, k: number];
}

/**
 * The k nearest rows of `points` to every row, or to every one of `queries`, by Euclidean distance: exact,
 * compared one with another by direct differences in float32 of rows less their column means, as labels of
 * K-means are. As scikit-learn's `NearestNeighbors(algorithm='brute')`, whose distances cancel where rows
 * lie close together and far from 0. 3 n m d operations; the n x m distances are never held.
 *
 * @param points n x d in any form, one row a point, or a stream, which is passed over once for some
 *   thousands of queries; never changed
 * @param k neighbours of each row: at most n, or n - 1 where a row does not count among its own
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function nearestNeighbours(
  points: Points | PointStream,
  k: number,
  options: NearestNeighboursOptions = {},
): Promise<Neighbours> {
  const { queries, includeSelf, runtime, signal } = {
    ...NEIGHBOURS_DEFAULTS,
    ...checkOptions('nearestNeighbours', options, NEIGHBOURS_RULES),
  };
  signal?.throwIfAborted();
  if (!K_RULE.holds(k)) {
    throw new InvalidArgumentError(
      'k',
      `nearestNeighbours: k is ${show(k)}; it must be ${K_RULE.rule}.`,
    );
  }
  const checked = await checkSource('points', points, {}, signal);
  const [n, d] = checked.shape;
  const others = queries && checkQueries(queries, d);
  const most = others || includeSelf ? n : n - 1;
  if (k > most) {
    const why = most < n ? ', and none is its own neighbour without includeSelf: true' : '';
    throw new InvalidArgumentError(
      'k',
      `nearestNeighbours: k is ${k}, but points has ${n} ${plural(n, 'row')}${why}; use k <= ${most}.`,
    );
  }
  const load = { metric: 'euclidean' as const, extent: others?.largest ?? 0, signal };
  return withRows(runtime, checked, load, async (session) => {
    const { shift } = session;
    const found = await session.run(nearestRows, k, {
      queries: others && (await centred(others, shift)),
      includesSelf: includeSelf,
      signal,
    });
    return { ...found, shape: [found.indices.length / k, k] as const };
  });
}

function checkQueries(queries: Points, columns: number): CheckedMatrix {
  if ('buffer' in queries && !('data' in queries)) {
    throw new InvalidArgumentError(
      'queries',
      `nearestNeighbours: queries lie on a GPUDevice; give { data, shape } on the host.`,
    );
  }
  return checkMatrix('queries', queries, { columns });
}

/** The queries as an engine holds the rows. */
async function centred(queries: CheckedMatrix, shift: Float64Array): Promise<Float32Array> {
  const { loadHostRows } = await import('../../rows/host_rows.js');
  return (await loadHostRows(queries, shift)).x;
}
