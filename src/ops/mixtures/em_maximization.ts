/** The M-step on the device: from sums about centres to the means, factors and offsets of a scorer. */
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import updateMeansKernel from '../../../shaders/mixtures/update_means.wgsl';
import { factorEntries } from './layout.js';
import type { CovarianceType } from './scorer.js';
import type { ScorerBuffers } from './scoring.js';
import { groups } from '../../rows/device_points.js';
import { formOf } from './parameters.js';
import { columnValues, type EmProblem, type EmRows, matricesOf } from './em_units.js';

/** What makes factors of the sums: of matrices, or of variances alone. */
type FactorKernels =
  | { readonly diagonal: Kernel }
  | { readonly covariances: Kernel; readonly cholesky: Kernel; readonly inverse: Kernel };

async function compileDiagonal(runtime: Runtime, type: CovarianceType): Promise<FactorKernels> {
  const { default: source } = await import('../../../shaders/mixtures/update_diagonal.wgsl');
  const KIND = { full: 0, tied: 0, diag: 0, spherical: 1, fixed: 2 }[type];
  return { diagonal: await runtime.kernel(source, { KIND }) };
}

async function compileMatrices(runtime: Runtime, type: CovarianceType): Promise<FactorKernels> {
  const [covariances, cholesky, inverse] = await Promise.all([
    import('../../../shaders/mixtures/covariances.wgsl'),
    import('../../../shaders/mixtures/cholesky.wgsl'),
    import('../../../shaders/mixtures/triangular_inverse.wgsl'),
  ]);
  const TIED = type === 'tied';
  return {
    covariances: await runtime.kernel(covariances.default, { TIED }),
    cholesky: await runtime.kernel(cholesky.default, { TIED }),
    inverse: await runtime.kernel(inverse.default),
  };
}

interface Buffers {
  readonly components: GPUBuffer;
  readonly moves: GPUBuffer;
  readonly columns: GPUBuffer;
  readonly matrices: GPUBuffer;
}

export class EmMaximization {
  readonly #rows: EmRows;
  readonly #problem: EmProblem;
  readonly #k: number;
  readonly #totals: GPUBuffer;
  readonly #state: GPUBufferBinding;
  readonly #means: Kernel;
  readonly #factors: FactorKernels;
  readonly #buffers: Buffers;

  private constructor(
    rows: EmRows,
    problem: EmProblem,
    k: number,
    totals: GPUBuffer,
    state: GPUBufferBinding,
    { means, factors }: { readonly means: Kernel; readonly factors: FactorKernels },
    buffers: Buffers,
  ) {
    this.#rows = rows;
    this.#problem = problem;
    this.#k = k;
    this.#totals = totals;
    this.#state = state;
    this.#means = means;
    this.#factors = factors;
    this.#buffers = buffers;
  }

  /**
   * @param totals the sums
   * @param state nothing is done while its word [1] is not 0
   */
  static async create(
    rows: EmRows,
    problem: EmProblem,
    k: number,
    totals: GPUBuffer,
    state: GPUBufferBinding,
  ): Promise<EmMaximization> {
    const { workspace, points, scale } = rows;
    const { runtime } = workspace;
    const { quads } = points;
    const { covarianceType } = problem.rules;
    const buffers = await workspace.allocate({
      components: 8 * k,
      moves: 16 * k * quads,
      columns: 32 * quads,
      matrices: 64 * quads * quads * matricesOf(problem.rules, k),
    });
    const DIAGONAL = formOf(covarianceType) === 'diag';
    const kernels = {
      means: await runtime.kernel(updateMeansKernel, { DIAGONAL }),
      factors: await (DIAGONAL
        ? compileDiagonal(runtime, covarianceType)
        : compileMatrices(runtime, covarianceType)),
    };
    workspace.upload(buffers.columns, columnValues(scale, problem.rules));
    return new EmMaximization(rows, problem, k, totals, state, kernels, buffers);
  }

  /** All of `to` from the sums about `centres`. */
  record(recording: Recording, centres: GPUBuffer, to: ScorerBuffers): void {
    this.recordMeans(recording, centres, to.means);
    if ('diagonal' in this.#factors) this.#recordDiagonals(recording, this.#factors.diagonal, to);
    else this.#recordMatrices(recording, this.#factors, to);
  }

  recordMeans(recording: Recording, centres: GPUBuffer, means: GPUBuffer): void {
    const { quads } = this.#rows.points;
    const { components, moves } = this.#buffers;
    recording.dispatch(
      this.#means,
      {
        shape: { clusters: this.#k, quads },
        totals: this.#totals,
        centres,
        state: this.#state,
        components,
        moves,
        means,
      },
      groups(this.#means, this.#k * quads),
    );
  }

  #recordDiagonals(
    recording: Recording,
    diagonal: Kernel,
    { factors, offsets }: ScorerBuffers,
  ): void {
    const { points, scale } = this.#rows;
    const { components, moves, columns } = this.#buffers;
    recording.dispatch(
      diagonal,
      {
        shape: {
          clusters: this.#k,
          quads: points.quads,
          columns: scale.length,
          least: this.#problem.leastVariance,
        },
        totals: this.#totals,
        moves,
        components,
        columns,
        state: this.#state,
        factors,
        offsets,
      },
      groups(diagonal, this.#k),
    );
  }

  #recordMatrices(
    recording: Recording,
    { covariances, cholesky, inverse }: Extract<FactorKernels, { cholesky: Kernel }>,
    { factors, offsets }: ScorerBuffers,
  ): void {
    const { quads } = this.#rows.points;
    const { components, moves, columns, matrices } = this.#buffers;
    const { rules, leastVariance } = this.#problem;
    const count = matricesOf(rules, this.#k);
    const d = this.#rows.scale.length;
    const state = this.#state;
    const shape = { clusters: this.#k, quads, matrices: count };
    recording
      .dispatch(
        covariances,
        {
          shape,
          totals: this.#totals,
          moves,
          components,
          ridge: columns,
          state,
          covariances: matrices,
        },
        groups(covariances, 4 * quads * quads * count),
      )
      .dispatch(cholesky, { shape, components, state, matrices, offsets }, groups(cholesky, count))
      .dispatch(
        inverse,
        {
          shape: {
            quads,
            columns: d,
            matrices: count,
            factor_stride: factorEntries(quads),
            most: 1 / Math.sqrt(leastVariance),
          },
          matrices,
          state,
          factors,
        },
        groups(inverse, d * count),
      );
  }

  dispose(): void {
    this.#rows.workspace.release(...Object.values<GPUBuffer>({ ...this.#buffers }));
  }
}
