/** What the options of `bayesianGaussianMixture` must be, and what they are where they are absent. */
import { anObject, either, oneOf, type OptionRules, positive } from '../../fit/options.js';
import { MIXTURE_INITS, MIXTURE_RULES } from '../gaussian_mixture/options.js';

export const BAYESIAN_RULES = {
  ...MIXTURE_RULES,
  covarianceType: oneOf('full', 'tied', 'diag', 'spherical'),
  init: either(MIXTURE_INITS, {
    rule: '{ labels }, an array of whole numbers',
    holds: (value) =>
      anObject.holds(value) && anObject.holds((value as { readonly labels?: unknown }).labels),
  }),
  weightConcentrationPriorType: oneOf('dirichlet_process', 'dirichlet_distribution'),
  weightConcentrationPrior: positive,
  meanPrecisionPrior: positive,
  meanPrior: anObject,
  degreesOfFreedomPrior: positive,
  covariancePrior: either(positive, anObject),
} as const satisfies OptionRules;

export const BAYESIAN_DEFAULTS = {
  weightConcentrationPriorType: 'dirichlet_process',
  meanPrecisionPrior: 1,
} as const;
