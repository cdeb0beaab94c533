/** `webgpu-clustering/kmeans`. */
export {
  kmeans,
  type KMeansDeviceOptions,
  type KMeansOptions,
  type KMeansProgress,
} from './kmeans.js';
export type { DeviceKMeansModel } from './device_kmeans_model.js';
export type { DeviceOutput } from '../../fit/device_output.js';
export { CentroidModel } from './centroid_model.js';
export type { ComputeOptions } from './placed.js';
export type { DensityOptions, RespondOptions } from './energy.js';
export { KMeansModel, type KMeansJson } from './kmeans_model.js';
export type { Algorithm } from '../../ops/clustering/algorithm.js';
export type { Seeding } from '../../ops/seeding/seed.js';
export type { GivenCentroids } from './start_centroids.js';
