/** One pass of the E-step and the sums for the M-step over all rows, batch after batch. */
import { ceilDiv, roundUp, splitRows } from '../../../../host/plan.js';
import type { Recording } from '../../../../host/recording.js';
import type { Kernel, Runtime } from '../../../../host/runtime.js';
import type { Workspace } from '../../../../host/workspace.js';
import addRunsKernel from '../../../../shaders/products/add_runs.wgsl';
import gramKernel from '../../../../shaders/products/gram.wgsl';
import logDensityKernel from '../../../../shaders/mixtures/log_density.wgsl';
import momentsKernel from '../../../../shaders/mixtures/moments.wgsl';
import softmaxKernel from '../../../../shaders/mixtures/softmax.wgsl';
import whitenKernel from '../../../../shaders/mixtures/whiten.wgsl';
import type { FactorForm } from '../../../ops/mixtures/scorer.js';
import { gramBlocks, PARTIAL_BYTES } from '../../../ops/products/gram.js';
import { factorEntries, statisticsEntries } from './mixture_layout.js';
import { CHUNK_ALIGNMENT, groups, packedBytes } from '../../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../../rows/rows.js';
import type { DeviceWeights } from '../../../rows/weights.js';

/** The most that a batch's responsibilities may take. */
const SCORES_BYTES = 16 * 1024 * 1024;
/** Multiply-adds of a batch's largest dispatch: some 50 ms on SwiftShader on two cores. */
const BATCH_WORK = 2 ** 26;
/** The most that rows in components' own coordinates may take, where one component's fit. */
const WHITENED_BYTES = 32 * 1024 * 1024;
/**
 * Rows that sums are made of, counted from the first of all: chunks and batches are whole units, so
 * that sums do not depend on where either end.
 */
const UNIT = CHUNK_ALIGNMENT;
/** Runs of a unit where memory allows: short enough for float32, long enough that adding them costs little. */
const UNIT_LANES = 8;
/** Rows an invocation of the log-density kernels takes. */
const ROWS_PER_INVOCATION = 4;
/** Columns, in quads, of rows that the log-density keeps in registers, where subgroups are at hand. */
const NARROW_QUADS = 4;

/** What the E-step reads: see shaders/mixtures/log_density.wgsl. */
export interface ScorerBuffers {
  readonly means: GPUBuffer;
  readonly offsets: GPUBuffer;
  readonly factors: GPUBuffer;
}

/** Rows of a chunk that are worked on at once. */
export interface Batch {
  readonly chunk: Chunk;
  /** The chunk's number. */
  readonly index: number;
  /** The first row, counted in the chunk. */
  readonly first: number;
  readonly rows: number;
}

/** Runs of a unit, of which each leaves k entries of partial sums, and whole units at once. */
export interface BatchPlan {
  readonly unitLanes: number;
  readonly rows: number;
}

/**
 * Memory and work are bounded whatever the shape. Runs, which decide how sums round, depend on k and the
 * entries alone, but for devices whose buffers (`mostBytes`) hold no unit of them.
 */
export function planBatch(k: number, entries: number, mostBytes: number): BatchPlan {
  const lanesIn = (bytes: number) => Math.max(1, Math.floor(bytes / (16 * k * entries)));
  const wanted = Math.min(UNIT_LANES, lanesIn(Math.min(PARTIAL_BYTES, mostBytes)));
  const unitLanes = 2 ** Math.floor(Math.log2(wanted));
  const bySums = lanesIn(Math.min(PARTIAL_BYTES, mostBytes)) / unitLanes;
  const byWork = BATCH_WORK / (4 * k * entries) / UNIT;
  const byScores = Math.min(SCORES_BYTES, mostBytes) / (4 * k) / UNIT;
  const units = Math.floor(Math.min(bySums, byWork, byScores));
  return { unitLanes, rows: UNIT * Math.max(1, units) };
}

/** Bytes of a buffer at most. */
function mostBytes({ limits }: Runtime): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}

/** The kernel of the sums for the M-step. */
export interface SumsKernel {
  readonly kernel: Kernel;
  /** Clusters of a workgroup, where neighbouring invocations own clusters; runs where absent. */
  readonly clusters?: number;
}

interface Kernels {
  readonly logDensity: LogDensityKernel;
  readonly softmax: Kernel;
  readonly labels: Kernel;
  readonly sums: SumsKernel;
  readonly carryRuns: Kernel;
}

