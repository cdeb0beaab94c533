/** Lloyd's iterations on the device: centroids ping-pong, the device itself decides when to stop. */
import { ceilDiv, roundUp } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Kernel } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import accumulateKernel from '../../shaders/accumulate.wgsl';
import assignKernel from '../../shaders/assign.wgsl';
import combineKernel from '../../shaders/combine.wgsl';
import convergeKernel from '../../shaders/converge.wgsl';
import updateKernel from '../../shaders/update.wgsl';
import type { LloydOptions, LloydResult, Metric } from '../kmeans_backend.js';
import { Relocation } from './relocation.js';
import { type DevicePoints, groups, paced, padColumns, unpadColumns } from './points.js';
import type { DeviceWeights } from './seeding.js';

const SEGMENT = Number(accumulateKernel.constants.SEGMENT);
const HISTORY_SLOTS = Number(convergeKernel.constants.HISTORY);
const HISTORY_LANES = Number(convergeKernel.constants.WORKGROUP);
/** The assignment's register tile: rows an invocation, and centroids at a time. */
const ROWS_PER_INVOCATION = 4;
export const CENTROID_TILE = 8;
/** Larger than any score, so that padding never wins; squares of such data overflow anyway. */
const NEVER = 3e38;
/** The most that the segments' partial sums may take; see {@link lloydBytes}. */
const PARTIAL_BYTES = 32 * 1024 * 1024;
/** Multiply-adds a column of one row is worth in `accumulate`, whose cost is loads, not FLOPs. */
const ACCUMULATE_WORK = 16;
/** A submission aims at this long: short enough to cancel, long enough to hide its overhead. */
const SUBMIT_MS = 100;
const MOST_ITERATIONS_PER_SUBMIT = 16;
/** Bytes of the four state words at the head of `status`: the alignment of a binding's offset. */
const STATE_BYTES = 256;
const HISTORY_BYTES = 4 * HISTORY_SLOTS * HISTORY_LANES;

/** Why the device halted: see converge.wgsl. */
const Halt = { running: 0, sameLabels: 1, withinTolerance: 2, emptyClusters: 3 } as const;

/** Segments whose partial sums are held at once. */
export function segmentsPerBatch(k: number, quads: number, segments: number): number {
  const bytes = 16 * k * (quads + 1);
  return Math.max(1, Math.min(segments, Math.floor(PARTIAL_BYTES / bytes)));
}

interface Buffers {
  readonly even: GPUBuffer;
  readonly odd: GPUBuffer;
  readonly evenNorms: GPUBuffer;
  readonly oddNorms: GPUBuffer;
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
  readonly assign: Kernel;
  readonly accumulate: Kernel;
  readonly combine: Kernel;
  readonly update: Kernel;
  readonly converge: Kernel;
}

/** What the device reports of a fit. */
interface Status {
  readonly iterations: number;
  readonly halted: number;
  readonly history: Float32Array;
}

/**
 * k centroids over loaded points, with all buffers that assigning and Lloyd's iterations need:
 * labels (4 bytes a row), twice the centroids, and a workspace of at most PARTIAL_BYTES, three
 * times K (D + 4) floats, and 4 quads bytes per SEGMENT rows.
 */
