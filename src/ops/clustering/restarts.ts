/** Several sets of centroids over the same points, whose work goes over the rows side by side. */
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import { Accumulation } from '../sums/accumulation.js';
import { boundsBytes } from '../assign/bounds_size.js';
import { Clustering, clusteringBytes, type Common, iterationWork } from './clustering.js';
import { Deciding } from '../assign/deciding.js';
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

export class Restarts {
  readonly clusterings: readonly Clustering[];
  readonly #common: Common;

  private constructor(common: Common, clusterings: readonly Clustering[]) {
    this.#common = common;
    this.clusterings = clusterings;
  }

  /**
   * Does `work`, and gives back what it held.
   *
   * @param starts where each begins, k x d, centred, in the units of the rows
   * @param passes over the rows that will be made at most
   */
  static async with<T>(
    { workspace, points, weights, metric }: DeviceRows,
    k: number,
    starts: readonly Float32Array[],
    passes: number,
    work: (restarts: Restarts) => Promise<T>,
  ): Promise<T> {
    const accumulation = await Accumulation.create(workspace, points, weights, k);
    const board = await StatusBoard.create(workspace, starts.length, metric);
    workspace.run('reset', (recording) => {
      board.recordReset(recording);
    });
    let made: Promise<Deciding> | undefined;
    const deciding = () => (made ??= Deciding.create(workspace, points, k));
    const common = { workspace, points, weights, metric, k, accumulation, deciding, board, passes };
    const clusterings: Clustering[] = [];
    for (const [fit, start] of starts.entries()) {
      clusterings.push(await Clustering.create(common, fit, start));
    }
    const restarts = new Restarts(common, clusterings);
    try {
      return await work(restarts);
    } finally {
      restarts.#dispose();
      (await made)?.dispose();
    }
  }

  /** Whether rows come by once a pass. */
  get streamed(): boolean {
    return this.#common.points.streamed;
  }

  /** What an iteration of one of them costs, in multiply-adds. */
  get work(): number {
    return iterationWork(this.#common.k, this.#common.points.shape);
  }

  /** Labels every row with its nearest starting centroid, and sums over the clusters. */
  async sums(): Promise<readonly (ClusterSums & { readonly inertia: number })[]> {
    const { workspace } = this.#common;
    await workspace.runInParts(
      'sums',
      ...this.clusterings.map((clustering) => (recording: Recording) => {
        clustering.recordSums(recording);
      }),
    );
    return allSettled(this.clusterings.map((clustering) => clustering.readSums()));
  }

  /** Sends turns of iterations, one of each clustering in a turn. */
  submit(turns: readonly (readonly Recording[])[]): Promise<void> {
    return this.#common.workspace.submitInParts(turns);
  }

  /** How far the work submitted before this call has come, once it is done. */
  readStatus(): Promise<readonly Status[]> {
    return this.#common.board.read();
  }

  #dispose(): void {
    for (const clustering of this.clusterings) clustering.dispose();
    this.#common.accumulation.dispose();
    this.#common.board.dispose();
  }
}
