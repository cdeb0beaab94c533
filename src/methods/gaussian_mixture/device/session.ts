/** Gaussian mixtures on a WebGPU device. */
import { MAX_F32 } from '../../../../host/kernel.js';
import type { Recording } from '../../../../host/recording.js';
import type { Runtime } from '../../../../host/runtime.js';
import { engineName } from '../../../ops/engine_name.js';
import type { Batch } from '../../../ops/mixtures/batches.js';
import {
  NOISE,
  packFrame,
  packScorer,
  unpackStatistics,
  uploaded,
} from '../../../ops/mixtures/layout.js';
import { MixturePass } from '../../../ops/mixtures/pass.js';
import type {
  Expectation,
  FactorForm,
  Frame,
  Responsibilities,
  Scorer,
  Statistics,
} from '../../../ops/mixtures/scorer.js';
import type { ScorerBuffers, Scoring } from '../../../ops/mixtures/scoring.js';
import { readRowValues } from '../../../ops/row_values.js';
import { totalOfRows } from '../../../ops/sums/row_total.js';
import { newFloats } from '../../../rows/matrix.js';
import type {
  FitOptions,
  MixtureEngine,
  MixtureSession,
  PartialFit,
} from '../gaussian_mixture_backend.js';
import {
  formOf,
  type MixtureParameters,
  type MixtureRules,
  scorerFactors,
} from '../mixture_step.js';
import { BOUND_RUN, MixtureEm } from './mixture_em.js';
import { fitOnDevice } from './mixture_loop.js';
import { loadMixtureRows, type MixtureRows } from './mixture_rows.js';
import { COLUMN_REACH, OtherSessions } from './other_sessions.js';

/** Gaussian mixtures on `runtime`'s device. */
export function deviceMixtureEngine(runtime: Runtime): MixtureEngine {
  return {
    description: engineName(runtime),
    load: async (points, options) =>
      new DeviceMixtureSession(await loadMixtureRows(runtime, points, options)),
  };
}

class DeviceMixtureSession implements MixtureSession {
  readonly scale: Float64Array;
  readonly #rows: MixtureRows;
  readonly #isFramed: boolean;
  readonly #others: OtherSessions;
  #pass: MixturePass | undefined;

  /** @param isFramed whether the rows are in coordinates of their own already, of another's workspace */
  constructor(rows: MixtureRows, isFramed = false) {
    this.#rows = rows;
    this.#isFramed = isFramed;
    this.scale = rows.scale;
    this.#others = new OtherSessions(rows, (framed) => new DeviceMixtureSession(framed, true));
  }

  get shape(): readonly [number, number] {
    return this.#rows.points.shape;
  }

  get shift(): Float64Array {
    return this.#rows.points.shift;
  }

