/** Drives iterations of expectation maximisation that the device itself decides to stop. */
import type { Recording } from '../../../../host/recording.js';
import type { Runtime } from '../../../../host/runtime.js';
import { SingularCovarianceError } from '../../../errors.js';
import { finiteBound } from '../mixture_fit.js';
import { type FitOptions, type PartialFit } from '../gaussian_mixture_backend.js';
import { maximize, type MixtureParameters, type MixtureRules } from '../mixture_step.js';
import { EmHalt, type EmStatus, type MixtureEm } from './mixture_em.js';

/** A submission aims at this long: short enough to cancel, long enough to hide its overhead. */
const SUBMIT_MS = 100;
const MOST_ITERATIONS_PER_SUBMIT = 16;
/** Submissions in flight: the device never waits for the host. */
const DEPTH = 2;

/**
 * Iterates until the device halts or `maxIter` is reached. A submission that was in flight when the
 * device halted does nothing, so the result is that of one iteration at a time. The last M-step is
 * done once more in float64, from the sums of the last iteration. Where a factor would lose digits to
 * float32, the fit stops unfinished after the iteration before.
 *
 * @param inFloat64 whether what is unfinished goes on in float64, which tells small variances from none
 * @throws SingularCovarianceError naming the component
 */
export async function fitOnDevice(
  runtime: Runtime,
  em: MixtureEm,
  start: MixtureParameters,
  rules: MixtureRules,
  { maxIter, signal, onIteration }: FitOptions,
  inFloat64: boolean,
): Promise<PartialFit<MixtureParameters>> {
  const history: number[] = [];
  const first = em.recordIteration(true, true);
  const recordings: readonly Recording[] = [true, false].map((even) =>
    em.recordIteration(even, false),
  );
  const inFlight: Promise<EmStatus>[] = [];
  let submitted = 0;
  let perSubmit = 1;
  let halted: number = EmHalt.running;
  let failed = 0;
  let last = performance.now();
  try {
    while (halted === EmHalt.running && history.length < maxIter) {
      signal?.throwIfAborted();
      // A pass over streamed rows that the device has no use for would be read for nothing.
      const depth = submitted === 0 || em.streamed ? 1 : DEPTH;
      while (inFlight.length < depth && submitted < maxIter) {
        const count = Math.min(perSubmit, maxIter - submitted);
        const at = submitted;
        await em.submit(
          Array.from({ length: count }, (_, i) =>
            at + i === 0 ? first : recordings[(at + i) % 2],
          ),
        );
        submitted += count;
        inFlight.push(em.readStatus());
      }
      const status = await inFlight.shift()!;
      const done = history.length;
      for (let i = done; i < status.iterations; i++) {
        history.push(finiteBound(i, status.bound(i)));
        onIteration?.(i + 1, history[i]);
      }
      ({ halted, failed } = status);
      const now = performance.now();
      // The first iteration pays for late compilation.
      if (done > 0 && history.length > done && !em.streamed) {
        const each = (now - last) / (history.length - done);
        runtime.pace.observe(em.work, each);
        perSubmit = Math.max(1, Math.min(MOST_ITERATIONS_PER_SUBMIT, Math.floor(SUBMIT_MS / each)));
      }
      last = now;
    }
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(inFlight);
    for (const recording of [first, ...recordings]) recording.release();
  }
  const unsound = halted === EmHalt.unsound;
  const { covarianceType, regCovar } = rules;
  const isDiagonal = covarianceType === 'diag' || covarianceType === 'spherical';
  if (unsound && isDiagonal && regCovar === 0 && !inFloat64) {
    throw new SingularCovarianceError(
      failed,
      regCovar,
      'a variance is no larger than what float32 rounding leaves',
    );
  }
  const iterations = history.length;
  const parameters = async () => {
    if (iterations === 0) return start;
    if (unsound) return em.readParameters(iterations);
    const sums = await em.readSums(iterations);
    return maximize(sums, sums.frame.centres.length / sums.weights.length, rules).parameters;
  };
  return {
    parameters: await parameters(),
    history: Float64Array.from(history),
    converged: halted === EmHalt.withinTolerance,
    unfinished: unsound,
  };
}
