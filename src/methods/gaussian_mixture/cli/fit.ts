/** The fits of the gmm command: one, or one for each number of components in a range. */
import { plural } from '../../../errors.js';
import {
  bayesianGaussianMixture,
  type BayesianGaussianMixtureModel,
  gaussianMixture,
  type GaussianMixtureModel,
  type MixtureInit,
  type MixtureModel,
  type MixtureProgress,
  SingularCovarianceError,
} from '../../../index.js';
import { optionsOf } from '../../../cli/option_flags.js';
import { formatObjective, formatSeconds } from '../../../cli/format.js';
import type { ProgressStep } from '../../../cli/progress.js';
import { type Job, stateOf, timed, type Timed } from '../../../cli/job.js';
import type { SharedOptions } from '../../../cli/options.js';
import { optionTable as bayesianTable } from '../../bayesian_gaussian_mixture/option_table.js';
import { optionTable } from '../option_table.js';

export interface GmmOptions extends SharedOptions {
  /** Numbers of components, ascending. */
  readonly k: readonly number[];
  readonly covariance: 'full' | 'tied' | 'diag' | 'spherical';
  readonly init: MixtureInit;
  readonly nInit: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly regCovar: number;
  readonly bayesian?: boolean;
  readonly responsibilities?: boolean;
}

/** The fit with one number of components. */
export interface Candidate {
  readonly k: number;
  readonly fit: Timed<GaussianMixtureModel | BayesianGaussianMixtureModel>;
  /** The Bayesian information criterion and Akaike's; not for variational fits. */
  readonly bic?: number;
  readonly aic?: number;
}

/**
 * Fits each number of components; says how each of several went. Of several, those whose covariances
 * become singular and those that are more than the rows are left out.
 *
 * @throws SingularCovarianceError where no fit is left
 */
export async function fitCandidates(job: Job, options: GmmOptions): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const [n] = job.used.shape;
  let singular: SingularCovarianceError | undefined;
  for (const k of options.k) {
    if (k > n && candidates.length > 0) {
      console.error(`k = ${k}: there are only ${n} ${plural(n, 'row')}.`);
      continue;
    }
    try {
      const candidate = await fitOne(job, k, options);
      candidates.push(candidate);
      if (options.k.length > 1) job.say(summaryOf(candidate, options));
    } catch (error) {
      if (!(error instanceof SingularCovarianceError)) throw error;
      singular = error;
      if (options.k.length > 1) console.error(`k = ${k}: ${error.message}`);
    }
  }
  if (candidates.length === 0) throw singular!;
  return candidates;
}

async function fitOne(job: Job, k: number, options: GmmOptions): Promise<Candidate> {
  const { maxIter, seed } = options;
  const { data, shape } = job.used;
  const common = { k, seed, ...job.where };
  const onIterationTo =
    (step: (progress: ProgressStep) => void) =>
    ({ restart, restarts, iteration, lowerBound }: MixtureProgress) => {
      step({
        done: restart * maxIter + iteration,
        total: restarts * maxIter,
        figure: `bound ${formatObjective(lowerBound)}`,
      });
    };
  const title = `${k} ${plural(k, 'component')}`;
  if (options.bayesian) {
    const fit = await timed(title, (step) =>
      bayesianGaussianMixture(
        { data, shape },
        {
          ...optionsOf(bayesianTable, options),
          ...{ ...common, onIteration: onIterationTo(step) },
        },
      ),
    );
    return { k, fit };
  }
  const fit = await timed(title, (step) =>
    gaussianMixture(
      { data, shape },
      { ...optionsOf(optionTable, options), ...common, onIteration: onIterationTo(step) },
    ),
  );
  // As model.bic and model.aic have them, for the rows that the fit has scored already.
  const { logLikelihood, freeParameters } = fit.model;
  return {
    k,
    fit,
    bic: -2 * logLikelihood + freeParameters * Math.log(shape[0]),
    aic: -2 * logLikelihood + 2 * freeParameters,
  };
}

function summaryOf(
  { k, fit: { model, milliseconds }, bic, aic }: Candidate,
  options: GmmOptions,
): string {
  return (
    `k = ${k}: BIC ${formatObjective(bic!)}, AIC ${formatObjective(aic!)} ` +
    `after ${stateOf(model, options)}, ${formatSeconds(milliseconds)}`
  );
}

/** The candidate of the lowest BIC; the fewest components on a tie. */
export function lowest(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, candidate) => (candidate.bic! < best.bic! ? candidate : best));
}

/** The rows that each component has the largest responsibility for, [k]. */
export function countsOf({ labels, k }: MixtureModel): Uint32Array {
  const counts = new Uint32Array(k);
  labels.forEach((label) => counts[label]++);
  return counts;
}
