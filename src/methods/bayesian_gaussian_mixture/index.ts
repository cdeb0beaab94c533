/** `webgpu-clustering/bayesian-gaussian-mixture`. */
export {
  bayesianGaussianMixture,
  type BayesianGaussianMixtureOptions,
} from './bayesian_gaussian_mixture.js';
export {
  type BayesianGaussianMixtureJson,
  BayesianGaussianMixtureModel,
} from './bayesian_gaussian_mixture_model.js';
export type { WeightPrior } from './variational_step.js';
