/** `webgpu-clustering/deep-clustering`. */
export { deepClustering, type DeepClusteringOptions } from './deep_clustering.js';
export {
  type DeepClusteringJson,
  DeepClusteringModel,
  type DeepProgress,
} from './deep_clustering_model.js';
export type { DeepMethod } from './options.js';
export { AutoencoderModel } from '../autoencoder/autoencoder_model.js';
export type { EpochProgress } from '../autoencoder/training.js';