  async expect(scorer: Scorer, frame: Frame, signal?: AbortSignal): Promise<Expectation> {
    const { k, form, factors } = scorer;
    const other = await this.#otherFor(k, form, factors, frame.factors);
    if (other) return other.expect(scorer, frame, signal);
    const pass = await this.#passFor(k, form);
    const scoring = await pass.expectation();
    const { logSums, entropies } = scoring;
    return this.#withScorer(scorer, (buffers) =>
      this.#withFrame(pass, frame, async (recordSums, statistics) => {
        for await (const batch of pass.batches.visit()) {
          signal?.throwIfAborted();
          this.#rows.workspace.run('expectation', (recording) => {
            scoring.record(recording, batch, buffers);
            recordSums(recording, batch);
          });
        }
        return {
          ...(await statistics()),
          logLikelihood: await totalOfRows(this.#rows, logSums, BOUND_RUN),
          entropy: await totalOfRows(this.#rows, entropies, BOUND_RUN),
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
    const k = frame.centres.length / this.shape[1];
    const other = await this.#otherFor(k, form, frame.factors);
    if (other) return other.accumulate(responsibilities, frame, form, signal);
    const { workspace, weights } = this.#rows;
    const { host } = weights;
    const pass = await this.#passFor(k, form);
    return this.#withFrame(pass, frame, async (recordSums, statistics) => {
      for await (const batch of pass.batches.visit()) {
        signal?.throwIfAborted();
        const start = batch.chunk.start + batch.first;
        const given = responsibilities(start, batch.rows);
        const weighted = host
          ? given.map((value, at) => value * host[start + (at % batch.rows)])
          : given;
        workspace.upload(pass.batches.scores, weighted);
        workspace.run('accumulate', (recording) => {
          recordSums(recording, batch);
        });
        await workspace.settle();
      }
      return statistics();
    });
  }

  async fit(
    start: MixtureParameters,
    rules: MixtureRules,
    options: FitOptions,
  ): Promise<PartialFit<MixtureParameters>> {
    const { covarianceType } = rules;
    const k = start.weights.length;
    const form = formOf(covarianceType);
    const inFloat64 = this.#others.fitsHost(k, form);
    const factors = scorerFactors(start.factors, k, this.shape[1], covarianceType);
    if (inFloat64 && this.#others.isNarrow(factors, form)) {
      const history = new Float64Array(0);
      return { parameters: start, history, converged: false, unfinished: true };
    }
    const problem = {
      rules,
      tol: Math.min(options.tol, MAX_F32),
      // Where the host cannot go on, only what rounding leaves of a variance ends the way.
      leastVariance: inFloat64 ? COLUMN_REACH ** -2 : NOISE ** 2,
    };
    const em = await MixtureEm.create(this.#rows, problem, start);
    try {
      const { pace } = this.#rows.workspace.runtime;
      return await fitOnDevice(pace, em, start, rules, options, inFloat64);
    } finally {
      em.dispose();
    }
  }

  async score(scorer: Scorer, signal?: AbortSignal) {
    const other = await this.#otherFor(scorer.k, scorer.form, scorer.factors);
    if (other) return other.score(scorer, signal);
    const made = await this.#label(scorer, signal);
    const labels = new Uint32Array(await readRowValues(this.#rows, made.labels));
    return {
      logDensities: new Float32Array(await readRowValues(this.#rows, made.logSums)),
      labels,
    };
  }

  async responsibilities(scorer: Scorer, signal?: AbortSignal) {
    const { k, form, factors } = scorer;
    const other = await this.#otherFor(k, form, factors);
    if (other) return other.responsibilities(scorer, signal);
    const data = newFloats(this.shape[0] * k);
    const { logSums } = await this.#label(scorer, signal, async (batch, scores) => {
      const bytes = await this.#rows.workspace.read(scores, 0, 4 * k * batch.rows);
      const byCluster = new Float32Array(bytes);
      const start = batch.chunk.start + batch.first;
      for (let row = 0; row < batch.rows; row++) {
        for (let c = 0; c < k; c++) data[(start + row) * k + c] = byCluster[c * batch.rows + row];
      }
    });
    return { data, logDensities: new Float32Array(await readRowValues(this.#rows, logSums)) };
  }

  dispose(): void {
    const { points, workspace } = this.#rows;
    // Of a framed session, whose workspace is another's, it gives back what is its own.
    if (this.#isFramed) {
      this.#pass?.dispose();
      points.release();
      return;
    }
    points.close();
    workspace.dispose();
  }

  /** See {@link OtherSessions}. */
  async #otherFor(
    k: number,
    form: FactorForm,
    ...factors: readonly (Float64Array | undefined)[]
  ): Promise<MixtureSession | undefined> {
    return this.#isFramed ? undefined : this.#others.of(k, form, ...factors);
  }

  /** The pass for so many components of a form; kept until another is asked for. */
  async #passFor(k: number, form: FactorForm): Promise<MixturePass> {
    const kept = this.#pass;
    if (kept?.batches.k === k && kept.batches.form === form) return kept;
    kept?.dispose();
    this.#pass = undefined;
    return (this.#pass = await MixturePass.create({ ...this.#rows, k, form }));
  }

  /** Log-densities and labels of all rows; `take` is given each batch's responsibilities, [k][rows]. */
  async #label(
    scorer: Scorer,
    signal: AbortSignal | undefined,
    take?: (batch: Batch, responsibilities: GPUBuffer) => Promise<void>,
  ): Promise<Scoring> {
    const pass = await this.#passFor(scorer.k, scorer.form);
    const scoring = await pass.labelling();
    await this.#withScorer(scorer, async (buffers) => {
      for await (const batch of pass.batches.visit()) {
        signal?.throwIfAborted();
        this.#rows.workspace.run('labels', (recording) => {
          scoring.record(recording, batch, buffers);
        });
        await take?.(batch, pass.batches.scores);
      }
    });
    return scoring;
  }

  async #withScorer<T>(scorer: Scorer, work: (buffers: ScorerBuffers) => Promise<T>): Promise<T> {
    const { workspace } = this.#rows;
    const buffers = await uploaded(workspace, packScorer(scorer, this.scale));
    try {
      return await work(buffers);
    } finally {
      workspace.release(...Object.values(buffers));
    }
  }

  /** Does `work` with a way to record a batch's sums in a frame, and to read them all. */
  async #withFrame<T>(
    pass: MixturePass,
    frame: Frame,
    work: (
      recordSums: (recording: Recording, batch: Batch) => void,
      statistics: () => Promise<Statistics>,
    ) => Promise<T>,
  ): Promise<T> {
    const { workspace } = this.#rows;
    const { k, form, entries } = pass.batches;
    const { held, means, factors = new Float32Array(4) } = packFrame(frame, this.scale);
    const buffers = await uploaded(workspace, { means, factors });
    const sums = await pass.sums();
    const whitened = frame.factors && (await pass.whitenedSums());
    try {
      return await work(
        (recording, batch) => {
          if (whitened) whitened.record(recording, batch, buffers);
          else sums.record(recording, batch, buffers.means);
        },
        async () => {
          const totals = await workspace.read(sums.totals, 0, 16 * k * entries);
          return unpackStatistics(new Float32Array(totals), form, held, this.scale);
        },
      );
    } finally {
      workspace.release(...Object.values(buffers));
    }
  }
}
