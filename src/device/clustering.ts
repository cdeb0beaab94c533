/** k centroids over loaded points: the buffers and recordings of assignments and iterations. */
import { ceilDiv } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Kernel } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import accumulateKernel from '../../shaders/accumulate.wgsl';
import combineKernel from '../../shaders/combine.wgsl';
import convergeKernel from '../../shaders/converge.wgsl';
import groupRowsKernel from '../../shaders/group_rows.wgsl';
import updateKernel from '../../shaders/update.wgsl';
import type { Metric } from '../kmeans_backend.js';
import type { ClusterSums } from '../reference/accumulate.js';
import { type Assignment, chooseAssignment, paddedClusters } from './assignment.js';
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
import type { DeviceWeights } from './seeding.js';
import { storedAs } from './storage.js';

const SEGMENT = Number(accumulateKernel.constants.SEGMENT);
const HISTORY_SLOTS = Number(convergeKernel.constants.HISTORY);
const HISTORY_LANES = Number(convergeKernel.constants.WORKGROUP);
/** Larger than any score, so that padding never wins; squares of such data overflow anyway. */
const NEVER = 3e38;
/** The most that the segments' partial sums may take; longer runs of segments go in batches. */
const PARTIAL_BYTES = 32 * 1024 * 1024;
/** Multiply-adds a column of one row is worth in `accumulate`, whose cost is loads, not FLOPs. */
const ACCUMULATE_WORK = 16;
/** Bytes of the four state words at the head of `status`: the alignment of a binding's offset. */
const STATE_BYTES = 256;
const HISTORY_BYTES = 4 * HISTORY_SLOTS * HISTORY_LANES;

/** Why the device halted: see converge.wgsl. */
export const Halt = { running: 0, sameLabels: 1, withinTolerance: 2, emptyClusters: 3 } as const;

/** Segments whose partial sums are held at once. */
export function segmentsPerBatch(k: number, quads: number, segments: number): number {
  const bytes = 16 * k * (quads + 1);
  return Math.max(1, Math.min(segments, Math.floor(PARTIAL_BYTES / bytes)));
}

/** Segments of the largest chunk. */
function segmentsOfChunk(chunks: readonly Chunk[]): number {
  return chunks.reduce((most, { rows }) => Math.max(most, ceilDiv(rows, SEGMENT)), 0);
}

interface Buffers {
  readonly even: GPUBuffer;
  readonly odd: GPUBuffer;
  readonly evenNorms: GPUBuffer;
  readonly oddNorms: GPUBuffer;
  readonly order: GPUBuffer;
  readonly ends: GPUBuffer;
  readonly partial: GPUBuffer;
  readonly levels: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly costs: GPUBuffer;
  readonly moves: GPUBuffer;
  readonly status: GPUBuffer;
  readonly changed: GPUBuffer;
  readonly empties: GPUBuffer;
}

interface Kernels {
  readonly groupRows: Kernel;
  readonly accumulate: Kernel;
  readonly combine: Kernel;
  readonly update: Kernel;
  readonly converge: Kernel;
}

/** What the device reports of a fit. */
export interface Status {
  /** Iterations done. */
  readonly iterations: number;
  /** One of {@link Halt}. */
  readonly halted: number;
  /** Labels changed in the last of them. */
  readonly changed: number;
  /** The objective of iteration i, from 0; the last HISTORY ones are known. */
  readonly objective: (iteration: number) => number;
}

interface Parts {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly weights: DeviceWeights;
  readonly metric: Metric;
  readonly k: number;
  readonly labels: readonly GPUBuffer[];
  readonly buffers: Buffers;
  readonly kernels: Kernels;
  readonly assignment: Assignment;
}

/**
 * k centroids over loaded points, with all buffers that assigning and Lloyd's iterations need:
 * labels and their order (4 bytes a row each at most), twice the centroids, and a workspace of at most PARTIAL_BYTES, three
 * times K (D + 4) floats, and 4 quads bytes per SEGMENT rows.
 */
