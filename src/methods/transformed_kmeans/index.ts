/** `webgpu-clustering/transformed-kmeans`. */
export { transformedKMeans, type TransformedKMeansOptions } from './transformed_kmeans.js';
export { type TransformedKMeansJson, TransformedKMeansModel } from './transformed_kmeans_model.js';
export type { FitProgress, TransformProgress } from '../transform_learning/history.js';
