/** Expectation maximisation by iterations that an engine does better than step by step. */
import { iterateOnDevice } from '../../../host/device_loop.js';
import { MAX_F32 } from '../../../host/kernel.js';
import type { Pace } from '../../../host/pace.js';
import { SingularCovarianceError } from './singular_covariance_error.js';
import type { Op } from '../op.js';
import { EmRuns } from './em_runs.js';
import { EmHalt } from './em_status.js';
import { NOISE } from './layout.js';
import { maximize } from './maximize.js';
import { formOf, type MixtureParameters, type MixtureRules, scorerFactors } from './parameters.js';
import { COLUMN_REACH, fitsHost, isNarrow } from './places.js';
import { type FitOptions, type PartialFit, unbegun } from './run.js';

/** As far as an engine gets so; where that is unfinished, it is to go on step by step. */
export const em: Op<
  [start: MixtureParameters, rules: MixtureRules, options: FitOptions],
  PartialFit<MixtureParameters>
> = {
  device: async (rows, start, rules, options) => {
    const { covarianceType } = rules;
    const k = start.weights.length;
    const form = formOf(covarianceType);
    const inFloat64 = fitsHost(rows, k, form);
    const factors = scorerFactors(start.factors, k, rows.points.shape[1], covarianceType);
    if (inFloat64 && isNarrow(rows, factors, form)) return unbegun(start);
    const problem = {
      rules,
      tol: Math.min(options.tol, MAX_F32),
      // Where the host cannot go on, only what rounding leaves of a variance ends the way.
      leastVariance: inFloat64 ? COLUMN_REACH ** -2 : NOISE ** 2,
    };
    const runs = await EmRuns.create(rows, problem, start);
    try {
      return await iterate(rows.workspace.runtime.pace, runs, start, rules, options, inFloat64);
    } finally {
      runs.dispose();
    }
  },
  twin: () => Promise.resolve((_, start) => Promise.resolve(unbegun(start))),
};

/**
 * Iterates until the device halts or `maxIter` is reached. The last M-step is done once more in float64,
 * from the sums of the last iteration. Where a factor would lose digits to float32, the fit stops
 * unfinished after the iteration before.
 *
 * @param inFloat64 whether what is unfinished goes on in float64, which tells small variances from none
 * @throws SingularCovarianceError naming the component
 */
async function iterate(
  pace: Pace,
  runs: EmRuns,
  start: MixtureParameters,
  rules: MixtureRules,
  options: FitOptions,
  inFloat64: boolean,
): Promise<PartialFit<MixtureParameters>> {
  const [{ status, history }] = await iterateOnDevice(pace, runs, options);
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
    if (unsound) return runs.readParameters(iterations);
    const sums = await runs.readSums(iterations);
    return maximize(sums, sums.frame.centres.length / sums.weights.length, rules).parameters;
  };
  return {
    parameters: await parameters(),
    history,
    converged: halted === EmHalt.withinTolerance,
    unfinished: unsound,
  };
}
