/** Rows of which a batch is worked on at a time. */
import { splitRows } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import { CHUNK_ALIGNMENT } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';
import type { DeviceWeights } from '../../rows/weights.js';
import { PARTIAL_BYTES } from '../products/gram.js';
import { factorEntries, statisticsEntries } from './layout.js';
import type { FactorForm } from './scorer.js';

/** The most that a batch's responsibilities may take. */
const SCORES_BYTES = 16 * 1024 * 1024;
/** Multiply-adds of a batch's largest dispatch: some 50 ms on SwiftShader on two cores. */
const BATCH_WORK = 2 ** 26;
/**
 * Rows that sums are made of, counted from the first of all: chunks and batches are whole units, so
 * that sums do not depend on where either end.
 */
export const UNIT = CHUNK_ALIGNMENT;
/** Runs of a unit where memory allows: short enough for float32, long enough that adding them costs little. */
const UNIT_LANES = 8;
/** Rows an invocation of the kernels takes that put rows into components' coordinates. */
export const ROWS_PER_INVOCATION = 4;

/**
 * Rows whose log-likelihoods are added up at a time: few, as the bound's changes are small, and so many
 * that a chunk's runs begin where a storage binding may.
 */
export const BOUND_RUN = 16;

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
interface BatchPlan {
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
export function mostBytes({ limits }: Runtime): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}

/** k components of one form over loaded points. */
export interface Components {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly weights: DeviceWeights;
  readonly k: number;
  readonly form: FactorForm;
  /** Nothing is done while its word [1] is not 0. */
  readonly state: GPUBufferBinding;
}

export class Batches implements Components {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly weights: DeviceWeights;
  readonly k: number;
  readonly form: FactorForm;
  readonly state: GPUBufferBinding;
  readonly plan: BatchPlan;
  /** A batch's scores or responsibilities, [K][batch.rows]. */
  readonly scores: GPUBuffer;

  private constructor(components: Components, plan: BatchPlan, scores: GPUBuffer) {
    this.workspace = components.workspace;
    this.points = components.points;
    this.weights = components.weights;
    this.k = components.k;
    this.form = components.form;
    this.state = components.state;
    this.plan = plan;
    this.scores = scores;
  }

  static async create(components: Components): Promise<Batches> {
    const { workspace, points, k, form } = components;
    const entries = statisticsEntries(form, points.quads);
    const plan = planBatch(k, entries, mostBytes(workspace.runtime));
    const most = Math.min(plan.rows, points.mostRows);
    const { scores } = await workspace.allocate({ scores: 4 * k * most });
    return new Batches(components, plan, scores);
  }

  /** Rows of the largest batch. */
  get mostRows(): number {
    return Math.min(this.plan.rows, this.points.mostRows);
  }

  /** vec4s of one component's sums. */
  get entries(): number {
    return statisticsEntries(this.form, this.points.quads);
  }

  /** What a pass of the E-step and the sums costs, in multiply-adds. */
  get work(): number {
    return 8 * this.points.shape[0] * this.k * this.entries;
  }

  /** vec4s from one component's factor to the next one's. */
  get factorStride(): number {
    return this.form === 'tied' ? 0 : factorEntries(this.points.quads);
  }

  /** All rows, batch by batch, for work that waits in between. */
  async *visit(): AsyncGenerator<Batch, void, undefined> {
    for await (const { chunk, c } of this.points.visit()) yield* this.#of(chunk, c);
  }

  /** Records what is done with each batch. */
  pass(recording: Recording, work: (batch: Batch) => void): void {
    this.points.pass(recording, (chunk, c) => {
      for (const batch of this.#of(chunk, c)) work(batch);
    });
  }

  #of(chunk: Chunk, index: number): readonly Batch[] {
    return splitRows(chunk.rows, this.plan.rows, 1).map(({ start, rows }) => ({
      ...{ chunk, index },
      ...{ first: start, rows },
    }));
  }

  dispose(): void {
    this.workspace.release(this.scores);
  }
}
