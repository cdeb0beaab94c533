/** Gaussian mixtures by expectation maximisation. */
import { InvalidArgumentError } from '../../errors.js';
import { checkOptions, type OptionRules } from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import { scaleColumns } from '../../ops/mixtures/columns.js';
import { em } from '../../ops/mixtures/em.js';
import { densities } from '../../ops/mixtures/expectation.js';
import { maximize } from '../../ops/mixtures/maximize.js';
import {
  formOf,
  type MixtureParameters,
  type MixtureRules,
  mixtureScorer,
} from '../../ops/mixtures/parameters.js';
import type { Session } from '../../ops/op.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { GaussianMixtureModel } from './gaussian_mixture_model.js';
import type { MixtureStart } from './given_start.js';
import {
  checkMixtureData,
  type MixtureData,
  type MixtureOptions,
  tellingMixtureOnce,
  withMixtureRows,
} from './mixture_data.js';
import {
  bestOfRuns,
  expectationOf,
  fitMixture,
  maximizeSoundly,
  type MixtureFamily,
} from './mixture_fit.js';
import { totalOf } from './mixture_model.js';
import { chooseStarts, type MixtureInit } from './mixture_start.js';
import { GAUSSIAN_RULES, MIXTURE_DEFAULTS } from './options.js';

export interface GaussianMixtureOptions extends MixtureOptions {
  /**
   * Where to start: 'kmeans' (its labels; the default), 'k-means++' or 'random_from_data' (rows as
   * means, with no covariance but regCovar), 'random' (random responsibilities), or given numbers.
   */
  readonly init?: MixtureInit | MixtureStart;
  /** Goes on from a model of the same k, covarianceType and columns, in place of `init`. */
  readonly warmStart?: GaussianMixtureModel;
  /** For covarianceType 'fixed' (soft K-means): every covariance is this times I. */
  readonly fixedVariance?: number;
}

const RULES: OptionRules = {
  ...GAUSSIAN_RULES,
  warmStart: {
    rule: 'a GaussianMixtureModel',
    holds: (value) => value instanceof GaussianMixtureModel,
  },
};

/**
 * A mixture of k Gaussians by expectation maximisation, as scikit-learn's `GaussianMixture`: the
 * bound, its tolerance, the starts and the regularisation are the same.
 *
 * @param points n x d, one row a point, or a stream of them; never changed, nor to be until the promise
 *   settles
 * @returns the fitted model; its `labels` equal `predict(points)`
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; SingularCovarianceError
 *   naming the component; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the
 *   signal's reason when cancelled
 */
export async function gaussianMixture(
  points: Points | PointStream,
  options: GaussianMixtureOptions,
): Promise<GaussianMixtureModel> {
  options = tellingMixtureOnce(checkOptions('gaussianMixture', options, RULES));
  const { covarianceType = 'full', fixedVariance } = options;
  if ((covarianceType === 'fixed') !== (fixedVariance !== undefined)) {
    throw new InvalidArgumentError(
      'fixedVariance',
      `gaussianMixture: fixedVariance is ${fixedVariance ?? 'missing'} at covarianceType '${covarianceType}'; ` +
        `it belongs to covarianceType 'fixed', and only to it.`,
    );
  }
  const data = await checkMixtureData('gaussianMixture', points, options);
  return withMixtureRows(data, options, (session, engine) => fit(session, engine, options, data));
}

async function fit(
  session: Session,
  engine: string,
  options: GaussianMixtureOptions,
  { weights, meanWeight }: MixtureData,
): Promise<GaussianMixtureModel> {
  const { k, covarianceType = 'full', init = 'kmeans', fixedVariance = 0, signal } = options;
  const { regCovar, nInit: count } = { ...MIXTURE_DEFAULTS, ...options };
  const rules: MixtureRules = { covarianceType, regCovar, fixedVariance };
  const family = familyOf(session.shape, rules);
  const isChosen = !options.warmStart && typeof init === 'string';
  const given = isChosen
    ? undefined
    : (await import('./given_start.js')).givenStart(session, options, rules);
  const random = createRandom(options.seed ?? 0);
  const form = formOf(covarianceType);
  const starts = given
    ? [() => Promise.resolve(given)]
    : (await chooseStarts(session, init as MixtureInit, { k, form, count, random, signal })).map(
        (choose) => async () => {
          const { take, frame } = await choose();
          return (await maximizeSoundly(family, take, frame)).parameters;
        },
      );
  const leastVariance = Math.max(regCovar, fixedVariance);
  const scale = await session.run(scaleColumns, { leastVariance });
  const { parameters, history, converged } = await bestOfRuns(
    starts.length,
    options,
    async (restart, asked) => {
      const begun = await session.run(em, await starts[restart](), rules, asked);
      if (!begun.unfinished) return begun;
      const { parameters: reached, history: before } = begun;
      return fitMixture(expectationOf(session, signal), family, reached, {
        ...asked,
        history: before,
      });
    },
  );
  const scorer = family.scorer(parameters);
  const { labels, logDensities } = await session.run(densities, scorer, signal);
  return new GaussianMixtureModel({
    covarianceType,
    shift: session.shift,
    scale,
    parameters,
    labels,
    logLikelihood: meanWeight * totalOf(logDensities, weights),
    history,
    converged,
    engine,
  });
}

/** Plain Gaussians of rows of that shape. */
export function familyOf(
  [n, d]: readonly [rows: number, columns: number],
  rules: MixtureRules,
): MixtureFamily<MixtureParameters> {
  return {
    scorer: (parameters) => mixtureScorer(parameters, rules.covarianceType),
    maximize: (statistics) => maximize(statistics, d, rules),
    bound: ({ logLikelihood }) => logLikelihood / n,
  };
}
