/** Expectation maximisation on the device: parameters ping-pong, the bound alone crosses back. */
import type { DeviceRuns } from '../../../host/device_loop.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import endIterationKernel from '../../../shaders/mixtures/end_iteration.wgsl';
import { packScorer, scaleBy, unpackFactors, unpackStatistics, uploaded } from './layout.js';
import { boardOf, type MixturePass, passFor } from './pass.js';
import type { Statistics } from './scorer.js';
import type { Scoring, ScorerBuffers } from './scoring.js';
import type { WeightedSums } from './weighted_sums.js';
import { RunSums } from '../sums/run_sums.js';
import { unpadColumns } from '../../rows/device_points.js';
import { formOf, logDeterminants, type MixtureParameters, mixtureScorer } from './parameters.js';
import type { DeviceRows } from '../op.js';
import { BOUND_RUN } from './batches.js';
import { columnsOf } from './columns.js';
import { EmMaximization } from './em_maximization.js';
import type { EmBoard, EmStatus } from './em_status.js';
import {
  constantOf,
  type EmProblem,
  type EmRows,
  LARGEST,
  leastOf,
  matricesOf,
  unscaled,
} from './em_units.js';

/** What an iteration is made of. */
interface Steps {
  readonly pass: MixturePass;
  readonly scoring: Scoring;
  readonly sums: WeightedSums;
  readonly maximization: EmMaximization;
  readonly runSums: RunSums;
  readonly end: Kernel;
  readonly board: EmBoard;
}

interface Buffers {
  /** The centres of the first iteration's second pass. */
  readonly first: GPUBuffer;
  /** Runs of log-likelihoods. */
  readonly bounds: GPUBuffer;
}

/** k components on the device, and the recordings of their iterations. */
export class EmRuns implements DeviceRuns<EmStatus> {
  readonly count = 1;
  readonly #rows: EmRows;
  readonly #problem: EmProblem;
  readonly #k: number;
  readonly #steps: Steps;
  readonly #buffers: Buffers;
  readonly #sides: readonly [even: ScorerBuffers, odd: ScorerBuffers];

  private constructor(
    rows: EmRows,
    problem: EmProblem,
    k: number,
    steps: Steps,
    buffers: Buffers,
    sides: readonly [ScorerBuffers, ScorerBuffers],
  ) {
    this.#rows = rows;
    this.#problem = problem;
    this.#k = k;
    this.#steps = steps;
    this.#buffers = buffers;
    this.#sides = sides;
  }

  /** @param start where to begin; its covariances are not used */
  static async create(
    rows: DeviceRows,
    problem: EmProblem,
    start: MixtureParameters,
  ): Promise<EmRuns> {
    const { workspace, points } = rows;
    const scale = columnsOf(points).columnScale;
    const scaledRows = { ...rows, scale };
    const { runtime } = workspace;
    const { covarianceType } = problem.rules;
    const k = start.weights.length;
    const form = formOf(covarianceType);
    const pass = await passFor(rows, k, form);
    const board = boardOf(rows);
    const scoring = await pass.expectation();
    const sums = await pass.sums();
    const { totals } = sums;
    const maximization = await EmMaximization.create(scaledRows, problem, k, totals, board.state);
    const runSums = await RunSums.of(runtime, BOUND_RUN);
    const end = await runtime.kernel(endIterationKernel);
    const steps = { pass, scoring, sums, maximization, runSums, end, board };
    const buffers = await workspace.allocate({
      first: 16 * k * points.quads,
      bounds: 4 * runSums.count(points.shape[0]),
    });
    const constant = constantOf(scale, problem.rules);
    // Elements that no update writes (above the diagonal, past the last column) are 0 for good.
    const packed = packScorer(mixtureScorer(start, covarianceType), scale);
    const offsets = packed.offsets.map((offset) => offset - constant);
    const side = () => uploaded(workspace, { ...packed, offsets });
    return new EmRuns(scaledRows, problem, k, steps, buffers, [await side(), await side()]);
  }

  /** What an iteration costs, in multiply-adds. */
  get work(): number {
    return this.#steps.pass.batches.work;
  }

