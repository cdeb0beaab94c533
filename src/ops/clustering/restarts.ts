/** Several sets of centroids over the same points, whose work goes over the rows side by side. */
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import { Accumulation } from '../sums/accumulation.js';
import { boundsBytes } from '../assign/bounds_size.js';
import { Clustering } from './clustering.js';
import { clusteringBytes, iterationWork } from './clustering_costs.js';
import { withLabellings } from './labelling.js';
import type { DevicePoints } from '../../rows/rows.js';
import { allSettled, sideBySide } from '../side_by_side.js';
import { type Status, STATUS_BYTES, StatusBoard } from './status.js';
import type { DeviceRows } from '../op.js';

/** Sets of k centroids that go side by side over `points`; `bounded`: with bounds of their own. */
export function restartsAtOnce(
  { runtime }: Workspace,
  points: DevicePoints,
  k: number,
  bounded: boolean,
): number {
  const bytes = clusteringBytes(k, points) + STATUS_BYTES + (bounded ? boundsBytes(k, points) : 0);
  const piece = { bytes, joint: STATUS_BYTES, work: iterationWork(k, points.shape) };
  return sideBySide(runtime, points.streamed, piece);
}

export interface Restarts {
  readonly clusterings: readonly Clustering[];
  /** Whether rows come by once a pass. */
  readonly streamed: boolean;
  /** What an iteration of one of them costs, in multiply-adds. */
  readonly work: number;
  /** Labels every row with its nearest starting centroid, and sums over the clusters. */
  sums(): Promise<readonly (ClusterSums & { readonly inertia: number })[]>;
  /** Sends turns of iterations, one of each clustering in a turn. */
  submit(turns: readonly (readonly Recording[])[]): Promise<void>;
  /** How far the work submitted before this call has come, once it is done. */
  readStatus(): Promise<readonly Status[]>;
}

/**
 * Does `work`, and gives back what it held.
 *
 * @param starts where each begins, k x d, centred, in the units of the rows
 * @param passes over the rows that will be made at most
 */
export function withRestarts<T>(
  rows: DeviceRows,
  k: number,
  starts: readonly Float32Array[],
  passes: number,
  work: (restarts: Restarts) => Promise<T>,
): Promise<T> {
  const { workspace, points, weights, metric } = rows;
  return withLabellings(rows, k, starts, passes, async (labellings, deciding) => {
    const accumulation = await Accumulation.create(workspace, points, weights, k);
    const board = await StatusBoard.create(workspace, starts.length, metric);
    workspace.run('reset', (recording) => {
      board.recordReset(recording);
    });
    const common = { workspace, points, weights, metric, k, accumulation, deciding, board };
    const clusterings: Clustering[] = [];
    for (const [fit, labelling] of labellings.entries()) {
      clusterings.push(await Clustering.create(common, fit, labelling, starts[fit]));
    }
    try {
      return await work({
        clusterings,
        streamed: points.streamed,
        work: iterationWork(k, points.shape),
        sums: async () => {
          await workspace.runInParts(
            'sums',
            ...clusterings.map((clustering) => (recording: Recording) => {
              clustering.recordSums(recording);
            }),
          );
          return allSettled(clusterings.map((clustering) => clustering.readSums()));
        },
        submit: (turns) => workspace.submitInParts(turns),
        readStatus: () => board.read(),
      });
    } finally {
      for (const part of [...clusterings, accumulation, board]) part.dispose();
    }
  });
}
