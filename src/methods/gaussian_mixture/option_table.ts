/** What people are told of the options of mixtures. */
import { COMMON, type OptionEntry, type OptionTable } from '../../fit/option_table.js';
import type { GaussianMixtureOptions } from './gaussian_mixture.js';
import type { MixtureOptions } from './mixture_data.js';
import { GAUSSIAN_RULES, MIXTURE_DEFAULTS } from './options.js';

/** Those of every kind of mixture. */
export const MIXTURE_OPTIONS = {
  k: {
    meaning: 'number of components',
    flag: '-k, --k <number>',
    help: 'components; of a range such as 1..10 the number of lowest BIC; suggest: of 1..10',
  },
  covarianceType: {
    meaning:
      "each component's own matrix; or `'tied'`: one for all, `'diag'`: a variance a column, `'spherical'`: one variance",
    flag: '--covariance <type>',
    help: 'what covariances may be',
    // 'fixed' is for programs: it needs a variance, and has no covariances to show.
    words: ['full', 'tied', 'diag', 'spherical'],
  },
  nInit: {
    meaning: 'runs from different starts; the highest bound wins',
    flag: '--n-init <number>',
    help: 'runs, of which the best is kept',
  },
  maxIter: { meaning: 'iterations at most in a run', flag: '--max-iter <number>' },
  tol: {
    meaning: 'stop when the bound changes by less',
    flag: '--tol <number>',
  },
  regCovar: {
    meaning: 'added to the variances, in the squared units of the columns',
    flag: '--reg-covar <number>',
    help: 'added to the variances',
  },
} as const satisfies Partial<Record<keyof MixtureOptions, OptionEntry>>;

export const TOLD_DEFAULTS = {
  ...MIXTURE_DEFAULTS,
  covarianceType: 'full',
  init: 'kmeans',
  seed: 0,
} as const;

/** And those that say how a fit goes. */
export const FIT_OPTIONS = {
  seed: COMMON.seed,
  sampleWeight: COMMON.sampleWeight,
  onIteration: {
    meaning: 'called with `{ restart, restarts, iteration, maxIter, lowerBound }`',
  },
  signal: COMMON.signal,
  runtime: COMMON.runtime,
  retries: COMMON.retries,
} as const satisfies Partial<Record<keyof MixtureOptions, OptionEntry>>;

export const optionTable: OptionTable<GaussianMixtureOptions> = {
  method: 'gaussianMixture',
  rules: GAUSSIAN_RULES,
  defaults: TOLD_DEFAULTS,
  options: {
    ...MIXTURE_OPTIONS,
    covarianceType: {
      ...MIXTURE_OPTIONS.covarianceType,
      meaning: `${MIXTURE_OPTIONS.covarianceType.meaning}, \`'fixed'\`: \`fixedVariance\` (soft K-means)`,
    },
    init: {
      meaning:
        "its labels; or `'k-means++'`, `'random_from_data'`: rows as means, `'random'`: random responsibilities; or numbers",
      flag: '--init <method>',
      help: 'where to start',
    },
    warmStart: {
      rule: 'a GaussianMixtureModel',
      meaning:
        'goes on from a model of the same k, covariance type and columns, in place of `init`',
    },
    fixedVariance: { meaning: "for `'fixed'`: every covariance is this times I" },
    ...FIT_OPTIONS,
  },
};
