/** Expectation maximisation, of which each kind of mixture fills in three steps. */
import { expectation } from '../../ops/mixtures/expectation.js';
import { SOUND_REACH } from '../../ops/mixtures/factors.js';
import type { Maximum } from '../../ops/mixtures/maximize.js';
import { finiteBound, type FitOptions, type FitResult } from '../../ops/mixtures/run.js';
import type { Expectation, Frame, Scorer, Statistics } from '../../ops/mixtures/scorer.js';
import { reachOf } from '../../ops/mixtures/whitening.js';
import type { Session } from '../../ops/op.js';
import type { MixtureOptions } from './mixture_data.js';
import { MIXTURE_DEFAULTS } from './options.js';

/** What distinguishes one kind of mixture from another. */
export interface MixtureFamily<Parameters> {
  /** What the E-step computes responsibilities from. */
  scorer(parameters: Parameters): Scorer;
  /** The M-step. */
  maximize(statistics: Statistics): Maximum<Parameters>;
  /** The bound after an E-step and the M-step that followed it. */
  bound(expectation: Expectation, parameters: Parameters): number;
}

/**
 * Passes that one M-step may take. Each brings what was noise, below 2^-16 of a variance, within
 * float32's digits, so that four come to where float32 rows have none left.
 */
const MOST_PASSES = 5;
/** Reach from which sums are taken in the components' own frame: they cost more, and round less. */
const ROUND_REACH = 4;

/**
 * The frame that loses no digits of a scorer's components: their own coordinates where they are far
 * from round, and the columns, which cost less, elsewhere.
 */
export function frameOf({ form, means, factors, k }: Scorer): Frame {
  const d = means.length / k;
  const round = form === 'diag' || reachOf(factors, d) <= ROUND_REACH;
  return { centres: means, ...(round ? {} : { factors }) };
}

/**
 * The M-step of sums that `take` takes, first in `frame`: again in the frame of what they gave, until
 * their rounding no longer shows in the narrowest direction.
 */
export async function maximizeSoundly<Parameters, Sums extends Statistics>(
  { maximize, scorer }: Pick<MixtureFamily<Parameters>, 'maximize' | 'scorer'>,
  take: (frame: Frame) => Promise<Sums>,
  frame: Frame,
): Promise<{ readonly sums: Sums; readonly parameters: Parameters }> {
  let sums = await take(frame);
  let { parameters, reach } = maximize(sums);
  for (let pass = 1; pass < MOST_PASSES && !(reach <= SOUND_REACH); pass++) {
    sums = await take(frameOf(scorer(parameters)));
    ({ parameters, reach } = maximize(sums));
  }
  return { sums, parameters };
}

/** Options of a fit that goes step by step. */
export interface StepwiseOptions<Parameters> extends FitOptions {
  /** Told of each iteration's parameters, with the bounds so far; waited for. */
  readonly onParameters?: (
    parameters: Parameters,
    history: readonly number[],
    converged: boolean,
  ) => Promise<void>;
}

/** The E-step of rows that a session holds. */
export const expectationOf =
  (session: Session, signal: AbortSignal | undefined) =>
  (scorer: Scorer, frame: Frame): Promise<Expectation> =>
    session.run(expectation, scorer, frame, signal);

/**
 * Iterates from `start` as scikit-learn counts and stops: an iteration is an E-step and an M-step;
 * the last is the one whose bound differs from the one before by less than `tol`.
 *
 * @param expect the E-step
 */
export async function fitMixture<Parameters>(
  expect: (scorer: Scorer, frame: Frame) => Promise<Expectation>,
  family: MixtureFamily<Parameters>,
  start: Parameters,
  { maxIter, tol, signal, onIteration, history: before, onParameters }: StepwiseOptions<Parameters>,
): Promise<FitResult<Parameters>> {
  const history = [...(before ?? [])];
  let parameters = start;
  let converged = false;
  while (!converged && history.length < maxIter) {
    signal?.throwIfAborted();
    const scorer = family.scorer(parameters);
    const made = await maximizeSoundly(family, (frame) => expect(scorer, frame), frameOf(scorer));
    ({ parameters } = made);
    const bound = finiteBound(history.length, family.bound(made.sums, parameters));
    converged = Math.abs(bound - (history.at(-1) ?? Number.NEGATIVE_INFINITY)) < tol;
    history.push(bound);
    onIteration?.(history.length, bound);
    await onParameters?.(parameters, history, converged);
  }
  return { parameters, history: Float64Array.from(history), converged };
}

/** The best of several runs by the bound, of which `run` does one. */
export async function bestOfRuns<Parameters>(
  restarts: number,
  options: MixtureOptions,
  run: (restart: number, options: FitOptions) => Promise<FitResult<Parameters>>,
): Promise<FitResult<Parameters>> {
  const { signal, onIteration, maxIter, tol } = { ...MIXTURE_DEFAULTS, ...options };
  let best: FitResult<Parameters> | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    signal?.throwIfAborted();
    const report =
      onIteration &&
      ((iteration: number, lowerBound: number) => {
        onIteration({ restart, restarts, iteration, maxIter, lowerBound });
      });
    const found = await run(restart, { maxIter, tol, signal, onIteration: report });
    if (!best || found.history.at(-1)! > best.history.at(-1)!) best = found;
  }
  return best!;
}