export class Clustering {
  readonly #parts: Parts;
  readonly #segments: number;
  #bounds: Bounds | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#segments = ceilDiv(parts.points.shape[0], SEGMENT);
  }

  /**
   * @param centroids k x d, centred: where to start
   * @param passes over the rows that will be made at most
   */
  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    metric: Metric,
    k: number,
    centroids: Float32Array,
    passes = 1,
  ): Promise<Clustering> {
    const { runtime } = workspace;
    const {
      quads,
      chunks,
      shape: [n, d],
      storage,
    } = points;
    const paddedK = paddedClusters(k);
    const segments = ceilDiv(n, SEGMENT);
    const entries = k * (quads + 1);
    const batch = segmentsPerBatch(k, quads, segmentsOfChunk(chunks));
    const buffers = await workspace.allocate({
      even: 16 * paddedK * quads,
      odd: 16 * paddedK * quads,
      evenNorms: 4 * paddedK,
      oddNorms: 4 * paddedK,
      order: 4 * SEGMENT * batch,
      ends: 4 * k * batch,
      partial: 16 * entries * batch,
      levels: 2 * 16 * entries,
      totals: 16 * entries,
      costs: 4 * segments * quads,
      moves: 4 * k,
      status: STATE_BYTES + HISTORY_BYTES,
      changed: 4,
      empties: 4,
    });
    const labels: GPUBuffer[] = [];
    for (const { rows } of chunks)
      labels.push((await workspace.allocate({ labels: 4 * rows })).labels);
    const kernels = {
      groupRows: await runtime.kernel(groupRowsKernel, { WEIGHTED: weights.weighted }),
      accumulate: await runtime.kernel(storedAs(storage, accumulateKernel), {
        WEIGHTED: weights.weighted,
      }),
      combine: await runtime.kernel(combineKernel),
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
        recording.clear(buffers.status).clear(buffers.changed).clear(buffers.empties);
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
            state: { buffer: buffers.status, offset: 0, size: STATE_BYTES },
            labels: labels[0],
            changed: buffers.changed,
          },
      chunk.rows,
      passes,
    );
    reset();
    return new Clustering({
      workspace,
      points,
      weights,
      metric,
      k,
      labels,
      buffers,
      kernels,
      assignment,
    });
  }

  get k(): number {
    return this.#parts.k;
  }

  /** [rows] of each chunk. */
  get labels(): readonly GPUBuffer[] {
    return this.#parts.labels;
  }

  /** Rows and columns. */
  get shape(): readonly [number, number] {
    return this.#parts.points.shape;
  }

  /** Whether recorded iterations assign by bounds. */
  get bounded(): boolean {
    return this.#bounds !== undefined;
  }

  /** What an iteration costs that computes every distance, in multiply-adds. */
  get work(): number {
    const [n, d] = this.#parts.points.shape;
    return n * d * (this.#parts.assignment.clusters + ACCUMULATE_WORK);
  }

  /** The starting centroids, [padded k][quads] vec4. */
  get centroids(): GPUBuffer {
    return this.#parts.buffers.even;
  }

  /** Labels a chunk's rows with their nearest starting centroids. */
  recordAssign(recording: Recording, chunk: Chunk, c: number): void {
    const { even, evenNorms } = this.#parts.buffers;
    this.#recordAssign(recording, chunk, c, even, evenNorms);
  }

  async readLabels(): Promise<Uint32Array> {
    const { chunks, shape } = this.#parts.points;
    const labels = new Uint32Array(shape[0]);
    for (const [c, { start, rows }] of chunks.entries()) {
      labels.set(
        new Uint32Array(await this.#parts.workspace.read(this.#parts.labels[c], 0, 4 * rows)),
        start,
      );
    }
    return labels;
  }

  /** Labels every row with its nearest starting centroid, and sums over the clusters. */
  async sums(): Promise<ClusterSums & { readonly inertia: number }> {
    const { k, workspace, points, buffers, metric } = this.#parts;
    const { quads, shape } = points;
    await workspace.runInParts('sums', (recording) => {
      this.#recordPass(recording, buffers.even, buffers.evenNorms);
    });
    const [totals, costs] = await Promise.all([
      this.#readTotals(),
      workspace.read(buffers.costs, 0, 4 * this.#segments * quads),
    ]);
    const inertia = new Float32Array(costs).reduce((sum, cost) => sum + cost, 0);
    return {
      ...sumsOf(totals, quads, k, shape[1]),
      inertia: metric === 'cosine' ? inertia / 2 : inertia,
    };
  }

  async #readTotals(): Promise<Float32Array> {
    const bytes = 16 * this.#parts.k * (this.#parts.points.quads + 1);
    return new Float32Array(await this.#parts.workspace.read(this.#parts.buffers.totals, 0, bytes));
  }

  get #state(): GPUBufferBinding {
    return { buffer: this.#parts.buffers.status, offset: 0, size: STATE_BYTES };
  }

  /** From here on recorded iterations assign by bounds, made anew from the centroids of then. */
  async useBounds(iterations: number): Promise<void> {
    const { workspace, points, k, buffers } = this.#parts;
    this.#bounds ??= await Bounds.create(workspace, points, k);
    this.#bounds.group(await this.readCentroids(iterations));
    workspace.run('reset bounds', (recording) => {
      this.#bounds?.recordReset(recording, buffers.moves);
    });
  }

  /** From here on recorded iterations compute every distance. */
  dropBounds(): void {
    this.#bounds?.dispose();
    this.#bounds = undefined;
  }

  /** Assigns and sums chunk by chunk, so that each comes by once. */
  #recordPass(recording: Recording, centroids: GPUBuffer, norms: GPUBuffer): void {
    recording.clear(this.#parts.buffers.empties);
    forEachChunk(recording, this.#parts.points.chunks, (chunk, c) => {
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
    const { quads, shape } = this.#parts.points;
    const { runtime } = this.#parts.workspace;
    const { kernel, clusters, rows: tile } = this.#parts.assignment;
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
          labels: this.#parts.labels[c],
          changed: this.#parts.buffers.changed,
        },
        ceilDiv(part.rows, tile),
      );
    }
  }

  /** Adds a chunk to the sums per cluster, a batch of segments at a time. */
  #recordSums(recording: Recording, chunk: Chunk, c: number, centroids: GPUBuffer): void {
    const { chunks, quads, shape } = this.#parts.points;
    const { runtime } = this.#parts.workspace;
    const { groupRows, accumulate, combine } = this.#parts.kernels;
    const { order, ends, partial, costs, levels, totals, empties } = this.#parts.buffers;
    const entries = this.#parts.k * (quads + 1);
    const batchRows = SEGMENT * segmentsPerBatch(this.#parts.k, quads, segmentsOfChunk(chunks));
    const most = Math.min(batchRows, runtime.pace.rows(ACCUMULATE_WORK * shape[1], SEGMENT));
    for (let start = 0; start < chunk.rows; start += most) {
      const rows = Math.min(most, chunk.rows - start);
      const segments = ceilDiv(rows, SEGMENT);
      const firstSegment = (chunk.start + start) / SEGMENT;
      const shape = { first: start, rows, quads, clusters: this.#parts.k };
      const weights = this.#parts.weights.chunks[c];
      recording.dispatch(
        groupRows,
        {
          shape,
          labels: this.#parts.labels[c],
          weights,
          state: this.#state,
          order,
          ends,
          partial,
        },
        groups(groupRows, segments),
      );
      recording.dispatch(
        accumulate,
        {
          shape: { ...shape, first_segment: firstSegment },
          points: chunk.points,
          centroids,
          order,
          ends,
          weights,
          state: this.#state,
          partial,
          costs,
        },
        groups(accumulate, segments * quads),
      );
      recording.dispatch(
        combine,
        {
          shape: {
            entries,
            columns: quads + 1,
            segments,
            first_segment: firstSegment,
            last: firstSegment + segments === this.#segments ? 1 : 0,
          },
          partial,
          state: this.#state,
          levels,
          totals,
          empties,
        },
        groups(combine, entries),
      );
    }
  }

  /** New centroids from the totals, and the decision whether to go on. */
  #recordUpdate(recording: Recording, even: boolean, tolerance: number): void {
    const { quads } = this.#parts.points;
    const { update, converge } = this.#parts.kernels;
    const { totals, moves, empties, costs, changed, status } = this.#parts.buffers;
    const [old, updated, norms] = even
      ? [this.#parts.buffers.even, this.#parts.buffers.odd, this.#parts.buffers.oddNorms]
      : [this.#parts.buffers.odd, this.#parts.buffers.even, this.#parts.buffers.evenNorms];
    recording.dispatch(
      update,
      {
        shape: { clusters: this.#parts.k, quads },
        totals,
        old,
        state: this.#state,
        empties,
        updated,
        half_norms: norms,
        moves,
      },
      groups(update, this.#parts.k),
    );
    recording.dispatch(
      converge,
      {
        shape: { clusters: this.#parts.k, entries: this.#segments * quads, tolerance },
        costs,
        moves,
        empties,
        state: this.#state,
        changed,
        history: { buffer: status, offset: STATE_BYTES, size: HISTORY_BYTES },
      },
      1,
    );
  }

  /** An iteration from the even to the odd centroids, or back. */
  recordIteration(even: boolean, tolerance: number): Recording {
    const { even: a, odd: b, evenNorms, oddNorms } = this.#parts.buffers;
    const recording = this.#parts.workspace.record(even ? 'even iteration' : 'odd iteration');
    const [centroids, norms] = even ? [a, evenNorms] : [b, oddNorms];
    if (this.#bounds) {
      const { changed, empties, moves } = this.#parts.buffers;
      const { labels, points } = this.#parts;
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

  /** Rows come by once an iteration, so that none should be begun in vain. */
  get streamed(): boolean {
    return this.#parts.points.chunks.some(({ bring }) => bring);
  }

  submit(recordings: readonly Recording[]): Promise<void> {
    return this.#parts.workspace.submitInParts(recordings);
  }

  /** How far the work submitted before this call has come, once it is done. */
  async readStatus(): Promise<Status> {
    const { workspace, buffers, metric } = this.#parts;
    const bytes = await workspace.read(buffers.status, 0, STATE_BYTES + HISTORY_BYTES);
    const [iterations, halted, changed] = new Uint32Array(bytes, 0, 3);
    const history = new Float32Array(bytes, STATE_BYTES);
    const scale = metric === 'cosine' ? 0.5 : 1;
    const objective = (iteration: number) => {
      const slot = (iteration % HISTORY_SLOTS) * HISTORY_LANES;
      let sum = 0;
      for (const lane of history.subarray(slot, slot + HISTORY_LANES)) sum += lane;
      return scale * sum;
    };
    return { iterations, halted, changed, objective };
  }

  /** The centroids after so many iterations, k x d, centred. */
  async readCentroids(iterations: number): Promise<Float32Array> {
    const { workspace, buffers, points, k } = this.#parts;
    const buffer = iterations % 2 === 0 ? buffers.even : buffers.odd;
    const bytes = await workspace.read(buffer, 0, 16 * k * points.quads);
    return unpadColumns(new Float32Array(bytes), k, points.shape[1]);
  }

  /** Gives the empty clusters of the iteration under way far rows, then finishes the iteration. */
  async relocate(iteration: number, tolerance: number): Promise<void> {
    const { status, empties, totals, even, odd, moves } = this.#parts.buffers;
    const isEven = iteration % 2 === 0;
    const relocation = new Relocation(
      this.#parts.workspace,
      this.#parts.points,
      this.#parts.weights,
      this.#parts.labels,
    );
    const moved = await relocation.apply(
      isEven ? even : odd,
      this.#parts.k,
      await this.#readTotals(),
    );
    this.#parts.workspace.upload(totals, moved);
    this.#parts.workspace.upload(status, new Uint32Array([iteration, Halt.running]));
    this.#parts.workspace.run('update after relocation', (recording) => {
      recording.clear(empties);
      this.#recordUpdate(recording, isEven, tolerance);
      this.#bounds?.recordReset(recording, moves);
    });
  }

  dispose(): void {
    this.dropBounds();
    this.#parts.workspace.release(
      ...Object.values<GPUBuffer>({ ...this.#parts.buffers }),
      ...this.#parts.labels,
    );
  }
}
