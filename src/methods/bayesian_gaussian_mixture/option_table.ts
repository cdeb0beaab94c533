/** What people are told of the options of `bayesianGaussianMixture`. */
import type { OptionTable } from '../../fit/option_table.js';
import { FIT_OPTIONS, MIXTURE_OPTIONS, TOLD_DEFAULTS } from '../gaussian_mixture/option_table.js';
import type { BayesianGaussianMixtureOptions } from './bayesian_gaussian_mixture.js';
import { BAYESIAN_DEFAULTS, BAYESIAN_RULES } from './options.js';

export const optionTable: OptionTable<BayesianGaussianMixtureOptions> = {
  method: 'bayesianGaussianMixture',
  rules: BAYESIAN_RULES,
  defaults: { ...TOLD_DEFAULTS, ...BAYESIAN_DEFAULTS },
  options: {
    ...MIXTURE_OPTIONS,
    k: { ...MIXTURE_OPTIONS.k, meaning: 'the most components that there may be' },
    init: {
      meaning:
        "its labels; or `'k-means++'`, `'random_from_data'`, `'random'`; or the labels given, [n]",
      flag: '--init <method>',
      help: 'where to start',
    },
    weightConcentrationPriorType: {
      meaning: 'the prior of the weights',
      flag: '--weight-prior <type>',
      help: '--bayesian: the prior of the weights',
    },
    weightConcentrationPrior: {
      meaning: 'low values leave components empty',
      otherwise: '1 / k',
      flag: '--weight-concentration <number>',
      help: '--bayesian: low values empty components',
    },
    meanPrecisionPrior: {
      meaning: 'rows that the prior of the means counts for',
      flag: '--mean-precision <number>',
      help: '--bayesian: rows that the prior of the means counts for',
    },
    meanPrior: { meaning: 'where means are expected, [d]', otherwise: "the columns' means" },
    degreesOfFreedomPrior: {
      meaning: 'how far covariances keep to their prior: above d - 1',
      otherwise: 'd',
      flag: '--degrees-of-freedom <number>',
      help: '--bayesian: how far covariances keep to their prior, above d - 1',
    },
    covariancePrior: {
      meaning: 'the expected covariance, as `covarianceType` has it',
      otherwise: "the data's covariance",
    },
    ...FIT_OPTIONS,
  },
};
