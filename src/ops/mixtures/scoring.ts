/** Rows' scores, and what these come to: log-densities with labels, or responsibilities with entropies. */
import { ceilDiv } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import logDensityKernel from '../../../shaders/mixtures/log_density.wgsl';
import softmaxKernel from '../../../shaders/mixtures/softmax.wgsl';
import { groups } from '../../rows/device_points.js';
import { type Batch, type Batches, ROWS_PER_INVOCATION } from './batches.js';
import type { FactorForm } from './scorer.js';

/** Columns, in quads, of rows that the log-density keeps in registers, where subgroups are at hand. */
const NARROW_QUADS = 4;

/** What the E-step reads: see shaders/mixtures/log_density.wgsl. */
export interface ScorerBuffers {
  readonly means: GPUBuffer;
  readonly offsets: GPUBuffer;
  readonly factors: GPUBuffer;
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
  const { default: narrow } = await import('../../../shaders/mixtures/log_density_narrow.wgsl');
  return { kernel: await runtime.kernel(narrow, { LANES, QUADS: quads }), allComponents: true };
}

/** What is found of a chunk's rows, [rows] each. */
export type RowValues = Readonly<Record<'logSums' | 'entropies' | 'labels', GPUBuffer>>;

export async function rowValues({ workspace, points }: Batches): Promise<readonly RowValues[]> {
  const values: RowValues[] = [];
  for (const { rows } of points.ranges) {
    const bytes = 4 * rows;
    values.push(await workspace.allocate({ logSums: bytes, entropies: bytes, labels: bytes }));
  }
  return values;
}

export class Scoring {
  /** [rows] of each chunk. */
  readonly logSums: readonly GPUBuffer[];
  readonly entropies: readonly GPUBuffer[];
  readonly labels: readonly GPUBuffer[];
  readonly #batches: Batches;
  readonly #logDensity: LogDensityKernel;
  readonly #softmax: Kernel;

  private constructor(
    batches: Batches,
    logDensity: LogDensityKernel,
    softmax: Kernel,
    values: readonly RowValues[],
  ) {
    this.#batches = batches;
    this.#logDensity = logDensity;
    this.#softmax = softmax;
    this.logSums = values.map(({ logSums }) => logSums);
    this.entropies = values.map(({ entropies }) => entropies);
    this.labels = values.map(({ labels }) => labels);
  }

  /**
   * @param values where to leave what is found of each chunk's rows
   * @param labelled with labels, and without the rows' weights
   */
  static async create(
    batches: Batches,
    values: readonly RowValues[],
    labelled: boolean,
  ): Promise<Scoring> {
    const { workspace, points, weights, form } = batches;
    const { runtime } = workspace;
    const logDensity = await logDensityOf(runtime, form, points.quads);
    const softmax = await runtime.kernel(softmaxKernel, {
      WEIGHTED: weights.weighted && !labelled,
      LABELLED: labelled,
    });
    return new Scoring(batches, logDensity, softmax, values);
  }

  /** Leaves a batch's responsibilities in place of its scores. */
  record(recording: Recording, batch: Batch, scorer: ScorerBuffers): void {
    const { points, weights, k, state, scores, factorStride } = this.#batches;
    const { kernel, allComponents } = this.#logDensity;
    const { first, rows, index, chunk } = batch;
    const shape = { first, rows, clusters: k, score_stride: rows };
    recording
      .dispatch(
        kernel,
        {
          shape: { ...shape, quads: points.quads, factor_stride: factorStride },
          points: chunk.points,
          ...scorer,
          state,
          scores,
        },
        (allComponents ? 1 : k) * ceilDiv(rows, ROWS_PER_INVOCATION * kernel.workgroup),
      )
      .dispatch(
        this.#softmax,
        {
          shape,
          weights: weights.chunks[index],
          state,
          scores,
          log_sums: this.logSums[index],
          entropies: this.entropies[index],
          labels: this.labels[index],
        },
        groups(this.#softmax, rows),
      );
  }
}
