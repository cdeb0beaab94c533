/** k centroids over loaded points: the buffers and recordings of assignments and iterations. */
import { ceilDiv, roundUp } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Kernel } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import convergeKernel from '../../shaders/converge.wgsl';
import updateKernel from '../../shaders/update.wgsl';
import type { Metric } from '../kmeans_backend.js';
import type { ClusterSums } from '../reference/accumulate.js';
import { type Accumulation, ACCUMULATE_WORK, segmentsOf, type SumBuffers } from './accumulation.js';
import { type Assignment, centroidTile, chooseAssignment, paddedClusters } from './assignment.js';
import { Bounds } from './bounds.js';
import { Relocation, sumsOf } from './relocation.js';
import {
  type Chunk,
  type DevicePoints,
  forEachChunk,
  groups,
  paced,
  padColumns,
  unpadColumns,
} from './points.js';
import type { StatusBoard } from './status.js';
import type { DeviceWeights } from './weights.js';

/** Larger than any score, so that padding never wins; squares of such data overflow anyway. */
const NEVER = 3e38;

/** What all sets of centroids have in common that run side by side. */
export interface Common {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly weights: DeviceWeights;
  readonly metric: Metric;
  readonly k: number;
  readonly accumulation: Accumulation;
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
  readonly changed: GPUBuffer;
}

interface Kernels {
  readonly update: Kernel;
  readonly converge: Kernel;
}

/** Bytes of what a `Clustering` allocates, by name, but for its labels. */
function sizes(k: number, { quads, shape: [n] }: DevicePoints): Record<keyof Buffers, number> {
  const paddedK = paddedClusters(k);
  const entries = k * (quads + 1);
  return {
    even: 16 * paddedK * quads,
    odd: 16 * paddedK * quads,
    evenNorms: 4 * paddedK,
    oddNorms: 4 * paddedK,
    levels: 2 * 16 * entries,
    totals: 16 * entries,
    costs: 4 * segmentsOf(n) * quads,
    moves: 4 * k,
    changed: 4,
    empties: 4,
  };
}

/** Bytes of a `Clustering`, without bounds. */
export function clusteringBytes(k: number, points: DevicePoints): number {
  return Object.values(sizes(k, points)).reduce((sum, bytes) => sum + bytes, 4 * points.shape[0]);
}

/** What an iteration costs that computes every distance, in multiply-adds. */
export function iterationWork(k: number, [n, d]: readonly [number, number]): number {
  return n * d * (roundUp(k, centroidTile(k)) + ACCUMULATE_WORK);
}

/**
 * k centroids over loaded points, with the buffers of its own that assigning and Lloyd's iterations
 * need: 4 bytes a row of labels, twice the centroids, and three times K (D + 4) floats.
 */
export class Clustering {
  readonly #common: Common;
  readonly #fit: number;
  readonly #labels: readonly GPUBuffer[];
  readonly #buffers: Buffers;
  readonly #kernels: Kernels;
  readonly #assignment: Assignment;
  #bounds: Bounds | undefined;

  private constructor(
    common: Common,
    fit: number,
    labels: readonly GPUBuffer[],
    buffers: Buffers,
    kernels: Kernels,
    assignment: Assignment,
  ) {
    this.#common = common;
    this.#fit = fit;
    this.#labels = labels;
    this.#buffers = buffers;
    this.#kernels = kernels;
    this.#assignment = assignment;
  }

