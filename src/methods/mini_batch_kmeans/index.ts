/** `webgpu-clustering/mini-batch-kmeans`. */
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
