/** `webgpu-clustering/deep-subspace-clustering`. */
export { deepSubspaceClustering, type DeepSubspaceOptions } from './deep_subspace_clustering.js';
export {
  type DeepSubspaceJson,
  DeepSubspaceModel,
  type ExpressionProgress,
} from './deep_subspace_model.js';
