/** `webgpu-clustering/subspace-clustering`. */
export { subspaceClustering, type SubspaceClusteringOptions } from './subspace_clustering.js';
export { type SubspaceClusteringJson, SubspaceClusteringModel } from './subspace_model.js';
export { connectivity, selfExpressionError, sparsity } from './coefficient_scores.js';
export type { Coefficients } from './expression.js';
export type {
  CoefficientAffinity,
  LassoIteration,
  LassoSolver,
  RowScale,
  Settings as SubspaceSettings,
  SubspaceMethod,
} from './options.js';
