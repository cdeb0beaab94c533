/** k centroids over loaded points: the buffers and recordings of assignments and iterations. */
import { roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import convergeKernel from '../../../shaders/sums/converge.wgsl';
import updateKernel from '../../../shaders/sums/update.wgsl';
import type { Metric } from '../../rows/load_options.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import {
  type Accumulation,
  ACCUMULATE_WORK,
  SUM_BYTES,
  sumBytes,
  type SumBuffers,
} from '../sums/accumulation.js';
import {
  type Assignment,
  leavesOpen,
  centroidTile,
  chooseAssignment,
  paddedClusters,
} from '../assign/assignment.js';
import type { Bounds } from '../assign/bounds.js';
import type { Deciding } from '../assign/deciding.js';
import { Norms } from '../assign/norms.js';
import { costOf, sumsOf } from '../sums/totals.js';
import { groups, paced, padColumns, unpadColumns } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';
import type { StatusBoard } from './status.js';
import type { DeviceWeights } from '../../rows/weights.js';

/** A norm larger than any score, and a place farther than any row, so that padding never wins. */
const NEVER = 3e38;
const FAR = 1e19;

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
  /** Passes over the rows that will be made at most. */
  readonly passes: number;
}

interface Buffers extends SumBuffers {
  readonly even: GPUBuffer;
  readonly odd: GPUBuffer;
  readonly evenNorms: GPUBuffer;
  readonly oddNorms: GPUBuffer;
  readonly moves: GPUBuffer;
  readonly checks: GPUBuffer;
  readonly changed: GPUBuffer;
}

/** What belongs to a chunk's rows, 4 bytes each. */
interface RowBuffers {
  readonly labels: GPUBuffer;
  /** See group_rows.wgsl. */
  readonly owners: GPUBuffer;
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

/** Bytes of what a `Clustering` allocates, by name, but for its labels. */
function sizes(k: number, quads: number): Record<keyof Buffers, number> {
  const paddedK = paddedClusters(k);
  return {
    ...sumBytes(k, quads),
    even: 16 * paddedK * quads,
    odd: 16 * paddedK * quads,
    evenNorms: 4 * paddedK,
    oddNorms: 4 * paddedK,
    moves: 4 * k,
    checks: 16 * k,
    changed: 4,
  };
}

/** Centroids (k x d) and half their squared norms as kernels take them, with what never wins to the end of a tile. */
function paddedOut(centroids: Float32Array, k: number, d: number) {
  const paddedK = paddedClusters(k);
  const rows = padColumns(centroids, k, d);
  const width = rows.length / k;
  const padded = new Float32Array(paddedK * width);
  for (let c = k; c < paddedK; c++) padded[c * width] = FAR;
  padded.set(rows);
  const halfNorms = new Float32Array(paddedK).fill(NEVER);
  for (let c = 0; c < k; c++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += centroids[c * d + j] ** 2;
    halfNorms[c] = sum / 2;
  }
  return { padded, halfNorms };
}

/** Bytes of a `Clustering`, without bounds. */
export function clusteringBytes(k: number, points: DevicePoints): number {
  const { quads, shape } = points;
  return Object.values(sizes(k, quads)).reduce((sum, bytes) => sum + bytes, 8 * shape[0]);
}

/** What an iteration costs that computes every distance, in multiply-adds. */
export function iterationWork(k: number, [n, d]: readonly [number, number]): number {
  return n * d * (roundUp(k, centroidTile(k)) + ACCUMULATE_WORK);
}

/**
 * k centroids over loaded points, with the buffers of its own that assigning and Lloyd's iterations
 * need: 8 bytes a row, three times the centroids, and six times K D floats of sums.
 */
export class Clustering {
  readonly #common: Common;
  readonly #fit: number;
  readonly #rows: readonly RowBuffers[];
  readonly #buffers: Buffers;
  readonly #kernels: Kernels;
  readonly #assignment: Assignment;
  #bounds: Bounds | undefined;

