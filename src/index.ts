/** Clustering on WebGPU, for pages and Node. Each method is also an entry of its own. */
export * from './methods/kmeans/index.js';
export * from './methods/mini_batch_kmeans/index.js';
export * from './methods/online_kmeans/index.js';
export * from './methods/gaussian_mixture/index.js';
export * from './methods/bayesian_gaussian_mixture/index.js';
export * from './methods/pca/index.js';
export * from './methods/self_organizing_map/index.js';
export * from './methods/nearest_neighbours/index.js';
export * from './methods/dbscan/index.js';
export * from './methods/hdbscan/index.js';
export * from './methods/spectral_clustering/index.js';
export * from './methods/kmeans_factorization/index.js';
export * from './methods/transform_learning/index.js';
export * from './methods/transformed_kmeans/index.js';
export * from './methods/dictionary_learning/index.js';
export * from './methods/transformed_subspace_clustering/index.js';
export * from './methods/deep_dictionary_clustering/index.js';
export * from './methods/subspace_clustering/index.js';
export * from './methods/autoencoder/index.js';
export * from './methods/deep_clustering/index.js';
export * from './methods/deep_subspace_clustering/index.js';
export * from './methods/convolutional_transform_learning/index.js';
export * from './methods/restricted_boltzmann_machine/index.js';
export * from './methods/scattering_transform/index.js';
export * from './methods/estimate/index.js';
export * from './methods/scores/index.js';
export * from './methods/gap_statistic/index.js';
export * from './methods/image_quantization/index.js';
export * from './methods/vector_quantization/index.js';
export * from './methods/image_filters/index.js';
export * from './methods/image_features/index.js';
export * from './methods/textures/index.js';
export type { Metric, Storage } from './rows/load_options.js';
export type {
  Centroids,
  GpuMatrix,
  GpuNumber,
  GpuResult,
  GpuVector,
  HostMatrix,
  Matrix,
  NumericArray,
  Points,
} from './rows/matrix.js';
export { blobRows, type PointBlock, type PointStream } from './rows/point_stream.js';
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
export type { TuningStore } from '../host/store.js';
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
} from './errors.js';
export { NotPositiveDefiniteError } from './ops/algebra/not_positive_definite_error.js';
export { SingularCovarianceError } from './ops/mixtures/singular_covariance_error.js';
