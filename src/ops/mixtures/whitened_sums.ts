/** The sums for the M-step of rows in the coordinates of components, about their means. */
import { ceilDiv, roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import gramKernel from '../../../shaders/products/gram.wgsl';
import whitenKernel from '../../../shaders/mixtures/whiten.wgsl';
import { groups, packedBytes } from '../../rows/device_points.js';
import { gramBlocks } from '../products/gram.js';
import { type Batch, type Batches, mostBytes, ROWS_PER_INVOCATION, UNIT } from './batches.js';
import type { ScorerBuffers } from './scoring.js';
import type { WeightedSums } from './weighted_sums.js';

/** The most that rows in components' own coordinates may take, where one component's fit. */
const WHITENED_BYTES = 32 * 1024 * 1024;

export class WhitenedSums {
  readonly #batches: Batches;
  readonly #sums: WeightedSums;
  readonly #whiten: Kernel;
  readonly #gram: Kernel;
  readonly #whitened: GPUBuffer;
  /** Components whose rows it holds. */
  readonly #components: number;

  private constructor(
    batches: Batches,
    sums: WeightedSums,
    { whiten, gram }: { readonly whiten: Kernel; readonly gram: Kernel },
    whitened: GPUBuffer,
    components: number,
  ) {
    this.#batches = batches;
    this.#sums = sums;
    this.#whiten = whiten;
    this.#gram = gram;
    this.#whitened = whitened;
    this.#components = components;
  }

  /** @param sums whose totals they become */
  static async create(batches: Batches, sums: WeightedSums): Promise<WhitenedSums> {
    const { workspace, points, k, plan } = batches;
    const { runtime } = workspace;
    const most = Math.min(plan.rows, roundUp(points.mostRows, UNIT));
    const bytes = packedBytes(most, points.quads);
    const held = Math.floor(Math.min(WHITENED_BYTES, mostBytes(runtime)) / bytes);
    const components = Math.min(k, Math.max(1, held));
    const { whitened } = await workspace.allocate({ whitened: components * bytes });
    const kernels = {
      whiten: await runtime.kernel(whitenKernel),
      gram: await runtime.kernel(gramKernel, { WEIGHTED: true, CENTRED: false }),
    };
    return new WhitenedSums(batches, sums, kernels, whitened, components);
  }

  /** Adds a batch's sums to the totals, which the first batch sets. */
  record(
    recording: Recording,
    batch: Batch,
    { means, factors }: Pick<ScorerBuffers, 'means' | 'factors'>,
  ): void {
    const { points, k, state, factorStride } = this.#batches;
    const { quads } = points;
    const { shape, buffers } = this.#sums.bindings(batch);
    const { first, rows, chunk } = batch;
    const whitened = this.#whitened;
    const rowStride = roundUp(rows, UNIT);
    for (let from = 0; from < k; from += this.#components) {
      const to = Math.min(from + this.#components, k);
      const some = { first_cluster: from, last_cluster: to };
      recording
        .dispatch(
          this.#whiten,
          {
            shape: {
              ...{ first, rows, quads, ...some },
              factor_stride: factorStride,
              row_stride: rowStride,
            },
            points: chunk.points,
            means,
            factors,
            state,
            whitened,
          },
          (to - from) * ceilDiv(rows, ROWS_PER_INVOCATION * this.#whiten.workgroup),
        )
        .dispatch(
          this.#gram,
          {
            shape: { ...shape, ...some, first: 0, point_stride: rowStride },
            points: whitened,
            centres: means,
            ...buffers,
          },
          groups(this.#gram, shape.lanes * (to - from) * gramBlocks(quads)),
        );
    }
    this.#sums.recordCarry(recording, batch);
  }

  dispose(): void {
    this.#batches.workspace.release(this.#whitened);
  }
}