  private constructor(
    common: Common,
    fit: number,
    rows: readonly RowBuffers[],
    buffers: Buffers,
    kernels: Kernels,
    assignment: Assignment,
  ) {
    this.#common = common;
    this.#fit = fit;
    this.#rows = rows;
    this.#buffers = buffers;
    this.#kernels = kernels;
    this.#assignment = assignment;
  }

  /**
   * @param fit its place on the board
   * @param centroids k x d, centred: where to start
   */
  static async create(common: Common, fit: number, centroids: Float32Array): Promise<Clustering> {
    const { workspace, points, metric, k, board, passes, deciding } = common;
    const { runtime } = workspace;
    const {
      quads,
      ranges,
      shape: [, d],
      storage,
    } = points;
    const buffers = await workspace.allocate(sizes(k, quads));
    const rows: RowBuffers[] = [];
    for (const range of ranges) {
      // Whole vec4s.
      const bytes = roundUp(4 * range.rows, 16);
      rows.push(await workspace.allocate({ labels: bytes, owners: bytes }));
    }
    const kernels = {
      update: await runtime.kernel(updateKernel, { NORMALIZE: metric === 'cosine' }),
      converge: await runtime.kernel(convergeKernel),
    };
    const { padded, halfNorms } = paddedOut(centroids, k, d);
    const scaledShift = points.shift.map((value) => value * points.scale);
    workspace.upload(buffers.references, padColumns(scaledShift, 1, d), 16 * k * quads);
    // Both sides of the ping-pong: the update writes only the first k of them.
    for (const buffer of [buffers.even, buffers.odd]) workspace.upload(buffer, padded);
    for (const buffer of [buffers.evenNorms, buffers.oddNorms]) workspace.upload(buffer, halfNorms);
    const reset = () => {
      workspace.run('reset', (recording) => {
        recording.clear(buffers.changed);
        for (const { labels } of rows) recording.clear(labels);
      });
    };
    reset();
    const chunk = points.kept?.[0];
    const assignment = await chooseAssignment(
      runtime,
      { k, columns: d, quads, storage },
      leavesOpen(d)
        ? { norms: await Norms.of(workspace, points), deciding: await deciding() }
        : undefined,
      chunk
        ? {
            chunk,
            buffers: {
              centroids: buffers.even,
              half_norms: buffers.evenNorms,
              state: board.state(fit),
              labels: rows[0].labels,
              changed: buffers.changed,
            },
          }
        : undefined,
      passes,
    );
    reset();
    return new Clustering(common, fit, rows, buffers, kernels, assignment);
  }

  get k(): number {
    return this.#common.k;
  }

  /** [rows] of each chunk. */
  get labels(): readonly GPUBuffer[] {
    return this.#rows.map(({ labels }) => labels);
  }

  /** Rows and columns. */
  get shape(): readonly [number, number] {
    return this.#common.points.shape;
  }

  /** Whether recorded iterations assign by bounds. */
  get bounded(): boolean {
    return this.#bounds !== undefined;
  }

  /** The starting centroids, [padded k][quads] vec4. */
  get centroids(): GPUBuffer {
    return this.#buffers.even;
  }

