/** Clustering on WebGPU, for pages and Node. */
export { kmeans, type KMeansOptions, type KMeansProgress } from './methods/kmeans/kmeans.js';
export { CentroidModel, type ComputeOptions } from './methods/kmeans/centroid_model.js';
export { KMeansModel, type KMeansJson } from './methods/kmeans/kmeans_model.js';
export type { Algorithm, Seeding } from './methods/kmeans/kmeans_backend.js';
export type { Metric, Storage } from './rows/load_options.js';
export {
  gaussianMixture,
  type GaussianMixtureOptions,
  type MixtureOptions,
  type MixtureProgress,
} from './methods/gaussian_mixture/gaussian_mixture.js';
export type { CovarianceType } from './ops/mixtures/scorer.js';
export {
  type GaussianMixtureJson,
  GaussianMixtureModel,
} from './methods/gaussian_mixture/gaussian_mixture_model.js';
export {
  bayesianGaussianMixture,
  type BayesianGaussianMixtureOptions,
} from './methods/bayesian_gaussian_mixture/bayesian_gaussian_mixture.js';
export {
  type BayesianGaussianMixtureJson,
  BayesianGaussianMixtureModel,
} from './methods/bayesian_gaussian_mixture/bayesian_gaussian_mixture_model.js';
export type { Tensor, TensorLike } from './methods/gaussian_mixture/mixture_arrays.js';
export { MixtureModel, type MixtureSample } from './methods/gaussian_mixture/mixture_model.js';
export type { MixtureInit, MixtureStart } from './methods/gaussian_mixture/mixture_start.js';
export type { WeightPrior } from './methods/bayesian_gaussian_mixture/variational_step.js';
export type {
  Centroids,
  GpuMatrix,
  HostMatrix,
  Matrix,
  NumericArray,
  Points,
} from './rows/matrix.js';
export {
  miniBatchKMeans,
  type MiniBatchKMeansOptions,
  type MiniBatchProgress,
} from './methods/mini_batch_kmeans/mini_batch_kmeans.js';
export {
  type MiniBatchKMeansJson,
  MiniBatchKMeansModel,
  type OnlineOptions,
} from './methods/mini_batch_kmeans/mini_batch_model.js';
export type { GivenCentroids } from './methods/kmeans/start_centroids.js';
export {
  selfOrganizingMap,
  type SelfOrganizingMapOptions,
  type SelfOrganizingMapProgress,
} from './methods/self_organizing_map/self_organizing_map.js';
export {
  type SelfOrganizingMapJson,
  SelfOrganizingMapModel,
} from './methods/self_organizing_map/self_organizing_map_model.js';
export type { Schedule } from './methods/self_organizing_map/schedule.js';
export type { GridDistance, GridKind, Neighbourhood } from './math/unit_grid.js';
export { blobRows, type PointBlock, type PointStream } from './rows/point_stream.js';
export { pca, type PcaOptions, type PcaProgress, type PointBatches } from './methods/pca/pca.js';
export {
  type DeviceOutput,
  type PcaJson,
  PcaModel,
  type PcaSolver,
} from './methods/pca/pca_model.js';
export type { RuntimeChoice } from './fit/backend.js';
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