interface Buffers {
  readonly scores: GPUBuffer;
  readonly partial: GPUBuffer;
  readonly totals: GPUBuffer;
}

/** What sums in components' own coordinates take besides. */
interface Whitening {
  readonly whiten: Kernel;
  readonly sums: Kernel;
  readonly buffer: GPUBuffer;
  /** Components whose rows the buffer holds. */
  readonly components: number;
}

/** Of each chunk, by row. */
export interface RowBuffers {
  readonly logSums: GPUBuffer;
  readonly entropies: GPUBuffer;
  readonly labels: GPUBuffer;
}

/**
 * Fewer clusters leave most invocations of the kernels by subgroups idle. On lavapipe (100,000 x 16,
 * full) 2 clusters took 18 ms by them and 15 by runs, 3 took 12 and 31, 4 took 13 and 20.
 */
const FEWEST_CLUSTERS = 3;
const MOST_CLUSTERS = 32;

/** The fastest sums for the M-step that the device can run. */
export async function sumsKernelOf(
  runtime: Runtime,
  form: FactorForm,
  k: number,
): Promise<SumsKernel> {
  const { lanes: LANES } = runtime;
  const source = form === 'diag' ? momentsKernel : gramKernel;
  const switches = form === 'diag' ? {} : { WEIGHTED: true, CENTRED: true };
  if (LANES > 0 && k >= FEWEST_CLUSTERS) {
    const clusters = Math.min(MOST_CLUSTERS, 8 * 2 ** Math.ceil(Math.log2(Math.max(1, k / 8))));
    const constants = { ...switches, SUBGROUPS: true, WORKGROUP: clusters, LANES };
    return { kernel: await runtime.kernel(source, constants), clusters };
  }
  return { kernel: await runtime.kernel(source, switches) };
}

/** The kernel of the log-density. */
export interface LogDensityKernel {
  readonly kernel: Kernel;
  /** Whether a workgroup takes its rows through all components; one of them otherwise. */
  readonly allComponents: boolean;
}

/** The fastest log-density that the device can run. */
export async function logDensityOf(
  runtime: Runtime,
  form: FactorForm,
  quads: number,
): Promise<LogDensityKernel> {
  const { lanes: LANES } = runtime;
  if (form === 'diag' || LANES === 0) {
    const kernel = await runtime.kernel(logDensityKernel, { DIAGONAL: form === 'diag' });
    return { kernel, allComponents: false };
  }
  if (quads > NARROW_QUADS) {
    const kernel = await runtime.kernel(logDensityKernel, { SUBGROUPS: true, LANES });
    return { kernel, allComponents: false };
  }
  const { default: narrow } = await import('../../../../shaders/mixtures/log_density_narrow.wgsl');
  return { kernel: await runtime.kernel(narrow, { LANES, QUADS: quads }), allComponents: true };
}

