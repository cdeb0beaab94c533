/** `webgpu-clustering/gaussian-mixture`. */
export {
  gaussianMixture,
  type GaussianMixtureOptions,
  type MixtureOptions,
  type MixtureProgress,
} from './gaussian_mixture.js';
export { type GaussianMixtureJson, GaussianMixtureModel } from './gaussian_mixture_model.js';
export type { Tensor, TensorLike } from './mixture_arrays.js';
export { MixtureModel, type MixtureSample } from './mixture_model.js';
export type { MixtureInit, MixtureStart } from './mixture_start.js';
export type { CovarianceType } from '../../ops/mixtures/scorer.js';
