/** Gaussian mixtures on a WebGPU device. */
import { MAX_F32 } from '../../../../host/kernel.js';
import { ceilDiv } from '../../../../host/plan.js';
import type { Runtime } from '../../../../host/runtime.js';
import { Workspace } from '../../../../host/workspace.js';
import { engineName } from '../../../ops/engine_name.js';
import runSumsKernel from '../../../../shaders/sums/run_sums.wgsl';
import type {
  MixtureEngine,
  MixtureLoadOptions,
  MixtureSession,
} from '../gaussian_mixture_backend.js';
import type {
  Expectation,
  FactorForm,
  Frame,
  Responsibilities,
  Scorer,
  Statistics,
} from '../../../ops/mixtures/scorer.js';
import type { PointSource } from '../../../rows/load_options.js';
import { newFloats } from '../../../rows/matrix.js';
import { centreInRange, openRows, type OpenRows } from '../../../rows/open_rows.js';
import { rangeScale } from '../../../rows/range.js';
import { readAll, readRows } from '../../../rows/read_rows.js';
import type { FitOptions, PartialFit } from '../gaussian_mixture_backend.js';
import type { ReferenceSession } from '../twin/session.js';
import {
  formOf,
  type MixtureParameters,
  type MixtureRules,
  reachOf,
  scorerFactors,
  type Whitening,
} from '../mixture_step.js';
import {
  NOISE,
  packFrame,
  packScorer,
  statisticsEntries,
  unpackStatistics,
} from './mixture_layout.js';
import { BOUND_RUN, MixtureEm } from './mixture_em.js';
import type { FramedMixtureSession } from './mixture_frame.js';
import { fitOnDevice } from './mixture_loop.js';
import { type Batch, MixturePass, type ScorerBuffers } from './mixture_pass.js';
import type { Recording } from '../../../../host/recording.js';
import { columnSums, groups } from '../../../rows/device_points.js';
import type { DevicePoints } from '../../../rows/rows.js';
import { loadRowWeights, type RowWeights } from '../../../rows/weights.js';

/**
 * Reach (see reachOf) times columns beyond which float32 loses digits of the E-step itself: a whitened
 * coordinate is a sum of as many products, and errs by up to 2^-24 times that: a log-density must not by
 * 1e-4.
 */
const FLOAT32_REACH = 2 ** 10;
/**
 * The same times the root of the columns, as roundings of either sign add up: beyond it rows that are too
 * many for the host are held in coordinates of their own. To get there takes the host a pass.
 */
const FRAME_REACH = 2 ** 10;
/**
 * Scaled columns' deviations per deviation of a component, beyond which the rounding of its mean shows:
 * that of a mean up to 16 deviations out is 2^-20, here 2^-6 of the component's own, and a bound loses
 * half its square.
 */
const COLUMN_REACH = 2 ** 14;
/** Multiply-adds of a pass that the host does in some 100 ms. */
const HOST_WORK = 2 ** 26;

/** Gaussian mixtures on `runtime`'s device. */
export function deviceMixtureEngine(runtime: Runtime): MixtureEngine {
  return {
    description: engineName(runtime),
    load: (points, options) => DeviceMixtureSession.load(runtime, points, options),
  };
}

/** Mean squares within these bounds are known in float32; others after a step of scaling. */
const [LEAST_SQUARE, LARGEST_SQUARE] = [2 ** -60, 2 ** 100];
const RANGE_STEP = 2 ** 64;
/** Steps from the end of float32's range to its middle. */
const RANGE_STEPS = 2;
/** Powers of two that float32 holds, and their inverses. */
const LARGEST_SCALE = 2 ** 126;

/**
 * Scales columns by powers of two that bring their deviations into [1, 2), so that float32 covers columns
 * of any scale and multiplying by them rounds nothing; no further than where `leastVariance` is about 1.
 *
 * @param by what all are multiplied by already
 * @returns what the caller's columns are multiplied by in all
 */
