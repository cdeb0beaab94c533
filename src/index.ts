/** Clustering on WebGPU, for pages and Node. */
export { kmeans, type KMeansOptions, type KMeansProgress } from './kmeans.js';
export { type ComputeOptions, KMeansModel, type KMeansJson } from './kmeans_model.js';
export type { Metric, Seeding } from './kmeans_backend.js';
export type { GpuMatrix, HostMatrix, Matrix, NumericArray, Points } from './matrix.js';
export type { RuntimeChoice } from './backend.js';
export {
  createRuntime,
  Runtime,
  type RuntimeInfo,
  type RuntimeLimits,
  type RuntimeOptions,
} from '../host/runtime.js';
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
