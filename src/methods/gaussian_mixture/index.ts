/** `webgpu-clustering/gaussian-mixture`. */
export { gaussianMixture, type GaussianMixtureOptions } from './gaussian_mixture.js';
export type { MixtureOptions, MixtureProgress } from './mixture_data.js';
export { type GaussianMixtureJson, GaussianMixtureModel } from './gaussian_mixture_model.js';
export type { Tensor, TensorLike } from './mixture_arrays.js';
export { MixtureModel } from './mixture_model.js';
export type { MixtureSample } from './mixture_sample.js';
export type { MixtureStart } from './given_start.js';
export type { MixtureInit } from './mixture_start.js';
export type { CovarianceType } from '../../ops/mixtures/scorer.js';