/** k components of one form over loaded points, with the buffers that a pass needs. */
export class MixturePass {
  readonly rows: readonly RowBuffers[];
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #k: number;
  readonly #form: FactorForm;
  readonly #state: GPUBuffer;
  readonly #kernels: Kernels;
  readonly #buffers: Buffers;
  readonly #plan: BatchPlan;
  #whitening: Whitening | undefined;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    k: number,
    form: FactorForm,
    state: GPUBuffer,
    kernels: Kernels,
    buffers: Buffers,
    plan: BatchPlan,
    rows: readonly RowBuffers[],
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#k = k;
    this.#form = form;
    this.#state = state;
    this.#kernels = kernels;
    this.#buffers = buffers;
    this.#plan = plan;
    this.rows = rows;
  }

  /** @param state nothing is done while its word [1] is not 0 */
  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    k: number,
    form: FactorForm,
    state: GPUBuffer,
  ): Promise<MixturePass> {
    const { runtime } = workspace;
    const entries = statisticsEntries(form, points.quads);
    const { weighted } = weights;
    const kernels = {
      logDensity: await logDensityOf(runtime, form, points.quads),
      softmax: await runtime.kernel(softmaxKernel, { WEIGHTED: weighted, LABELLED: false }),
      labels: await runtime.kernel(softmaxKernel, { WEIGHTED: false, LABELLED: true }),
      sums: await sumsKernelOf(runtime, form, k),
      carryRuns: await runtime.kernel(addRunsKernel, { CARRIED: true }),
    };
    const plan = planBatch(k, entries, mostBytes(runtime));
    const most = Math.min(plan.rows, points.mostRows);
    const buffers = await workspace.allocate({
      scores: 4 * k * most,
      partial: 16 * k * entries * plan.unitLanes * ceilDiv(most, UNIT),
      totals: 32 * k * entries,
    });
    const rows: RowBuffers[] = [];
    for (const range of points.ranges) {
      const bytes = 4 * range.rows;
      rows.push(await workspace.allocate({ logSums: bytes, entropies: bytes, labels: bytes }));
    }
    return new MixturePass(
      workspace,
      points,
      weights,
      k,
      form,
      state,
      kernels,
      buffers,
      plan,
      rows,
    );
  }

  /** All rows, batch by batch, for work that waits in between. */
  async *visit(): AsyncGenerator<Batch, void, undefined> {
    for await (const { chunk, c } of this.#points.visit()) yield* this.#batchesOf(chunk, c);
  }

  #batchesOf(chunk: Chunk, index: number): readonly Batch[] {
    return splitRows(chunk.rows, this.#plan.rows, 1).map(({ start, rows }) => ({
      ...{ chunk, index },
      ...{ first: start, rows },
    }));
  }

  /** The sums of the last pass: [K] of gram's or moments' entries, and as much again of no meaning. */
  get totals(): GPUBuffer {
    return this.#buffers.totals;
  }

  /** A batch's scores or responsibilities, [K][batch.rows]. */
  get scores(): GPUBuffer {
    return this.#buffers.scores;
  }

  /** What a pass costs, in multiply-adds. */
  get work(): number {
    const [n] = this.#points.shape;
    return 8 * n * this.#k * statisticsEntries(this.#form, this.#points.quads);
  }

  /** A batch's scores. */
  recordScores(recording: Recording, batch: Batch, scorer: ScorerBuffers): void {
    const { quads } = this.#points;
    const { logDensity } = this.#kernels;
    const shape = {
      first: batch.first,
      rows: batch.rows,
      quads,
      clusters: this.#k,
      factor_stride: this.#factorStride,
      score_stride: batch.rows,
    };
    recording.dispatch(
      logDensity.kernel,
      {
        shape,
        points: batch.chunk.points,
        ...scorer,
        state: this.#state,
        scores: this.#buffers.scores,
      },
      (logDensity.allComponents ? 1 : this.#k) *
        ceilDiv(batch.rows, ROWS_PER_INVOCATION * logDensity.kernel.workgroup),
    );
  }

  /** Responsibilities in place of a batch's scores; with labels, rows do not get their weights. */
  recordSoftmax(recording: Recording, batch: Batch, labelled: boolean): void {
    const kernel = labelled ? this.#kernels.labels : this.#kernels.softmax;
    const { logSums, entropies, labels } = this.rows[batch.index];
    recording.dispatch(
      kernel,
      {
        shape: {
          first: batch.first,
          rows: batch.rows,
          clusters: this.#k,
          score_stride: batch.rows,
        },
        weights: this.#weights.chunks[batch.index],
        state: this.#state,
        scores: this.#buffers.scores,
        log_sums: logSums,
        entropies,
        labels,
      },
      groups(kernel, batch.rows),
    );
  }

  /** Adds a batch's sums about `centres` to the totals, which the first batch sets. */
  recordSums(recording: Recording, batch: Batch, centres: GPUBuffer): void {
    const { quads } = this.#points;
    const { sums } = this.#kernels;
    const tiles = this.#form === 'diag' ? ceilDiv(quads, 4) : gramBlocks(quads);
    const { shape, buffers } = this.#sumsOf(batch);
    const { clusters } = sums;
    const { lanes, unit_rows, unit_lanes } = shape;
    const all = { first_cluster: 0, last_cluster: this.#k, point_stride: 0 };
    const units =
      clusters === undefined ? {} : { unit_rows: unit_rows / unit_lanes, unit_lanes: 1 };
    recording.dispatch(
      sums.kernel,
      {
        shape: { ...shape, ...units, ...all },
        points: batch.chunk.points,
        centres,
        ...buffers,
      },
      clusters === undefined
        ? groups(sums.kernel, lanes * this.#k * tiles)
        : lanes * tiles * ceilDiv(this.#k, clusters),
    );
    this.#recordCarry(recording, batch, lanes);
  }

  /** As `recordSums`, of the rows in the coordinates of a scorer's components, about its means. */
  recordWhitenedSums(
    recording: Recording,
    batch: Batch,
    { means, factors }: Pick<ScorerBuffers, 'means' | 'factors'>,
  ): void {
    const { quads } = this.#points;
    const { whiten, sums, buffer, components } = this.#whitening!;
    const { shape, buffers } = this.#sumsOf(batch);
    const rowStride = roundUp(batch.rows, UNIT);
    for (let first = 0; first < this.#k; first += components) {
      const last = Math.min(first + components, this.#k);
      const some = { first_cluster: first, last_cluster: last };
      recording
        .dispatch(
          whiten,
          {
            shape: {
              ...{ first: batch.first, rows: batch.rows, quads, ...some },
              factor_stride: this.#factorStride,
              row_stride: rowStride,
            },
            points: batch.chunk.points,
            means,
            factors,
            state: this.#state,
            whitened: buffer,
          },
          (last - first) * ceilDiv(batch.rows, ROWS_PER_INVOCATION * whiten.workgroup),
        )
        .dispatch(
          sums,
          {
            shape: { ...shape, ...some, first: 0, point_stride: rowStride },
            points: buffer,
            centres: means,
            ...buffers,
          },
          groups(sums, shape.lanes * (last - first) * gramBlocks(quads)),
        );
    }
    this.#recordCarry(recording, batch, shape.lanes);
  }

  /** Before the first `recordWhitenedSums`. */
  async prepareWhitening(): Promise<void> {
    if (this.#whitening) return;
    const { runtime } = this.#workspace;
    const most = Math.min(this.#plan.rows, roundUp(this.#points.mostRows, UNIT));
    const bytes = packedBytes(most, this.#points.quads);
    const held = Math.floor(Math.min(WHITENED_BYTES, mostBytes(runtime)) / bytes);
    const components = Math.min(this.#k, Math.max(1, held));
    const { buffer } = await this.#workspace.allocate({ buffer: components * bytes });
    this.#whitening = {
      whiten: await runtime.kernel(whitenKernel),
      sums: await runtime.kernel(gramKernel, { WEIGHTED: true, CENTRED: false }),
      buffer,
      components,
    };
  }

  get #factorStride(): number {
    return this.#form === 'tied' ? 0 : factorEntries(this.#points.quads);
  }

  /** What the kernels of a batch's sums have in common. */
  #sumsOf({ first, rows }: Batch) {
    const { scores, partial } = this.#buffers;
    const { unitLanes } = this.#plan;
    return {
      shape: {
        ...{ first, rows, quads: this.#points.quads, clusters: this.#k },
        lanes: unitLanes * ceilDiv(rows, UNIT),
        ...{ unit_rows: UNIT, unit_lanes: unitLanes },
        weight_stride: rows,
      },
      buffers: { weights: scores, state: this.#state, partial },
    };
  }

  #recordCarry(recording: Recording, batch: Batch, lanes: number): void {
    const { carryRuns } = this.#kernels;
    const { partial, totals } = this.#buffers;
    const entries = this.#k * statisticsEntries(this.#form, this.#points.quads);
    const start = batch.chunk.start + batch.first;
    const shape = {
      entries,
      lanes,
      first_run: (start / UNIT) * this.#plan.unitLanes,
      last: start + batch.rows === this.#points.shape[0] ? 1 : 0,
    };
    recording.dispatch(
      carryRuns,
      { shape, partial, state: this.#state, totals },
      groups(carryRuns, entries),
    );
  }

  /** The E-step and the sums about `centres`. */
  record(recording: Recording, scorer: ScorerBuffers, centres: GPUBuffer): void {
    this.#points.pass(recording, (chunk, c) => {
      for (const batch of this.#batchesOf(chunk, c)) {
        this.recordScores(recording, batch, scorer);
        this.recordSoftmax(recording, batch, false);
        this.recordSums(recording, batch, centres);
      }
    });
  }

  dispose(): void {
    const { scores, partial, totals } = this.#buffers;
    this.#workspace.release(scores, partial, totals);
    if (this.#whitening) this.#workspace.release(this.#whitening.buffer);
    for (const { logSums, entropies, labels } of this.rows) {
      this.#workspace.release(logSums, entropies, labels);
    }
  }
}