export class Clustering {
  readonly k: number;
  /** [rows] of each chunk. */
  readonly labels: readonly GPUBuffer[];
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #metric: Metric;
  readonly #buffers: Buffers;
  readonly #kernels: Kernels;
  readonly #paddedK: number;
  readonly #segments: number;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    metric: Metric,
    k: number,
    labels: readonly GPUBuffer[],
    buffers: Buffers,
    kernels: Kernels,
  ) {
    this.k = k;
    this.labels = labels;
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#metric = metric;
    this.#buffers = buffers;
    this.#kernels = kernels;
    this.#paddedK = roundUp(k, CENTROID_TILE);
    this.#segments = ceilDiv(points.shape[0], SEGMENT);
  }

  /** @param centroids k x d, centred: where to start */
  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    metric: Metric,
    k: number,
    centroids: Float32Array,
  ): Promise<Clustering> {
    const { runtime } = workspace;
    const {
      quads,
      chunks,
      shape: [n, d],
    } = points;
    const paddedK = roundUp(k, CENTROID_TILE);
    const segments = ceilDiv(n, SEGMENT);
    const entries = k * (quads + 1);
    const buffers = await workspace.allocate({
      even: 16 * paddedK * quads,
      odd: 16 * paddedK * quads,
      evenNorms: 4 * paddedK,
      oddNorms: 4 * paddedK,
      partial: 16 * entries * segmentsPerBatch(k, quads, segments),
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
      assign: await runtime.kernel(assignKernel),
      accumulate: await runtime.kernel(accumulateKernel, { WEIGHTED: weights.weighted }),
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
    workspace.run('reset', (recording) => {
      recording.clear(buffers.status).clear(buffers.changed).clear(buffers.empties);
      for (const buffer of labels) recording.clear(buffer);
    });
    return new Clustering(workspace, points, weights, metric, k, labels, buffers, kernels);
  }

  /** The starting centroids, [padded k][quads] vec4. */
  get centroids(): GPUBuffer {
    return this.#buffers.even;
  }

  /** Labels every row with its nearest starting centroid. */
  assign(): void {
    this.#workspace.run('assign', (recording) => {
      this.#recordAssign(recording, this.#buffers.even, this.#buffers.evenNorms);
    });
  }

  async readLabels(): Promise<Uint32Array> {
    const { chunks, shape } = this.#points;
    const labels = new Uint32Array(shape[0]);
    for (const [c, { start, rows }] of chunks.entries()) {
      labels.set(new Uint32Array(await this.#workspace.read(this.labels[c], 0, 4 * rows)), start);
    }
    return labels;
  }

  /** The weight each starting centroid owns, [k]. */
  async weightSums(): Promise<Float64Array> {
    const { even, evenNorms } = this.#buffers;
    this.#workspace.run('weight sums', (recording) => {
      this.#recordAssign(recording, even, evenNorms);
      this.#recordSums(recording, even);
    });
    const totals = await this.#readTotals();
    const width = 4 * (this.#points.quads + 1);
    return Float64Array.from({ length: this.k }, (_, k) => totals[k * width + width - 4]);
  }

  async #readTotals(): Promise<Float32Array> {
    const bytes = 16 * this.k * (this.#points.quads + 1);
    return new Float32Array(await this.#workspace.read(this.#buffers.totals, 0, bytes));
  }

  get #state(): GPUBufferBinding {
    return { buffer: this.#buffers.status, offset: 0, size: STATE_BYTES };
  }

  #recordAssign(recording: Recording, centroids: GPUBuffer, norms: GPUBuffer): void {
    const { chunks, quads, shape } = this.#points;
    const { runtime } = this.#workspace;
    const { assign } = this.#kernels;
    const tile = ROWS_PER_INVOCATION * assign.workgroup;
    chunks.forEach((chunk, c) => {
      for (const part of paced(runtime, chunk, this.#paddedK * shape[1], tile)) {
        recording.dispatch(
          assign,
          {
            shape: {
              first: part.start,
              rows: part.rows,
              quads,
              stride: chunk.stride,
              padded_clusters: this.#paddedK,
            },
            points: chunk.points,
            centroids,
            half_norms: norms,
            state: this.#state,
            labels: this.labels[c],
            changed: this.#buffers.changed,
          },
          ceilDiv(part.rows, tile),
        );
      }
    });
  }

  /** Sums per cluster, over all chunks, a batch of segments at a time. */
  #recordSums(recording: Recording, centroids: GPUBuffer): void {
    const { chunks, quads, shape } = this.#points;
    const { runtime } = this.#workspace;
    const { accumulate, combine } = this.#kernels;
    const { partial, costs, levels, totals, empties } = this.#buffers;
    const entries = this.k * (quads + 1);
    const batchRows = SEGMENT * segmentsPerBatch(this.k, quads, this.#segments);
    recording.clear(empties);
    chunks.forEach((chunk, c) => {
      const most = Math.min(batchRows, runtime.pace.rows(ACCUMULATE_WORK * shape[1], SEGMENT));
      for (let start = 0; start < chunk.rows; start += most) {
        const rows = Math.min(most, chunk.rows - start);
        const segments = ceilDiv(rows, SEGMENT);
        const firstSegment = (chunk.start + start) / SEGMENT;
        recording.dispatch(
          accumulate,
          {
            shape: {
              first: start,
              rows,
              quads,
              stride: chunk.stride,
              clusters: this.k,
              first_segment: firstSegment,
            },
            points: chunk.points,
            centroids,
            labels: this.labels[c],
            weights: this.#weights.chunks[c],
            state: this.#state,
            partial,
            costs,
          },
          groups(accumulate, segments * (quads + 1)),
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
    });
  }

  /** New centroids from the totals, and the decision whether to go on. */
  #recordUpdate(recording: Recording, even: boolean, tolerance: number): void {
    const { quads } = this.#points;
    const { update, converge } = this.#kernels;
    const { totals, moves, empties, costs, changed, status } = this.#buffers;
    const [old, updated, norms] = even
      ? [this.#buffers.even, this.#buffers.odd, this.#buffers.oddNorms]
      : [this.#buffers.odd, this.#buffers.even, this.#buffers.evenNorms];
    recording.dispatch(
      update,
      {
        shape: { clusters: this.k, quads },
        totals,
        old,
        state: this.#state,
        empties,
        updated,
        half_norms: norms,
        moves,
      },
      groups(update, this.k),
    );
    recording.dispatch(
      converge,
      {
        shape: { clusters: this.k, entries: this.#segments * quads, tolerance },
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

  #recordIteration(even: boolean, tolerance: number): Recording {
    const { even: a, odd: b, evenNorms, oddNorms } = this.#buffers;
    const recording = this.#workspace.record(even ? 'even iteration' : 'odd iteration');
    const [centroids, norms] = even ? [a, evenNorms] : [b, oddNorms];
    this.#recordAssign(recording, centroids, norms);
    this.#recordSums(recording, centroids);
    this.#recordUpdate(recording, even, tolerance);
    return recording;
  }

  async #readStatus(): Promise<Status> {
    const bytes = await this.#workspace.read(this.#buffers.status, 0, STATE_BYTES + HISTORY_BYTES);
    const [iterations, halted] = new Uint32Array(bytes, 0, 2);
    return { iterations, halted, history: new Float32Array(bytes, STATE_BYTES) };
  }

  /**
   * Iterates until the device halts or `maxIter` is reached. Submissions of several iterations are
   * kept two deep, so that the device never waits for the host; those that follow a halt do nothing.
   */
  async run({ maxIter, tolerance, signal, onIteration }: LloydOptions): Promise<LloydResult> {
    const scale = this.#metric === 'cosine' ? 0.5 : 1;
    const history: number[] = [];
    const { pace } = this.#workspace.runtime;
    const [n, d] = this.#points.shape;
    const work = n * d * (this.#paddedK + ACCUMULATE_WORK);
    let recordings: Recording[] = [];
    const rerecord = () => {
      for (const recording of recordings) recording.release();
      recordings = [
        this.#recordIteration(true, tolerance),
        this.#recordIteration(false, tolerance),
      ];
    };
    const report = (status: Status) => {
      for (let i = history.length; i < status.iterations; i++) {
        const slot = (i % HISTORY_SLOTS) * HISTORY_LANES;
        let inertia = 0;
        for (const lane of status.history.subarray(slot, slot + HISTORY_LANES)) inertia += lane;
        history.push(scale * inertia);
        onIteration?.(i + 1, history[i]);
      }
    };

    rerecord();
    let submitted = 0;
    let perSubmit = 1;
    let status: Status = { iterations: 0, halted: Halt.running, history: new Float32Array() };
    const pending: { status: Promise<Status>; iterations: number }[] = [];
    let last = performance.now();
    try {
      for (;;) {
        signal?.throwIfAborted();
        // The first submission stands alone: it measures the pace that the others are cut to.
        const deep = submitted === 0 ? 1 : 2;
        while (pending.length < deep && submitted < maxIter) {
          const iterations = Math.min(perSubmit, maxIter - submitted);
          const batch = Array.from(
            { length: iterations },
            (_, i) => recordings[(submitted + i) % 2],
          );
          this.#workspace.submit(batch);
          submitted += iterations;
          pending.push({ status: this.#readStatus(), iterations });
          if (submitted === iterations) break;
        }
        const next = pending.shift();
        if (!next) break;
        const before = status.iterations;
        status = await next.status;
        report(status);
        const elapsed = performance.now() - last;
        last = performance.now();
        if (status.halted === Halt.emptyClusters) {
          // What is still in flight does nothing; its status would only repeat this one.
          await Promise.all(pending.splice(0).map((later) => later.status));
          await this.#relocate(status.iterations, tolerance);
          status = await this.#readStatus();
          report(status);
          submitted = status.iterations;
          last = performance.now();
        }
        if (status.halted !== Halt.running) break;
        const done = status.iterations - before;
        // The first iteration also pays for what drivers compile late: not a measure.
        if (before > 0 && done > 0) {
          pace.observe(work * done, elapsed);
          perSubmit = Math.max(
            1,
            Math.min(MOST_ITERATIONS_PER_SUBMIT, Math.floor((SUBMIT_MS * done) / elapsed)),
          );
        }
        if (before === 0) rerecord();
      }
    } finally {
      // Nothing may be released while a read is under way.
      await Promise.allSettled(pending.map((later) => later.status));
      for (const recording of recordings) recording.release();
    }
    const { iterations, halted } = status;
    const final = iterations % 2 === 0 ? this.#buffers.even : this.#buffers.odd;
    const bytes = await this.#workspace.read(final, 0, 16 * this.k * this.#points.quads);
    return {
      centroids: unpadColumns(new Float32Array(bytes), this.k, d),
      iterations,
      converged: halted === Halt.sameLabels || halted === Halt.withinTolerance,
      history: Float64Array.from(history),
    };
  }

  /** Gives the empty clusters of the iteration under way far rows, then finishes the iteration. */
  async #relocate(iteration: number, tolerance: number): Promise<void> {
    const { status, empties, totals, even, odd } = this.#buffers;
    const isEven = iteration % 2 === 0;
    const relocation = new Relocation(this.#workspace, this.#points, this.#weights, this.labels);
    const moved = await relocation.apply(isEven ? even : odd, this.k, await this.#readTotals());
    this.#workspace.upload(totals, moved);
    this.#workspace.upload(status, new Uint32Array([iteration, Halt.running]));
    this.#workspace.run('update after relocation', (recording) => {
      recording.clear(empties);
      this.#recordUpdate(recording, isEven, tolerance);
    });
  }

  dispose(): void {
    this.#workspace.release(...Object.values(this.#buffers), ...this.labels);
  }
}
