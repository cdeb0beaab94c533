/** Expectation maximisation, of which each kind of mixture fills in three steps. */
import type {
  Expectation,
  MixtureSession,
  Scorer,
  Statistics,
} from './gaussian_mixture_backend.js';

/** What distinguishes one kind of mixture from another. */
export interface MixtureFamily<Parameters> {
  /** What the E-step computes responsibilities from. */
  scorer(parameters: Parameters): Scorer;
  /** The M-step. `centres` (k x d) are what the sums are about. */
  maximize(statistics: Statistics, centres: Float64Array): Parameters;
  /** The bound after an E-step and the M-step that followed it. */
  bound(expectation: Expectation, parameters: Parameters): number;
}

export interface FitOptions {
  readonly maxIter: number;
  /** Stop when the bound changes by less than this. */
  readonly tol: number;
  readonly signal?: AbortSignal | undefined;
  /** Called in order, once an iteration, possibly some iterations late. */
  readonly onIteration?: ((iteration: number, bound: number) => void) | undefined;
}

export interface FitResult<Parameters> {
  readonly parameters: Parameters;
  /** The bound at each iteration, [iterations]. */
  readonly history: Float64Array;
  readonly converged: boolean;
}

/** The centres c plus the mean differences from them: the components' means. */
export function movedCentres({ weights, sums }: Statistics, centres: Float64Array): Float64Array {
  const d = centres.length / weights.length;
  return centres.map((value, at) => {
    const weight = weights[Math.floor(at / d)];
    return weight > 0 ? value + sums[at] / weight : value;
  });
}

/**
 * Iterates from `start` as scikit-learn counts and stops: an iteration is an E-step and an M-step;
 * the last is the one whose bound differs from the one before by less than `tol`.
 */
export async function fitMixture<Parameters>(
  session: MixtureSession,
  family: MixtureFamily<Parameters>,
  start: Parameters,
  { maxIter, tol, signal, onIteration }: FitOptions,
): Promise<FitResult<Parameters>> {
  const history: number[] = [];
  let parameters = start;
  let converged = false;
  while (!converged && history.length < maxIter) {
    signal?.throwIfAborted();
    const scorer = family.scorer(parameters);
    let centres = scorer.means;
    let expectation = await session.expect(scorer, centres, signal);
    if (history.length === 0 && session.noise > 0) {
      // From a start far off, the sums about its means would be mostly the way to the new ones.
      centres = movedCentres(expectation, centres);
      expectation = await session.expect(scorer, centres, signal);
    }
    parameters = family.maximize(expectation, centres);
    const bound = family.bound(expectation, parameters);
    converged = Math.abs(bound - (history.at(-1) ?? Number.NEGATIVE_INFINITY)) < tol;
    history.push(bound);
    onIteration?.(history.length, bound);
  }
  return { parameters, history: Float64Array.from(history), converged };
}
