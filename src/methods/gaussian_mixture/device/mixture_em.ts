/** Expectation maximisation on the device: parameters ping-pong, the bound alone crosses back. */
import type { DeviceRuns, RunStatus } from '../../../../host/device_loop.js';
import { ceilDiv } from '../../../../host/plan.js';
import type { Recording } from '../../../../host/recording.js';
import type { Kernel, Runtime } from '../../../../host/runtime.js';
import type { CovarianceType } from '../../../ops/mixtures/scorer.js';
import type { Workspace } from '../../../../host/workspace.js';
import endIterationKernel from '../../../../shaders/mixtures/end_iteration.wgsl';
import runSumsKernel from '../../../../shaders/sums/run_sums.wgsl';
import updateMeansKernel from '../../../../shaders/mixtures/update_means.wgsl';
import type { Statistics } from '../../../ops/mixtures/scorer.js';
import { finiteBound } from '../mixture_fit.js';
import {
  formOf,
  logDeterminants,
  type MixtureParameters,
  mixtureScorer,
  type MixtureRules,
} from '../mixture_step.js';
import {
  factorEntries,
  packScorer,
  scaleBy,
  statisticsEntries,
  unpackFactors,
  unpackStatistics,
} from './mixture_layout.js';
import { MixturePass, type ScorerBuffers } from './mixture_pass.js';
import { groups, padColumns, unpadColumns } from '../../../rows/device_points.js';
import type { DevicePoints } from '../../../rows/rows.js';
import type { DeviceWeights } from '../../../rows/weights.js';

const HISTORY_SLOTS = Number(endIterationKernel.constants.HISTORY);
const HISTORY_LANES = Number(endIterationKernel.constants.WORKGROUP);
/** Bytes of the state words at the head of `status`: the alignment of a binding's offset. */
const STATE_BYTES = 256;
const HISTORY_BYTES = 4 * HISTORY_SLOTS * HISTORY_LANES;
const NOT_FAILED = 0xffffffff;
/** A number that float32 holds. */
const LARGEST = 3e38;
/**
 * Rows whose log-likelihoods are added up at a time: few, as the bound's changes are small, and so many
 * that a chunk's runs begin where a storage binding may.
 */
export const BOUND_RUN = 16;

/** Why the device halted: see end_iteration.wgsl. */
export const EmHalt = { running: 0, withinTolerance: 1, unsound: 2 } as const;

/** What the device reports of a fit, which halts by one of {@link EmHalt}; the objective is the bound. */
export interface EmStatus extends RunStatus {
  /** The first component without a sound factor. */
  readonly failed: number;
}

/** What k components over loaded points are to be fitted with. */
export interface EmProblem {
  readonly points: DevicePoints;
  readonly weights: DeviceWeights;
  /** What columns were multiplied by, [d]. */
  readonly scale: Float64Array;
  readonly rules: MixtureRules;
  /** Stop when the bound changes by less than this. */
  readonly tol: number;
  /** The variance of a scaled column at which the fit halts. */
  readonly leastVariance: number;
}

interface Buffers {
  readonly status: GPUBuffer;
  readonly components: GPUBuffer;
  readonly moves: GPUBuffer;
  /** The centres of the first iteration's second pass. */
  readonly first: GPUBuffer;
  readonly columns: GPUBuffer;
  readonly matrices: GPUBuffer;
  readonly sums: GPUBuffer;
}

/** What makes factors of the sums: of matrices, or of variances alone. */
type FactorKernels =
  | { readonly diagonal: Kernel }
  | { readonly covariances: Kernel; readonly cholesky: Kernel; readonly inverse: Kernel };

interface Kernels {
  readonly means: Kernel;
  readonly factors: FactorKernels;
  readonly runSums: Kernel;
  readonly end: Kernel;
}

/** The matrices of a mixture: one for each component, one for all, or none. */
function matricesOf({ covarianceType }: MixtureRules, k: number): number {
  return { full: k, tied: 1, diag: 0, spherical: 0, fixed: 0 }[covarianceType];
}

async function compile(workspace: Workspace, { covarianceType }: MixtureRules): Promise<Kernels> {
  const { runtime } = workspace;
  const DIAGONAL = formOf(covarianceType) === 'diag';
  return {
    means: await runtime.kernel(updateMeansKernel, { DIAGONAL }),
    factors: await (DIAGONAL
      ? compileDiagonal(runtime, covarianceType)
      : compileMatrices(runtime, covarianceType)),
    runSums: await runtime.kernel(runSumsKernel, { RUN: BOUND_RUN }),
    end: await runtime.kernel(endIterationKernel),
  };
}