async function scaleToDeviations(
  workspace: Workspace,
  { rows, multiply }: OpenRows,
  by: number,
  leastVariance: number,
): Promise<Float64Array> {
  const [n, d] = rows.shape;
  const scale = new Float64Array(d).fill(by);
  const scaleMore = async (factors: Float64Array) => {
    factors.forEach((factor, j) => {
      scale[j] *= factor;
    });
    await multiply(factors);
  };
  const meanSquares = async () => {
    const sums = await columnSums(workspace, rows, true);
    return sums.map((sum) => sum / n);
  };
  let squares = await meanSquares();
  for (let step = 0; step < RANGE_STEPS; step++) {
    const steps = squares.map((square) => {
      if (!(square <= LARGEST_SQUARE)) return 1 / RANGE_STEP;
      return square < LEAST_SQUARE && leastVariance < LEAST_SQUARE ? RANGE_STEP : 1;
    });
    if (steps.every((factor) => factor === 1)) break;
    await scaleMore(steps);
    squares = await meanSquares();
  }
  const last = squares.map((square, j) => {
    const variance = Math.max(square, leastVariance * scale[j] ** 2);
    if (!(variance > 0)) return 1;
    const factor = 2 ** -Math.floor(Math.log2(variance) / 2);
    return Math.min(Math.max(factor, 1 / LARGEST_SCALE / scale[j]), LARGEST_SCALE / scale[j]);
  });
  await scaleMore(last);
  return scale;
}

