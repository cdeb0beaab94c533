/** `webgpu-clustering/online-kmeans`. */
export { onlineKMeans, type OnlineKMeansOptions, type OnlineProgress } from './online_kmeans.js';
export {
  type OnlineKMeansJson,
  OnlineKMeansModel,
  type OnlineLearningOptions,
} from './online_model.js';
export type { OnlineRate } from './online_rate.js';
