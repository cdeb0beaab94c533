/** k centroids over loaded points: the buffers and recordings of assignments and iterations. */
import { roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import convergeKernel from '../../../shaders/sums/converge.wgsl';
import updateKernel from '../../../shaders/sums/update.wgsl';
import type { Metric } from '../../rows/load_options.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import { type Accumulation, SUM_BYTES } from '../sums/accumulation.js';
import type { Bounds } from '../assign/bounds.js';
import type { Deciding } from '../assign/deciding.js';
import { costOf, sumsOf } from '../sums/totals.js';
import { groups, padColumns, unpadColumns } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';
import { type ClusteringBuffers, sizes } from './clustering_costs.js';
import type { Labelling, Side } from './labelling.js';
import type { StatusBoard } from './status.js';
import type { DeviceWeights } from '../../rows/weights.js';
import { together } from '../side_by_side.js';

/**
 * Of all rows, those that may have changed their label for the next iteration to amend its sums: each
 * then costs twice what it does where all are summed.
 */
const MOST_CHANGED = 0.25;

/** What all sets of centroids have in common that run side by side. */
export interface Common {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly weights: DeviceWeights;
  readonly metric: Metric;
  readonly k: number;
  readonly accumulation: Accumulation;
  /** Made when it is first asked for. */
  readonly deciding: () => Promise<Deciding>;
  readonly board: StatusBoard;
}

/** When a fit ends. */
export interface Ending {
  /** The sum of the centroids' squared moves within which it does. */
  readonly tolerance: number;
  /** Iterations after which it does. */
  readonly most: number;
}

interface Kernels {
  readonly update: Kernel;
  readonly converge: Kernel;
}

/**
 * k centroids over loaded points, with the buffers that Lloyd's iterations need beside a labelling's: 4
 * bytes a row, the centroids' other side, and six times K D floats of sums.
 */
export class Clustering {
  readonly #common: Common;
  readonly #fit: number;
  readonly #labelling: Labelling;
  /** See group_rows.wgsl: [rows] of each chunk. */
  readonly #owners: readonly GPUBuffer[];
  readonly #buffers: ClusteringBuffers;
  readonly #kernels: Kernels;
  #bounds: Bounds | undefined;

  private constructor(
    common: Common,
    fit: number,
    labelling: Labelling,
    owners: readonly GPUBuffer[],
    buffers: ClusteringBuffers,
    kernels: Kernels,
  ) {
    this.#common = common;
    this.#fit = fit;
    this.#labelling = labelling;
    this.#owners = owners;
    this.#buffers = buffers;
    this.#kernels = kernels;
  }

  /**
   * @param fit its place on the board
   * @param labelling of the centroids to start from
   * @param centroids the same on the host
   */
  static async create(
    common: Common,
    fit: number,
    labelling: Labelling,
    centroids: Float32Array,
  ): Promise<Clustering> {
    const { workspace, points, metric, k } = common;
    const { runtime } = workspace;
    const { quads, ranges } = points;
    const buffers = await workspace.allocate(sizes(k, quads));
    const owners: GPUBuffer[] = [];
    for (const range of ranges) {
      // Whole vec4s.
      owners.push((await workspace.allocate({ owners: roundUp(4 * range.rows, 16) })).owners);
    }
    const kernels = await together({
      update: runtime.kernel(updateKernel, { NORMALIZE: metric === 'cosine' }),
      converge: runtime.kernel(convergeKernel),
    });
    const scaledShift = points.shift.map((value) => value * points.scale);
    workspace.upload(
      buffers.references,
      padColumns(scaledShift, 1, scaledShift.length),
      16 * k * quads,
    );
    // The update writes only the first k of either side.
    labelling.place(centroids, buffers);
    return new Clustering(common, fit, labelling, owners, buffers, kernels);
  }

  /** What kernels bind that move the starting centroids by their sums; see combine.wgsl and converge.wgsl. */
  get stepping() {
    const { references, totals } = this.#buffers;
    const { board } = this.#common;
    const [state, history] = [board.state(this.#fit), board.history(this.#fit)];
    return { references, totals, ...this.#labelling.side, state, history };
  }

  /** Labels by the centroids after so many iterations. */
  after(iterations: number): Labelling {
    return this.#labelling.at(this.#side(iterations % 2 === 0));
  }

  #side(even: boolean): Side {
    return even ? this.#labelling.side : this.#buffers;
  }

  /** Labels every row with its nearest starting centroid, and sums over the clusters. */
  recordSums(recording: Recording): void {
    this.#recordPass(recording, this.#labelling.side);
  }

  /** The sums that were recorded. */
  async readSums(): Promise<ClusterSums & { readonly inertia: number }> {
    const { k, points, metric } = this.#common;
    const { quads, shape } = points;
    const totals = await this.#readTotals();
    const inertia = costOf(totals);
    return {
      ...sumsOf(totals, quads, k, shape[1]),
      inertia: metric === 'cosine' ? inertia / 2 : inertia,
    };
  }

  async #readTotals(): Promise<Float32Array> {
    const { workspace, points, k } = this.#common;
    const bytes = SUM_BYTES * k * points.quads;
    return new Float32Array(await workspace.read(this.#buffers.totals, 0, bytes));
  }

  /** What rows of length 1 are less of, 1 less its squared length: in full, as float32 would cancel. */
  get #shiftGap(): number {
    const { metric, points } = this.#common;
    if (metric !== 'cosine') return 0;
    return points.shift.reduce((gap, value) => gap - value * value, 1);
  }

  get #state(): GPUBufferBinding {
    return this.#common.board.state(this.#fit);
  }

  /** From here on recorded iterations assign by bounds, made anew from the centroids of then. */
  async useBounds(iterations: number): Promise<void> {
    const { workspace, points, k } = this.#common;
    if (!this.#bounds) {
      // Short fits, and few columns, never need it.
      const { Bounds } = await import('../assign/bounds.js');
      this.#bounds = await Bounds.create(workspace, points, k, await this.#common.deciding());
    }
    this.#bounds.group(await this.readCentroids(iterations));
    workspace.run('reset bounds', (recording) => {
      this.#bounds?.recordReset(recording, this.#buffers.moves);
    });
  }

  /** From here on recorded iterations compute every distance. */
  dropBounds(): void {
    this.#bounds?.dispose();
    this.#bounds = undefined;
  }

  /** Assigns and sums chunk by chunk, so that each comes by once. */
  #recordPass(recording: Recording, side: Side): void {
    const { accumulation, points } = this.#common;
    const labelling = this.#labelling.at(side);
    accumulation.recordStart(recording, side.centroids, this.#state, this.#buffers);
    points.pass(recording, (chunk, c) => {
      labelling.recordAssign(recording, chunk, c, this.#state);
      this.#recordSums(recording, chunk, c);
    });
  }

  #recordSums(recording: Recording, chunk: Chunk, c: number): void {
    this.#common.accumulation.record(
      recording,
      chunk,
      c,
      this.#labelling.labels[c],
      this.#owners[c],
      this.#state,
      this.#buffers,
    );
  }

  /**
   * New centroids from the totals, and the decision whether to go on.
   *
   * @param renew whether the next iteration must sum all rows
   */
  #recordUpdate(
    recording: Recording,
    even: boolean,
    { tolerance, most }: Ending,
    renew = false,
  ): void {
    const { quads, scale, shape } = this.#common.points;
    const { update, converge } = this.#kernels;
    const { references, totals, moves, checks } = this.#buffers;
    const { changed } = this.#labelling;
    const updated = this.#side(!even);
    recording.dispatch(
      update,
      {
        shape: { clusters: this.#common.k, quads, unit: scale, shift_gap: this.#shiftGap },
        totals,
        references,
        old: this.#side(even).centroids,
        state: this.#state,
        updated: updated.centroids,
        half_norms: updated.half_norms,
        moves,
        checks,
      },
      groups(update, this.#common.k),
    );
    recording.dispatch(
      converge,
      {
        shape: {
          clusters: this.#common.k,
          entries: this.#common.k * quads,
          tolerance,
          most_changed: Math.floor(MOST_CHANGED * shape[0]),
          renew: renew ? 1 : 0,
          most_iterations: most,
        },
        totals,
        moves,
        checks,
        state: this.#state,
        changed,
        history: this.#common.board.history(this.#fit),
      },
      1,
    );
  }

  /** An iteration from the even to the odd centroids, or back. */
  recordIteration(even: boolean, ending: Ending): Recording {
    const recording = this.#common.workspace.record(even ? 'even iteration' : 'odd iteration');
    const side = this.#side(even);
    if (this.#bounds) {
      const { centroids, half_norms: norms } = side;
      const { moves } = this.#buffers;
      const { points, accumulation } = this.#common;
      const { labels, changed } = this.#labelling;
      const state = this.#state;
      this.#bounds.recordAssign(recording, { centroids, norms, moves, state, labels, changed });
      accumulation.recordStart(recording, centroids, state, this.#buffers);
      points.pass(recording, (chunk, c) => {
        this.#recordSums(recording, chunk, c);
      });
    } else this.#recordPass(recording, side);
    this.#recordUpdate(recording, even, ending);
    return recording;
  }

  /** The centroids after so many iterations, k x d, centred. */
  async readCentroids(iterations: number): Promise<Float32Array> {
    const { workspace, points, k } = this.#common;
    const { centroids } = this.#side(iterations % 2 === 0);
    const bytes = await workspace.read(centroids, 0, 16 * k * points.quads);
    return unpadColumns(new Float32Array(bytes), k, points.shape[1]);
  }

  /** Gives the empty clusters of the iteration under way far rows, then finishes the iteration. */
  async relocate(iteration: number, ending: Ending): Promise<void> {
    const { totals, moves } = this.#buffers;
    const isEven = iteration % 2 === 0;
    // Few fits have empty clusters.
    const { Relocation } = await import('../sums/relocation.js');
    const relocation = new Relocation(
      this.#common.workspace,
      this.#common.points,
      this.#common.weights,
      this.#labelling.labels,
    );
    const moved = await relocation.apply(
      this.#side(isEven).centroids,
      this.#common.k,
      await this.#readTotals(),
    );
    this.#common.workspace.upload(totals, moved);
    this.#common.board.resume(this.#fit, iteration);
    this.#common.workspace.run('update after relocation', (recording) => {
      this.#recordUpdate(recording, isEven, ending, true);
      this.#bounds?.recordReset(recording, moves);
    });
  }

  /** Has the iteration under way done again, with all rows summed. */
  renew(iteration: number): void {
    this.#common.board.resume(this.#fit, iteration);
    this.#common.workspace.run('renew', (recording) => {
      // By bounds it is assigned again, too, from where the centroids are already.
      recording.clear(this.#buffers.moves);
    });
  }

  dispose(): void {
    this.dropBounds();
    this.#common.workspace.release(
      ...Object.values<GPUBuffer>({ ...this.#buffers }),
      ...this.#owners,
    );
  }
}