class DeviceMixtureSession implements MixtureSession {
  readonly scale: Float64Array;
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: RowWeights;
  readonly #state: GPUBuffer;
  /** Whether these rows are in coordinates of their own already. */
  readonly #isFramed: boolean;
  #host: ReferenceSession | undefined;
  #framed: FramedMixtureSession | undefined;
  #pass: { readonly k: number; readonly form: FactorForm; readonly made: MixturePass } | undefined;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    scale: Float64Array,
    weights: RowWeights,
    state: GPUBuffer,
    isFramed = false,
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.scale = scale;
    this.#weights = weights;
    this.#state = state;
    this.#isFramed = isFramed;
  }

  static async load(
    runtime: Runtime,
    source: PointSource,
    options: MixtureLoadOptions,
  ): Promise<DeviceMixtureSession> {
    const workspace = new Workspace(runtime, 'Gaussian mixture', options.signal);
    let open: OpenRows | undefined;
    try {
      open = await openRows(workspace, source);
      const { rows } = open;
      const subtracted = 'buffer' in source ? undefined : source.shift;
      // Of a model's rows, whatever these are.
      const extent = options.scale?.reduce((most, factor) => Math.max(most, 1 / factor), 0) ?? 0;
      const centred = await centreInRange(
        workspace,
        open,
        subtracted ? new Float64Array(rows.shape[1]) : options.shift,
        (largest) => rangeScale('points', Math.max(extent, largest)),
      );
      const points = rows.about(subtracted ?? centred.shift, centred.scale);
      const {
        scale = await scaleToDeviations(workspace, open, points.scale, options.leastVariance ?? 0),
      } = options;
      if (options.scale) {
        await open.multiply(scale.map((factor) => factor / points.scale));
      }
      const weights = await loadRowWeights(workspace, points, options.weights);
      const { state } = await workspace.allocate({ state: 8 });
      workspace.run('reset', (recording) => recording.clear(state));
      return new DeviceMixtureSession(workspace, points, scale, weights, state);
    } catch (error) {
      open?.rows.close();
      workspace.dispose();
      throw error;
    }
  }

  get shape(): readonly [number, number] {
    return this.#points.shape;
  }

  get shift(): Float64Array {
    return this.#points.shift;
  }

  async expect(scorer: Scorer, frame: Frame, signal?: AbortSignal): Promise<Expectation> {
    const { k, form, factors } = scorer;
    const other = await this.#otherFor(k, form, factors, frame.factors);
    if (other) return other.expect(scorer, frame, signal);
    const pass = await this.#passFor(k, form);
    return this.#withScorer(scorer, async (buffers) =>
      this.#withFrame(pass, frame, form, async (recordSums, statistics) => {
        for await (const batch of pass.visit()) {
          signal?.throwIfAborted();
          this.#workspace.run('expectation', (recording) => {
            pass.recordScores(recording, batch, buffers);
            pass.recordSoftmax(recording, batch, false);
            recordSums(recording, batch);
          });
        }
        return {
          ...(await statistics()),
          logLikelihood: await this.#total(pass.rows.map(({ logSums }) => logSums)),
          entropy: await this.#total(pass.rows.map(({ entropies }) => entropies)),
        };
      }),
    );
  }

  async accumulate(
    responsibilities: Responsibilities,
    frame: Frame,
    form: FactorForm,
    signal?: AbortSignal,
  ): Promise<Statistics> {
    const [, d] = this.shape;
    const k = frame.centres.length / d;
    const other = await this.#otherFor(k, form, frame.factors);
    if (other) return other.accumulate(responsibilities, frame, form, signal);
    const pass = await this.#passFor(k, form);
    const { host } = this.#weights;
    return this.#withFrame(pass, frame, form, async (recordSums, statistics) => {
      for await (const batch of pass.visit()) {
        signal?.throwIfAborted();
        const start = batch.chunk.start + batch.first;
        const given = responsibilities(start, batch.rows);
        const weighted = host
          ? given.map((value, at) => value * host[start + (at % batch.rows)])
          : given;
        this.#workspace.upload(pass.scores, weighted);
        this.#workspace.run('accumulate', (recording) => {
          recordSums(recording, batch);
        });
        await this.#workspace.settle();
      }
      return statistics();
    });
  }

  async fit(
    start: MixtureParameters,
    rules: MixtureRules,
    options: FitOptions,
  ): Promise<PartialFit<MixtureParameters>> {
    const k = start.weights.length;
    const form = formOf(rules.covarianceType);
    const inFloat64 = this.#fitsHost(k, form);
    if (
      inFloat64 &&
      this.#isNarrow(scorerFactors(start.factors, k, this.shape[1], rules.covarianceType), form)
    ) {
      return {
        parameters: start,
        history: new Float64Array(0),
        converged: false,
        unfinished: true,
      };
    }
    const em = await MixtureEm.create(
      this.#workspace,
      {
        points: this.#points,
        weights: this.#weights,
        scale: this.scale,
        rules,
        tol: Math.min(options.tol, MAX_F32),
        // Where the host cannot go on, only what rounding leaves of a variance ends the way.
        leastVariance: inFloat64 ? COLUMN_REACH ** -2 : NOISE ** 2,
      },
      start,
    );
    try {
      return await fitOnDevice(this.#workspace.runtime.pace, em, start, rules, options, inFloat64);
    } finally {
      em.dispose();
    }
  }

  async score(scorer: Scorer, signal?: AbortSignal) {
    const other = await this.#otherFor(scorer.k, scorer.form, scorer.factors);
    if (other) return other.score(scorer, signal);
    const pass = await this.#passFor(scorer.k, scorer.form);
    return this.#withScorer(scorer, async (buffers) => {
      for await (const batch of pass.visit()) {
        signal?.throwIfAborted();
        this.#workspace.run('score', (recording) => {
          pass.recordScores(recording, batch, buffers);
          pass.recordSoftmax(recording, batch, true);
        });
      }
      const labels = await this.#byRow(pass.rows.map((made) => made.labels));
      return {
        logDensities: await this.#byRow(pass.rows.map(({ logSums }) => logSums)),
        labels: new Uint32Array(labels.buffer),
      };
    });
  }

  async responsibilities(scorer: Scorer, signal?: AbortSignal) {
    const [n] = this.shape;
    const { k, form, factors } = scorer;
    const other = await this.#otherFor(k, form, factors);
    if (other) return other.responsibilities(scorer, signal);
    const pass = await this.#passFor(k, form);
    const data = newFloats(n * k);
    await this.#withScorer(scorer, async (buffers) => {
      for await (const batch of pass.visit()) {
        signal?.throwIfAborted();
        this.#workspace.run('responsibilities', (recording) => {
          pass.recordScores(recording, batch, buffers);
          pass.recordSoftmax(recording, batch, true);
        });
        const bytes = await this.#workspace.read(pass.scores, 0, 4 * k * batch.rows);
        const byCluster = new Float32Array(bytes);
        const start = batch.chunk.start + batch.first;
        for (let row = 0; row < batch.rows; row++) {
          for (let c = 0; c < k; c++) data[(start + row) * k + c] = byCluster[c * batch.rows + row];
        }
      }
    });
    return { data, logDensities: await this.#byRow(pass.rows.map(({ logSums }) => logSums)) };
  }

  dispose(): void {
    // Of a framed session, whose workspace is another's, it gives back what is its own.
    if (this.#isFramed) {
      this.#pass?.made.dispose();
      this.#points.release();
      return;
    }
    this.#points.close();
    this.#workspace.dispose();
  }

  /**
   * Another session of the rows, for factors that float32 would lose digits of: in float64, where the
   * host does a pass in a short time, else in coordinates in which they are not narrow; undefined where
   * the device's columns do, as they must for diagonal covariances of more rows than the host's.
   */
  async #otherFor(
    k: number,
    form: FactorForm,
    ...all: readonly (Float64Array | undefined)[]
  ): Promise<MixtureSession | undefined> {
    if (this.#isFramed) return undefined;
    const [, d] = this.shape;
    const factors = all.filter((given) => given !== undefined);
    const fitsHost = this.#fitsHost(k, form);
    if (fitsHost && factors.some((given) => this.#isNarrow(given, form))) return this.#hosted();
    if (form === 'diag') return undefined;
    const reach = Math.max(0, ...factors.map((given) => reachOf(given, d)));
    if (d * reach <= FLOAT32_REACH) return undefined;
    if (fitsHost) return this.#hosted();
    return Math.sqrt(d) * reach > FRAME_REACH ? this.#framedFor(factors, reach) : undefined;
  }

  /** Whether a component's factors are narrow beside the columns: see COLUMN_REACH. */
  #isNarrow(factors: Float64Array, form: FactorForm): boolean {
    const [, d] = this.shape;
    const columnOf = (at: number) => (form === 'diag' ? at : Math.floor(at / d)) % d;
    return factors.some((factor, at) => Math.abs(factor) > COLUMN_REACH * this.scale[columnOf(at)]);
  }

  /** Whether the host does a pass in a short time. */
  #fitsHost(k: number, form: FactorForm): boolean {
    const [n, d] = this.shape;
    return n * k * d * (form === 'diag' ? 1 : d) <= HOST_WORK;
  }

  async #hosted(): Promise<ReferenceSession> {
    if (this.#host) return this.#host;
    const [n, d] = this.shape;
    const x = await readAll(this.#workspace, this.#points);
    for (let at = 0; at < x.length; at++) x[at] /= this.scale[at % d];
    const weights = this.#weights.host ?? new Float32Array(n).fill(1);
    const { ReferenceSession } = await import('../twin/session.js');
    this.#host = new ReferenceSession({ x, weights }, this.shape, this.shift);
    return this.#host;
  }

  /** In a frame of the factors, or of earlier ones that still serves; undefined where none helps. */
  async #framedFor(
    all: readonly Float64Array[],
    reach: number,
  ): Promise<FramedMixtureSession | undefined> {
    const [, d] = this.shape;
    const { commonFrame, FramedMixtureSession, reachWithin } = await import('./mixture_frame.js');
    const factors = Float64Array.from(all.flatMap((given) => [...given]));
    const held = this.#framed;
    const heldReach = held ? reachWithin(factors, held.frame, d) : reach;
    if (held && Math.sqrt(d) * heldReach <= FRAME_REACH) return held;
    const frame = commonFrame(factors, d);
    // Half as far at least: a frame for every step would cost more than it gives.
    if (!frame || !(2 * reachWithin(factors, frame, d) <= heldReach)) {
      return heldReach < reach ? held : undefined;
    }
    held?.dispose();
    this.#framed = undefined;
    const open = await openRows(this.#workspace, await this.#within(frame));
    const points = open.rows.about(new Float64Array(d));
    const inner = new DeviceMixtureSession(
      this.#workspace,
      points,
      new Float64Array(d).fill(1),
      this.#weights,
      this.#state,
      true,
    );
    this.#framed = new FramedMixtureSession(inner, frame, this);
    return this.#framed;
  }

  /** The rows in a frame's coordinates, on the host only as long as they have to be. */
  async #within(frame: Whitening): Promise<PointSource> {
    const workspace = this.#workspace;
    const { rowsWithin } = await import('./mixture_frame.js');
    const points = this.#points;
    const { shape } = points;
    if (points.kept) {
      const data = await rowsWithin(await readAll(workspace, points), this.scale, frame);
      return { data, shape };
    }
    const { scale } = this;
    const { CheckedStream } = await import('../../../rows/checked_stream.js');
    return CheckedStream.open('points', {
      shape,
      async *blocks() {
        for await (const { chunk } of points.visit()) {
          yield rowsWithin(await readRows(workspace, points, chunk), scale, frame);
        }
      },
    });
  }

  /** The pass for so many components of a form; kept until another is asked for. */
  async #passFor(k: number, form: FactorForm): Promise<MixturePass> {
    if (this.#pass?.k === k && this.#pass.form === form) return this.#pass.made;
    this.#pass?.made.dispose();
    this.#pass = undefined;
    const made = await MixturePass.create(
      this.#workspace,
      this.#points,
      this.#weights,
      k,
      form,
      this.#state,
    );
    this.#pass = { k, form, made };
    return made;
  }

  async #withScorer<T>(scorer: Scorer, work: (buffers: ScorerBuffers) => Promise<T>): Promise<T> {
    const packed = packScorer(scorer, this.scale);
    const buffers = await this.#workspace.allocate({
      means: packed.means.byteLength,
      offsets: packed.offsets.byteLength,
      factors: packed.factors.byteLength,
    });
    for (const name of ['means', 'offsets', 'factors'] as const) {
      this.#workspace.upload(buffers[name], packed[name]);
    }
    try {
      return await work(buffers);
    } finally {
      this.#workspace.release(...Object.values(buffers));
    }
  }

  /** Does `work` with a way to record a batch's sums in a frame, and to read them all. */
  async #withFrame<T>(
    pass: MixturePass,
    frame: Frame,
    form: FactorForm,
    work: (
      recordSums: (recording: Recording, batch: Batch) => void,
      statistics: () => Promise<Statistics>,
    ) => Promise<T>,
  ): Promise<T> {
    const { held, means, factors = new Float32Array(4) } = packFrame(frame, this.scale);
    const buffers = await this.#workspace.allocate({
      means: means.byteLength,
      factors: factors.byteLength,
    });
    this.#workspace.upload(buffers.means, means);
    this.#workspace.upload(buffers.factors, factors);
    if (frame.factors) await pass.prepareWhitening();
    const k = frame.centres.length / this.scale.length;
    const bytes = 16 * k * statisticsEntries(form, this.#points.quads);
    try {
      return await work(
        (recording, batch) => {
          if (frame.factors) pass.recordWhitenedSums(recording, batch, buffers);
          else pass.recordSums(recording, batch, buffers.means);
        },
        async () => {
          const totals = new Float32Array(await this.#workspace.read(pass.totals, 0, bytes));
          return unpackStatistics(totals, form, held, this.scale);
        },
      );
    } finally {
      this.#workspace.release(...Object.values(buffers));
    }
  }

  /** A value a row, of all rows. */
  async #byRow(buffers: readonly GPUBuffer[]): Promise<Float32Array<ArrayBuffer>> {
    const values = new Float32Array(this.shape[0]);
    for (const [c, { start, rows }] of this.#points.ranges.entries()) {
      values.set(new Float32Array(await this.#workspace.read(buffers[c], 0, 4 * rows)), start);
    }
    return values;
  }

  /** The sum over all rows of a value a row: float32 over short runs, float64 over the runs. */
  async #total(buffers: readonly GPUBuffer[]): Promise<number> {
    const kernel = await this.#workspace.runtime.kernel(runSumsKernel, { RUN: BOUND_RUN });
    let total = 0;
    for (const [c, { rows }] of this.#points.ranges.entries()) {
      const runs = ceilDiv(rows, BOUND_RUN);
      const { sums } = await this.#workspace.allocate({ sums: 4 * runs });
      this.#workspace.run('total', (recording) => {
        recording.dispatch(
          kernel,
          { shape: { count: rows }, values: buffers[c], sums },
          groups(kernel, runs),
        );
      });
      for (const sum of new Float32Array(await this.#workspace.read(sums, 0, 4 * runs))) {
        total += sum;
      }
      this.#workspace.release(sums);
    }
    return total;
  }
}