async function compileDiagonal(runtime: Runtime, type: CovarianceType): Promise<FactorKernels> {
  const { default: source } = await import('../../../../shaders/mixtures/update_diagonal.wgsl');
  const KIND = { full: 0, tied: 0, diag: 0, spherical: 1, fixed: 2 }[type];
  return { diagonal: await runtime.kernel(source, { KIND }) };
}

async function compileMatrices(runtime: Runtime, type: CovarianceType): Promise<FactorKernels> {
  const [covariances, cholesky, inverse] = await Promise.all([
    import('../../../../shaders/mixtures/covariances.wgsl'),
    import('../../../../shaders/mixtures/cholesky.wgsl'),
    import('../../../../shaders/mixtures/triangular_inverse.wgsl'),
  ]);
  const TIED = type === 'tied';
  return {
    covariances: await runtime.kernel(covariances.default, { TIED }),
    cholesky: await runtime.kernel(cholesky.default, { TIED }),
    inverse: await runtime.kernel(inverse.default),
  };
}

/** The inverse of the least scale. */
function largestUnit(scale: Float64Array): number {
  return 1 / leastOf(scale);
}

function leastOf(scale: Float64Array): number {
  return scale.reduce((least, factor) => Math.min(least, factor), Number.POSITIVE_INFINITY);
}

/** Ridges in squared scaled units, 1 past the last column; then the units, of which the largest is 1. */
function columnValues({ scale, rules }: EmProblem, width: number): Float32Array {
  const d = scale.length;
  const ridge = rules.covarianceType === 'fixed' ? rules.fixedVariance : rules.regCovar;
  const unit = largestUnit(scale);
  const values = new Float32Array(2 * width);
  for (let j = 0; j < width; j++) {
    values[j] = j < d ? Math.min(ridge * scale[j] ** 2, LARGEST) : 1;
    values[width + j] = j < d ? 1 / scale[j] / unit : 0;
  }
  return values;
}

/** k components on the device, and the recordings of their iterations. */
export class MixtureEm implements DeviceRuns<EmStatus> {
  readonly count = 1;
  readonly #workspace: Workspace;
  readonly #problem: EmProblem;
  readonly #k: number;
  readonly #pass: MixturePass;
  readonly #buffers: Buffers;
  readonly #sides: readonly [even: ScorerBuffers, odd: ScorerBuffers];
  readonly #kernels: Kernels;

  private constructor(
    workspace: Workspace,
    problem: EmProblem,
    k: number,
    pass: MixturePass,
    buffers: Buffers,
    sides: readonly [ScorerBuffers, ScorerBuffers],
    kernels: Kernels,
  ) {
    this.#workspace = workspace;
    this.#problem = problem;
    this.#k = k;
    this.#pass = pass;
    this.#buffers = buffers;
    this.#sides = sides;
    this.#kernels = kernels;
  }

  /** @param start where to begin; its covariances are not used */
  static async create(
    workspace: Workspace,
    problem: EmProblem,
    start: MixtureParameters,
  ): Promise<MixtureEm> {
    const { points, weights, scale, rules } = problem;
    const { quads, shape } = points;
    const k = start.weights.length;
    const d = scale.length;
    const matrices = matricesOf(rules, k);
    const buffers = await workspace.allocate({
      status: STATE_BYTES + HISTORY_BYTES,
      components: 8 * k,
      moves: 16 * k * quads,
      first: 16 * k * quads,
      columns: 32 * quads,
      matrices: 64 * quads * quads * matrices,
      sums: 4 * ceilDiv(shape[0], BOUND_RUN),
    });
    const form = formOf(rules.covarianceType);
    const pass = await MixturePass.create(workspace, points, weights, k, form, buffers.status);
    const constant = constantOf(problem);
    const packed = packScorer(mixtureScorer(start, rules.covarianceType), scale);
    const side = async (): Promise<ScorerBuffers> => {
      const made = await workspace.allocate({
        means: packed.means.byteLength,
        offsets: packed.offsets.byteLength,
        factors: packed.factors.byteLength,
      });
      workspace.upload(made.means, packed.means);
      workspace.upload(
        made.offsets,
        packed.offsets.map((offset) => offset - constant),
      );
      // Elements that no update writes (above the diagonal, past the last column) are 0 for good.
      workspace.upload(made.factors, packed.factors);
      return made;
    };
    const sides = [await side(), await side()] as const;
    const kernels = await compile(workspace, rules);
    workspace.run('reset', (recording) => recording.clear(buffers.status));
    workspace.upload(buffers.status, Uint32Array.of(0, 0, NOT_FAILED, 0));
    workspace.upload(buffers.columns, columnValues(problem, padColumns(scale, 1, d).length));
    return new MixtureEm(workspace, problem, k, pass, buffers, sides, kernels);
  }