  /** Puts other centroids (k x d, centred) in the place of the starting ones. */
  place(centroids: Float32Array): void {
    const { workspace, points, k } = this.#common;
    const { padded, halfNorms } = paddedOut(centroids, k, points.shape[1]);
    workspace.upload(this.#buffers.even, padded);
    workspace.upload(this.#buffers.evenNorms, halfNorms);
  }

  /** Labels a chunk's rows with their nearest starting centroids. */
  recordAssign(recording: Recording, chunk: Chunk, c: number): void {
    const { even, evenNorms } = this.#buffers;
    this.#recordAssign(recording, chunk, c, even, evenNorms);
  }

  async readLabels(): Promise<Uint32Array> {
    const { ranges, shape } = this.#common.points;
    const labels = new Uint32Array(shape[0]);
    for (const [c, { start, rows }] of ranges.entries()) {
      labels.set(
        new Uint32Array(await this.#common.workspace.read(this.#rows[c].labels, 0, 4 * rows)),
        start,
      );
    }
    return labels;
  }

  /** Labels every row with its nearest starting centroid, and sums over the clusters. */
  recordSums(recording: Recording): void {
    this.#recordPass(recording, this.#buffers.even, this.#buffers.evenNorms);
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
  #recordPass(recording: Recording, centroids: GPUBuffer, norms: GPUBuffer): void {
    this.#common.accumulation.recordStart(recording, centroids, this.#state, this.#buffers);
    this.#common.points.pass(recording, (chunk, c) => {
      this.#recordAssign(recording, chunk, c, centroids, norms);
      this.#recordSums(recording, chunk, c);
    });
  }

  #recordAssign(
    recording: Recording,
    chunk: Chunk,
    c: number,
    centroids: GPUBuffer,
    halfNorms: GPUBuffer,
  ): void {
    const { points, workspace } = this.#common;
    const { work, rows: tile } = this.#assignment;
    const parts = paced(workspace.runtime, chunk, work * points.shape[1], tile);
    this.#assignment.record(recording, chunk, c, parts, {
      centroids,
      half_norms: halfNorms,
      state: this.#state,
      labels: this.#rows[c].labels,
      changed: this.#buffers.changed,
    });
  }

  #recordSums(recording: Recording, chunk: Chunk, c: number): void {
    const { labels, owners } = this.#rows[c];
    this.#common.accumulation.record(
      recording,
      chunk,
      c,
      labels,
      owners,
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
    const { quads, scale } = this.#common.points;
    const { update, converge } = this.#kernels;
    const { references, totals, moves, checks, changed } = this.#buffers;
    const [old, updated, norms] = even
      ? [this.#buffers.even, this.#buffers.odd, this.#buffers.oddNorms]
      : [this.#buffers.odd, this.#buffers.even, this.#buffers.evenNorms];
    recording.dispatch(
      update,
      {
        shape: { clusters: this.#common.k, quads, unit: scale, shift_gap: this.#shiftGap },
        totals,
        references,
        old,
        state: this.#state,
        updated,
        half_norms: norms,
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
          most_changed: Math.floor(MOST_CHANGED * this.shape[0]),
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
    const { even: a, odd: b, evenNorms, oddNorms } = this.#buffers;
    const recording = this.#common.workspace.record(even ? 'even iteration' : 'odd iteration');
    const [centroids, norms] = even ? [a, evenNorms] : [b, oddNorms];
    if (this.#bounds) {
      const { changed, moves } = this.#buffers;
      const { points, accumulation } = this.#common;
      const { labels } = this;
      const state = this.#state;
      this.#bounds.recordAssign(recording, { centroids, norms, moves, state, labels, changed });
      accumulation.recordStart(recording, centroids, state, this.#buffers);
      points.pass(recording, (chunk, c) => {
        this.#recordSums(recording, chunk, c);
      });
    } else this.#recordPass(recording, centroids, norms);
    this.#recordUpdate(recording, even, ending);
    return recording;
  }

  /** The centroids after so many iterations, k x d, centred. */
  async readCentroids(iterations: number): Promise<Float32Array> {
    const { workspace, points, k } = this.#common;
    const buffer = iterations % 2 === 0 ? this.#buffers.even : this.#buffers.odd;
    const bytes = await workspace.read(buffer, 0, 16 * k * points.quads);
    return unpadColumns(new Float32Array(bytes), k, points.shape[1]);
  }

  /** Gives the empty clusters of the iteration under way far rows, then finishes the iteration. */
  async relocate(iteration: number, ending: Ending): Promise<void> {
    const { totals, even, odd, moves } = this.#buffers;
    const isEven = iteration % 2 === 0;
    // Few fits have empty clusters.
    const { Relocation } = await import('../sums/relocation.js');
    const relocation = new Relocation(
      this.#common.workspace,
      this.#common.points,
      this.#common.weights,
      this.labels,
    );
    const moved = await relocation.apply(
      isEven ? even : odd,
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
      ...this.#rows.flatMap(({ labels, owners }) => [labels, owners]),
    );
  }
}
