/** `webgpu-clustering/transformed-subspace-clustering`. */
export {
  transformedSubspaceClustering,
  type TransformedSubspaceClusteringOptions,
} from './transformed_subspace_clustering.js';
export {
  type TransformedSubspaceJson,
  TransformedSubspaceModel,
} from './transformed_subspace_model.js';
export type { Expression } from './self_expression.js';
export type { FitProgress, TransformProgress } from '../transform_learning/history.js';