  /** What an iteration costs, in multiply-adds. */
  get work(): number {
    return this.#pass.work;
  }

  get #state(): GPUBufferBinding {
    return { buffer: this.#buffers.status, offset: 0, size: STATE_BYTES };
  }

  /**
   * Iterations from the even to the odd parameters, and back. The first of all takes its sums twice,
   * the second time about the means of the first: from a start far off, the sums about its means
   * would be mostly the way to the new ones.
   */
  record(_: number, done: number): Promise<readonly [Recording, Recording]> {
    return Promise.resolve([
      this.#recordIteration(true, done === 0),
      this.#recordIteration(false, false),
    ]);
  }

  #recordIteration(even: boolean, isFirst: boolean): Recording {
    const [from, to] = even ? this.#sides : [this.#sides[1], this.#sides[0]];
    const recording = this.#workspace.record(even ? 'even iteration' : 'odd iteration');
    this.#pass.record(recording, from, from.means);
    const centres = isFirst ? this.#buffers.first : from.means;
    if (isFirst) {
      this.#recordMeans(recording, from.means, centres);
      this.#pass.record(recording, from, centres);
    }
    this.#recordMeans(recording, centres, to.means);
    const { factors } = this.#kernels;
    if ('diagonal' in factors) this.#recordDiagonals(recording, factors.diagonal, to);
    else this.#recordMatrices(recording, factors, to);
    this.#recordEnd(recording);
    return recording;
  }

  #recordMeans(recording: Recording, centres: GPUBuffer, means: GPUBuffer): void {
    const { quads } = this.#problem.points;
    const { components, moves } = this.#buffers;
    recording.dispatch(
      this.#kernels.means,
      {
        shape: { clusters: this.#k, quads },
        totals: this.#pass.totals,
        centres,
        state: this.#state,
        components,
        moves,
        means,
      },
      groups(this.#kernels.means, this.#k * quads),
    );
  }

  #recordDiagonals(
    recording: Recording,
    diagonal: Kernel,
    { factors, offsets }: ScorerBuffers,
  ): void {
    const { points, scale, leastVariance } = this.#problem;
    const { quads } = points;
    const { components, moves, columns } = this.#buffers;
    recording.dispatch(
      diagonal,
      {
        shape: {
          clusters: this.#k,
          quads,
          columns: scale.length,
          least: leastVariance,
        },
        totals: this.#pass.totals,
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
    const { quads } = this.#problem.points;
    const { components, moves, columns, matrices } = this.#buffers;
    const count = matricesOf(this.#problem.rules, this.#k);
    const d = this.#problem.scale.length;
    const state = this.#state;
    const shape = { clusters: this.#k, quads, matrices: count };
    recording
      .dispatch(
        covariances,
        {
          shape,
          totals: this.#pass.totals,
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
            most: 1 / Math.sqrt(this.#problem.leastVariance),
          },
          matrices,
          state,
          factors,
        },
        groups(inverse, d * count),
      );
  }

  #recordEnd(recording: Recording): void {
    const { ranges, shape } = this.#problem.points;
    const { runSums, end } = this.#kernels;
    const { sums, status } = this.#buffers;
    ranges.forEach(({ start, rows }, c) => {
      const runs = ceilDiv(rows, BOUND_RUN);
      recording.dispatch(
        runSums,
        {
          shape: { count: rows },
          values: this.#pass.rows[c].logSums,
          sums: { buffer: sums, offset: (4 * start) / BOUND_RUN, size: 4 * runs },
        },
        groups(runSums, runs),
      );
    });
    const entries = ceilDiv(shape[0], BOUND_RUN);
    recording.dispatch(
      end,
      {
        // A larger tolerance than float32 holds is met by any change.
        shape: { entries, rows: shape[0], tolerance: Math.min(this.#problem.tol, LARGEST) },
        sums,
        state: this.#state,
        history: { buffer: status, offset: STATE_BYTES, size: HISTORY_BYTES },
      },
      1,
    );
  }

  /** Whether the host brings the rows once a pass. */
  get streamed(): boolean {
    return this.#problem.points.streamed;
  }

  submit(turns: readonly (readonly Recording[])[]): Promise<void> {
    return this.#workspace.submitInParts(turns);
  }

  async readStatus(): Promise<readonly [EmStatus]> {
    const bytes = await this.#workspace.read(this.#buffers.status, 0, STATE_BYTES + HISTORY_BYTES);
    const [iterations, halted, failed] = new Uint32Array(bytes, 0, 3);
    const history = new Float32Array(bytes, STATE_BYTES);
    const constant = constantOf(this.#problem);
    const objective = (iteration: number) => {
      const slot = (iteration % HISTORY_SLOTS) * HISTORY_LANES;
      let sum = 0;
      for (const lane of history.subarray(slot, slot + HISTORY_LANES)) sum += lane;
      return finiteBound(iteration, sum / this.#problem.points.shape[0] + constant);
    };
    return [{ iterations, halted, failed, objective }];
  }

  /** The sums of the last iteration, of so many. */
  async readSums(iterations: number): Promise<Statistics> {
    const { points, scale, rules } = this.#problem;
    const { quads } = points;
    const form = formOf(rules.covarianceType);
    const d = scale.length;
    const bytes = 16 * this.#k * statisticsEntries(form, quads);
    const totals = await this.#workspace.read(this.#pass.totals, 0, bytes);
    const about = iterations === 1 ? this.#buffers.first : this.#sides[(iterations - 1) % 2].means;
    const means = await this.#workspace.read(about, 0, 16 * this.#k * quads);
    const centres = unscaled(unpadColumns(new Float32Array(means), this.#k, d), scale);
    return unpackStatistics(new Float32Array(totals), form, { centres }, scale);
  }

  /**
   * The parameters after so many iterations, but for the covariances: the E-step needs only the
   * factors.
   */
  async readParameters(iterations: number): Promise<MixtureParameters> {
    const { points, scale, rules } = this.#problem;
    const { quads } = points;
    const k = this.#k;
    const d = scale.length;
    const side = this.#sides[iterations % 2];
    const read = async (buffer: GPUBuffer) =>
      new Float32Array(await this.#workspace.read(buffer, 0, buffer.size));
    const means = unpadColumns((await read(side.means)).subarray(0, 4 * k * quads), k, d);
    const packed = await read(side.factors);
    const offsets = (await read(side.offsets)).subarray(0, k);
    const factors =
      formOf(rules.covarianceType) === 'diag'
        ? this.#diagonalsOf(packed)
        : unpackFactors(packed, matricesOf(rules, k), scale);
    const determinants = logDeterminants(factors, k, d, rules.covarianceType);
    const constant = constantOf(this.#problem) + (d / 2) * Math.log(2 * Math.PI);
    const shares = determinants.map((value, c) => Math.exp(offsets[c] - value + constant));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return {
      weights: shares.map((share) => share / total),
      means: unscaled(means, scale),
      factors,
      covariances: new Float64Array(factors.length),
    };
  }

  /** Roots of precisions: one a column for 'diag', and one a component for the others. */
  #diagonalsOf(packed: Float32Array): Float64Array {
    const { scale, rules } = this.#problem;
    const d = scale.length;
    const roots = scaleBy(Float64Array.from(unpadColumns(packed, this.#k, d)), scale);
    if (rules.covarianceType === 'diag') return roots;
    // The column of the largest unit, in which none leaves float32's range.
    const widest = scale.indexOf(leastOf(scale));
    return Float64Array.from({ length: this.#k }, (_, c) => roots[c * d + widest]);
  }

  dispose(): void {
    this.#pass.dispose();
    const { status, components, moves, first, columns, matrices, sums } = this.#buffers;
    this.#workspace.release(status, components, moves, first, columns, matrices, sums);
    for (const { means, offsets, factors } of this.#sides) {
      this.#workspace.release(means, offsets, factors);
    }
  }
}

/** k x d values of columns multiplied by their scale, as they were. */
function unscaled(values: Float32Array, scale: Float64Array): Float64Array {
  return Float64Array.from(values, (value, at) => value / scale[at % scale.length]);
}

/** What the device leaves out of a log-density: the scales' determinant and the powers of 2 pi. */
function constantOf({ scale, rules }: EmProblem): number {
  const d = scale.length;
  const powers = (d / 2) * Math.log(2 * Math.PI);
  // One variance for all columns is in the largest unit: see update_diagonal.wgsl.
  if (rules.covarianceType === 'spherical') return -d * Math.log(largestUnit(scale)) - powers;
  return scale.reduce((sum, value) => sum + Math.log(value), 0) - powers;
}
