/** A fit by the iterations of expectation maximisation that the device does. */
import { iterateOnDevice } from '../../../../host/device_loop.js';
import type { Pace } from '../../../../host/pace.js';
import { SingularCovarianceError } from '../../../errors.js';
import type { FitOptions, PartialFit } from '../gaussian_mixture_backend.js';
import { maximize, type MixtureParameters, type MixtureRules } from '../mixture_step.js';
import { EmHalt } from './em_status.js';
import type { MixtureEm } from './mixture_em.js';

/**
 * Iterates until the device halts or `maxIter` is reached. The last M-step is done once more in float64,
 * from the sums of the last iteration. Where a factor would lose digits to float32, the fit stops
 * unfinished after the iteration before.
 *
 * @param inFloat64 whether what is unfinished goes on in float64, which tells small variances from none
 * @throws SingularCovarianceError naming the component
 */
export async function fitOnDevice(
  pace: Pace,
  em: MixtureEm,
  start: MixtureParameters,
  rules: MixtureRules,
  options: FitOptions,
  inFloat64: boolean,
): Promise<PartialFit<MixtureParameters>> {
  const [{ status, history }] = await iterateOnDevice(pace, em, options);
  const { halted, failed } = status;
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
    history,
    converged: halted === EmHalt.withinTolerance,
    unfinished: unsound,
  };
}