  /**
   * @param fit its place on the board
   * @param centroids k x d, centred: where to start
   */
  static async create(common: Common, fit: number, centroids: Float32Array): Promise<Clustering> {
    const { workspace, points, metric, k, board, passes } = common;
    const { runtime } = workspace;
    const {
      quads,
      chunks,
      shape: [, d],
      storage,
    } = points;
    const paddedK = paddedClusters(k);
    const buffers = await workspace.allocate(sizes(k, points));
    const labels: GPUBuffer[] = [];
    for (const { rows } of chunks)
      labels.push((await workspace.allocate({ labels: 4 * rows })).labels);
    const kernels = {
      update: await runtime.kernel(updateKernel, { NORMALIZE: metric === 'cosine' }),
      converge: await runtime.kernel(convergeKernel),
    };
    const padded = new Float32Array(paddedK * quads * 4);
    padded.set(padColumns(centroids, k, d));
    const norms = new Float32Array(paddedK).fill(NEVER);
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += centroids[c * d + j] ** 2;
      norms[c] = sum / 2;
    }
    // Both sides of the ping-pong: the update writes only the first k of them.
    for (const buffer of [buffers.even, buffers.odd]) workspace.upload(buffer, padded);
    for (const buffer of [buffers.evenNorms, buffers.oddNorms]) workspace.upload(buffer, norms);
    const reset = () => {
      workspace.run('reset', (recording) => {
        recording.clear(buffers.changed).clear(buffers.empties);
        for (const buffer of labels) recording.clear(buffer);
      });
    };
    reset();
    const [chunk] = chunks;
    const assignment = await chooseAssignment(
      runtime,
      { k, columns: d, quads, storage },
      chunk.bring
        ? undefined
        : {
            points: chunk.points,
            centroids: buffers.even,
            half_norms: buffers.evenNorms,
            state: board.state(fit),
            labels: labels[0],
            changed: buffers.changed,
          },
      chunk.rows,
      passes,
    );
    reset();
    return new Clustering(common, fit, labels, buffers, kernels, assignment);
  }

  get k(): number {
    return this.#common.k;
  }

  /** [rows] of each chunk. */
  get labels(): readonly GPUBuffer[] {
    return this.#labels;
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

  /** Labels a chunk's rows with their nearest starting centroids. */
  recordAssign(recording: Recording, chunk: Chunk, c: number): void {
    const { even, evenNorms } = this.#buffers;
    this.#recordAssign(recording, chunk, c, even, evenNorms);
  }

  async readLabels(): Promise<Uint32Array> {
    const { chunks, shape } = this.#common.points;
    const labels = new Uint32Array(shape[0]);
    for (const [c, { start, rows }] of chunks.entries()) {
      labels.set(
        new Uint32Array(await this.#common.workspace.read(this.#labels[c], 0, 4 * rows)),
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
    const { k, workspace, points, metric } = this.#common;
    const { quads, shape } = points;
    const bytes = 4 * segmentsOf(shape[0]) * quads;
    const [totals, costs] = await Promise.all([
      this.#readTotals(),
      workspace.read(this.#buffers.costs, 0, bytes),
    ]);
    const inertia = new Float32Array(costs).reduce((sum, cost) => sum + cost, 0);
    return {
      ...sumsOf(totals, quads, k, shape[1]),
      inertia: metric === 'cosine' ? inertia / 2 : inertia,
    };
  }

  async #readTotals(): Promise<Float32Array> {
    const bytes = 16 * this.#common.k * (this.#common.points.quads + 1);
    return new Float32Array(await this.#common.workspace.read(this.#buffers.totals, 0, bytes));
  }

  get #state(): GPUBufferBinding {
    return this.#common.board.state(this.#fit);
  }

  /** From here on recorded iterations assign by bounds, made anew from the centroids of then. */
  async useBounds(iterations: number): Promise<void> {
    const { workspace, points, k } = this.#common;
    this.#bounds ??= await Bounds.create(workspace, points, k);
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
    recording.clear(this.#buffers.empties);
    forEachChunk(recording, this.#common.points.chunks, (chunk, c) => {
      this.#recordAssign(recording, chunk, c, centroids, norms);
      this.#recordSums(recording, chunk, c, centroids);
    });
  }

  #recordAssign(
    recording: Recording,
    chunk: Chunk,
    c: number,
    centroids: GPUBuffer,
    norms: GPUBuffer,
  ): void {
    const { quads, shape } = this.#common.points;
    const { runtime } = this.#common.workspace;
    const { kernel, clusters, rows: tile } = this.#assignment;
    for (const part of paced(runtime, chunk, clusters * shape[1], tile)) {
      recording.dispatch(
        kernel,
        {
          shape: {
            first: part.start,
            rows: part.rows,
            quads,
            padded_clusters: clusters,
          },
          points: chunk.points,
          centroids,
          half_norms: norms,
          state: this.#state,
          labels: this.#labels[c],
          changed: this.#buffers.changed,
        },
        ceilDiv(part.rows, tile),
      );
    }
  }

  #recordSums(recording: Recording, chunk: Chunk, c: number, centroids: GPUBuffer): void {
    const { accumulation } = this.#common;
    accumulation.record(
      recording,
      chunk,
      c,
      centroids,
      this.#labels[c],
      this.#state,
      this.#sumBuffers,
    );
  }

  get #sumBuffers(): SumBuffers {
    const { costs, levels, totals, empties } = this.#buffers;
    return { costs, levels, totals, empties };
  }

  /** New centroids from the totals, and the decision whether to go on. */
  #recordUpdate(recording: Recording, even: boolean, tolerance: number): void {
    const { quads } = this.#common.points;
    const { update, converge } = this.#kernels;
    const { totals, moves, empties, costs, changed } = this.#buffers;
    const [old, updated, norms] = even
      ? [this.#buffers.even, this.#buffers.odd, this.#buffers.oddNorms]
      : [this.#buffers.odd, this.#buffers.even, this.#buffers.evenNorms];
    recording.dispatch(
      update,
      {
        shape: { clusters: this.#common.k, quads },
        totals,
        old,
        state: this.#state,
        empties,
        updated,
        half_norms: norms,
        moves,
      },
      groups(update, this.#common.k),
    );
    recording.dispatch(
      converge,
      {
        shape: { clusters: this.#common.k, entries: segmentsOf(this.shape[0]) * quads, tolerance },
        costs,
        moves,
        empties,
        state: this.#state,
        changed,
        history: this.#common.board.history(this.#fit),
      },
      1,
    );
  }

  /** An iteration from the even to the odd centroids, or back. */
  recordIteration(even: boolean, tolerance: number): Recording {
    const { even: a, odd: b, evenNorms, oddNorms } = this.#buffers;
    const recording = this.#common.workspace.record(even ? 'even iteration' : 'odd iteration');
    const [centroids, norms] = even ? [a, evenNorms] : [b, oddNorms];
    if (this.#bounds) {
      const { changed, empties, moves } = this.#buffers;
      const { points } = this.#common;
      const labels = this.#labels;
      const state = this.#state;
      recording.clear(empties);
      this.#bounds.recordAssign(recording, { centroids, norms, moves, state, labels, changed });
      forEachChunk(recording, points.chunks, (chunk, c) => {
        this.#recordSums(recording, chunk, c, centroids);
      });
    } else this.#recordPass(recording, centroids, norms);
    this.#recordUpdate(recording, even, tolerance);
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
  async relocate(iteration: number, tolerance: number): Promise<void> {
    const { empties, totals, even, odd, moves } = this.#buffers;
    const isEven = iteration % 2 === 0;
    const relocation = new Relocation(
      this.#common.workspace,
      this.#common.points,
      this.#common.weights,
      this.#labels,
    );
    const moved = await relocation.apply(
      isEven ? even : odd,
      this.#common.k,
      await this.#readTotals(),
    );
    this.#common.workspace.upload(totals, moved);
    this.#common.board.resume(this.#fit, iteration);
    this.#common.workspace.run('update after relocation', (recording) => {
      recording.clear(empties);
      this.#recordUpdate(recording, isEven, tolerance);
      this.#bounds?.recordReset(recording, moves);
    });
  }

  dispose(): void {
    this.dropBounds();
    this.#common.workspace.release(
      ...Object.values<GPUBuffer>({ ...this.#buffers }),
      ...this.#labels,
    );
  }
}