  get streamed(): boolean {
    return this.#rows.points.streamed;
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
    const recording = this.#rows.workspace.record(even ? 'even iteration' : 'odd iteration');
    const { maximization } = this.#steps;
    this.#recordPass(recording, from, from.means);
    const centres = isFirst ? this.#buffers.first : from.means;
    if (isFirst) {
      maximization.recordMeans(recording, from.means, centres);
      this.#recordPass(recording, from, centres);
    }
    maximization.record(recording, centres, to);
    this.#recordEnd(recording);
    return recording;
  }

  /** The E-step and the sums about `centres`. */
  #recordPass(recording: Recording, scorer: ScorerBuffers, centres: GPUBuffer): void {
    const { pass, scoring, sums } = this.#steps;
    pass.batches.pass(recording, (batch) => {
      scoring.record(recording, batch, scorer);
      sums.record(recording, batch, centres);
    });
  }

  #recordEnd(recording: Recording): void {
    const { ranges, shape } = this.#rows.points;
    const { runSums, end, board, scoring } = this.#steps;
    const { bounds } = this.#buffers;
    ranges.forEach(({ start, rows }, c) => {
      const offset = 4 * runSums.count(start);
      const sums = { buffer: bounds, offset, size: 4 * runSums.count(rows) };
      runSums.record(recording, scoring.logSums[c], rows, sums);
    });
    const tolerance = Math.min(this.#problem.tol, LARGEST);
    recording.dispatch(
      end,
      {
        // A larger tolerance than float32 holds is met by any change.
        shape: { entries: runSums.count(shape[0]), rows: shape[0], tolerance },
        sums: bounds,
        state: board.state,
        history: board.history,
      },
      1,
    );
  }

  submit(turns: readonly (readonly Recording[])[]): Promise<void> {
    return this.#rows.workspace.submitInParts(turns);
  }

  async readStatus(): Promise<readonly [EmStatus]> {
    const { points, scale } = this.#rows;
    const constant = constantOf(scale, this.#problem.rules);
    return [await this.#steps.board.read((sum) => sum / points.shape[0] + constant)];
  }

  /** The sums of the last iteration, of so many. */
  async readSums(iterations: number): Promise<Statistics> {
    const { workspace, points, scale } = this.#rows;
    const { form, entries } = this.#steps.pass.batches;
    const k = this.#k;
    const totals = await workspace.read(this.#steps.sums.totals, 0, 16 * k * entries);
    const about = iterations === 1 ? this.#buffers.first : this.#sides[(iterations - 1) % 2].means;
    const means = await workspace.read(about, 0, 16 * k * points.quads);
    const centres = unscaled(unpadColumns(new Float32Array(means), k, scale.length), scale);
    return unpackStatistics(new Float32Array(totals), form, { centres }, scale);
  }

  /**
   * The parameters after so many iterations, but for the covariances: the E-step needs only the
   * factors.
   */
  async readParameters(iterations: number): Promise<MixtureParameters> {
    const { workspace, points, scale } = this.#rows;
    const { rules } = this.#problem;
    const k = this.#k;
    const d = scale.length;
    const side = this.#sides[iterations % 2];
    const read = async (buffer: GPUBuffer) => new Float32Array(await workspace.read(buffer));
    const means = unpadColumns((await read(side.means)).subarray(0, 4 * k * points.quads), k, d);
    const packed = await read(side.factors);
    const offsets = (await read(side.offsets)).subarray(0, k);
    const factors =
      formOf(rules.covarianceType) === 'diag'
        ? this.#diagonalsOf(packed)
        : unpackFactors(packed, matricesOf(rules, k), scale);
    const determinants = logDeterminants(factors, k, d, rules.covarianceType);
    const constant = constantOf(scale, rules) + (d / 2) * Math.log(2 * Math.PI);
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
    const { scale } = this.#rows;
    const d = scale.length;
    const roots = scaleBy(Float64Array.from(unpadColumns(packed, this.#k, d)), scale);
    if (this.#problem.rules.covarianceType === 'diag') return roots;
    // The column of the largest unit, in which none leaves float32's range.
    const widest = scale.indexOf(leastOf(scale));
    return Float64Array.from({ length: this.#k }, (_, c) => roots[c * d + widest]);
  }

  dispose(): void {
    this.#steps.maximization.dispose();
    const { first, bounds } = this.#buffers;
    this.#rows.workspace.release(first, bounds);
    for (const side of this.#sides) {
      this.#rows.workspace.release(side.means, side.offsets, side.factors);
    }
  }
}
