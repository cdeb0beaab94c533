/**
 * What an engine must offer for Gaussian mixtures. The CPU twin (twin/) and the device
 * (device/) implement it; mixture_fit.ts drives either without knowing which.
 *
 * Means cross this interface *centred*: less `shift`, which was subtracted from every row before
 * it was rounded to float32. Everything else is in the caller's units.
 */
import type {
  FactorForm,
  Scorer,
  Frame,
  Statistics,
  Expectation,
  Responsibilities,
} from '../../ops/mixtures/scorer.js';
import type { Engine } from '../../ops/op.js';
import type { MixtureParameters, MixtureRules } from './mixture_step.js';

export interface MixtureLoadOptions {
  /** What to subtract from every row, [d]; the column means when absent. */
  readonly shift?: Float64Array;
  /** Powers of two that columns are multiplied by, [d]: an engine's own choice when absent. */
  readonly scale?: Float64Array;
  /** What will be added to columns' variances: no smaller deviation counts when they are scaled. */
  readonly leastVariance?: number;
  /** One weight >= 0 a row, mean 1; all 1 when absent. */
  readonly weights?: Float32Array;
  /** Once aborted, whatever waits for the engine rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** See LoadOptions. */
  readonly retries?: number | undefined;
}

/** Data loaded on one engine. Every method may be called any number of times until `dispose`. */
export interface MixtureSession {
  readonly shape: readonly [rows: number, columns: number];
  /** What was subtracted from every row, [d]. */
  readonly shift: Float64Array;
  /** What columns were multiplied by, [d]: to be passed to `load` for the same arithmetic. */
  readonly scale: Float64Array;
  /** The E-step, and the sums in `frame` that the M-step needs. */
  expect(scorer: Scorer, frame: Frame, signal?: AbortSignal): Promise<Expectation>;
  /** The sums in `frame` of responsibilities that are given. */
  accumulate(
    responsibilities: Responsibilities,
    frame: Frame,
    form: FactorForm,
    signal?: AbortSignal,
  ): Promise<Statistics>;
  /** log sum_k exp(score_k) of each row, [n], and the largest score's k (ties to the lowest). */
  score(
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<{ readonly logDensities: Float32Array; readonly labels: Uint32Array }>;
  /**
   * A fit of a Gaussian mixture, where an engine does it better than step by step: it must give what
   * `fitMixture` gives, which goes on where the result is unfinished.
   */
  fit?(
    start: MixtureParameters,
    rules: MixtureRules,
    options: FitOptions,
  ): Promise<PartialFit<MixtureParameters>>;
  /** Responsibilities, n x k, and what `score` says of each row. */
  responsibilities(
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<{ readonly data: Float32Array; readonly logDensities: Float32Array }>;
  dispose(): void;
}

export type MixtureEngine = Engine<MixtureLoadOptions, MixtureSession>;

export interface FitOptions {
  readonly maxIter: number;
  /** Stop when the bound changes by less than this. */
  readonly tol: number;
  readonly signal?: AbortSignal | undefined;
  /** Called in order, once an iteration, possibly some iterations late. */
  readonly onIteration?: ((iteration: number, bound: number) => void) | undefined;
  /** The bounds of iterations done before, of which `maxIter` and the numbering count. */
  readonly history?: Float64Array | undefined;
}

export interface FitResult<Parameters> {
  readonly parameters: Parameters;
  /** The bound at each iteration, [iterations]. */
  readonly history: Float64Array;
  readonly converged: boolean;
}

/** A fit that may have stopped where its way loses digits, with the parameters to go on from. */
export interface PartialFit<Parameters> extends FitResult<Parameters> {
  readonly unfinished: boolean;
}
