/** `webgpu-clustering/scores`. */
export {
  adjustedRandIndex,
  clusteringAccuracy,
  type MutualInformationOptions,
  normalizedMutualInformation,
  purity,
} from './label_scores.js';
export type { Labels } from './labels.js';
export {
  calinskiHarabasz,
  daviesBouldin,
  type PointScoreOptions,
  silhouette,
  type SilhouetteOptions,
} from './point_scores.js';
