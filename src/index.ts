/** Clustering on WebGPU, for pages and Node. */
export { kmeans, type KMeansOptions, type KMeansProgress } from './kmeans.js';
export { CentroidModel, type ComputeOptions } from './centroid_model.js';
export { KMeansModel, type KMeansJson } from './kmeans_model.js';
export type { Algorithm, Metric, Seeding, Storage } from './kmeans_backend.js';
export {
  gaussianMixture,
  type GaussianMixtureOptions,
  type MixtureOptions,
  type MixtureProgress,
} from './gaussian_mixture.js';
export type { CovarianceType } from './gaussian_mixture_backend.js';
export { type GaussianMixtureJson, GaussianMixtureModel } from './gaussian_mixture_model.js';
export {
  bayesianGaussianMixture,
  type BayesianGaussianMixtureOptions,
} from './bayesian_gaussian_mixture.js';
export {
  type BayesianGaussianMixtureJson,
  BayesianGaussianMixtureModel,
} from './bayesian_gaussian_mixture_model.js';
export type { Tensor, TensorLike } from './mixture_arrays.js';
export { MixtureModel, type MixtureSample } from './mixture_model.js';
export type { MixtureInit, MixtureStart } from './mixture_start.js';
export type { WeightPrior } from './reference/variational_step.js';
export type { Centroids, GpuMatrix, HostMatrix, Matrix, NumericArray, Points } from './matrix.js';
export {
  miniBatchKMeans,
  type MiniBatchKMeansOptions,
  type MiniBatchProgress,
} from './mini_batch_kmeans.js';
export {
  type MiniBatchKMeansJson,
  MiniBatchKMeansModel,
  type OnlineOptions,
} from './mini_batch_model.js';
export type { GivenCentroids } from './start_centroids.js';
export { blobRows, type PointBlock, type PointStream } from './point_stream.js';
export { pca, type PcaOptions, type PcaProgress, type PointBatches } from './pca.js';
export { type DeviceOutput, type PcaJson, PcaModel, type PcaSolver } from './pca_model.js';
export type { RuntimeChoice } from './backend.js';
export { createRuntime, Runtime, type RuntimeInfo } from '../host/runtime.js';
export { configureSharedRuntime } from '../host/default_runtime.js';
export type {
  RuntimeLimits,
  RuntimeOptions,
  SharedRuntimeOptions,
} from '../host/runtime_options.js';
export type { Tuning, TuningEntry } from '../host/tuning.js';
export type { TuningOptions } from '../host/tuning_options.js';
export type { TuningStore } from '../host/tuning_store.js';
export {
  ClusteringError,
  DeviceLimitError,
  DeviceLostError,
  InvalidArgumentError,
  KernelError,
  NoAdapterError,
  NonFiniteError,
  OutOfMemoryError,
  ShapeError,
  SingularCovarianceError,
} from './errors.js';
