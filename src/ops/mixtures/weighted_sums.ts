/** The sums for the M-step: of the rows about centres, weighted by their responsibilities. */
import { ceilDiv } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import addRunsKernel from '../../../shaders/products/add_runs.wgsl';
import gramKernel from '../../../shaders/products/gram.wgsl';
import momentsKernel from '../../../shaders/mixtures/moments.wgsl';
import { groups } from '../../rows/device_points.js';
import { gramBlocks } from '../products/gram.js';
import { type Batch, type Batches, UNIT } from './batches.js';
import type { FactorForm } from './scorer.js';

/**
 * Fewer clusters leave most invocations of the kernels by subgroups idle. On lavapipe (100,000 x 16,
 * full) 2 clusters took 18 ms by them and 15 by runs, 3 took 12 and 31, 4 took 13 and 20.
 */
const FEWEST_CLUSTERS = 3;
const MOST_CLUSTERS = 32;

/** The kernel of the sums for the M-step. */
export interface SumsKernel {
  readonly kernel: Kernel;
  /** Clusters of a workgroup, where neighbouring invocations own clusters; runs where absent. */
  readonly clusters?: number;
}

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

export class WeightedSums {
  /** The sums of the last pass: [K] of gram's or moments' entries, and as much again of no meaning. */
  readonly totals: GPUBuffer;
  readonly #batches: Batches;
  readonly #sums: SumsKernel;
  readonly #carryRuns: Kernel;
  readonly #partial: GPUBuffer;

  private constructor(
    batches: Batches,
    sums: SumsKernel,
    carryRuns: Kernel,
    { partial, totals }: { readonly partial: GPUBuffer; readonly totals: GPUBuffer },
  ) {
    this.#batches = batches;
    this.#sums = sums;
    this.#carryRuns = carryRuns;
    this.#partial = partial;
    this.totals = totals;
  }

  static async create(batches: Batches): Promise<WeightedSums> {
    const { workspace, k, form, entries, plan, mostRows } = batches;
    const { runtime } = workspace;
    const sums = await sumsKernelOf(runtime, form, k);
    const carryRuns = await runtime.kernel(addRunsKernel, { CARRIED: true });
    const buffers = await workspace.allocate({
      partial: 16 * k * entries * plan.unitLanes * ceilDiv(mostRows, UNIT),
      totals: 32 * k * entries,
    });
    return new WeightedSums(batches, sums, carryRuns, buffers);
  }

  /** Adds a batch's sums about `centres` to the totals, which the first batch sets. */
  record(recording: Recording, batch: Batch, centres: GPUBuffer): void {
    const { points, k, form } = this.#batches;
    const { kernel, clusters } = this.#sums;
    const tiles = form === 'diag' ? ceilDiv(points.quads, 4) : gramBlocks(points.quads);
    const { shape, buffers } = this.bindings(batch);
    const { lanes, unit_rows, unit_lanes } = shape;
    const all = { first_cluster: 0, last_cluster: k, point_stride: 0 };
    const units =
      clusters === undefined ? {} : { unit_rows: unit_rows / unit_lanes, unit_lanes: 1 };
    recording.dispatch(
      kernel,
      { shape: { ...shape, ...units, ...all }, points: batch.chunk.points, centres, ...buffers },
      clusters === undefined
        ? groups(kernel, lanes * k * tiles)
        : lanes * tiles * ceilDiv(k, clusters),
    );
    this.recordCarry(recording, batch);
  }

  /** What all kernels are given that leave a batch's partial sums. */
  bindings({ first, rows }: Batch) {
    const { points, k, plan, scores, state } = this.#batches;
    const { unitLanes } = plan;
    return {
      shape: {
        ...{ first, rows, quads: points.quads, clusters: k },
        lanes: unitLanes * ceilDiv(rows, UNIT),
        ...{ unit_rows: UNIT, unit_lanes: unitLanes },
        weight_stride: rows,
      },
      buffers: { weights: scores, state, partial: this.#partial },
    };
  }

  /** Adds a batch's partial sums to the totals. */
  recordCarry(recording: Recording, batch: Batch): void {
    const { points, k, plan, entries, state } = this.#batches;
    const { unitLanes } = plan;
    const start = batch.chunk.start + batch.first;
    const shape = {
      entries: k * entries,
      lanes: unitLanes * ceilDiv(batch.rows, UNIT),
      first_run: (start / UNIT) * unitLanes,
      last: start + batch.rows === points.shape[0] ? 1 : 0,
    };
    recording.dispatch(
      this.#carryRuns,
      { shape, partial: this.#partial, state, totals: this.totals },
      groups(this.#carryRuns, shape.entries),
    );
  }

  dispose(): void {
    this.#batches.workspace.release(this.#partial, this.totals);
  }
}
