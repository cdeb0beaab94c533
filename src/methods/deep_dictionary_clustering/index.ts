/** `webgpu-clustering/deep-dictionary-clustering`. */
export {
  deepDictionaryClustering,
  type DeepDictionaryClusteringOptions,
} from './deep_dictionary_clustering.js';
export { type DeepDictionaryJson, DeepDictionaryModel } from './deep_dictionary_model.js';
export type { Expression } from '../transformed_subspace_clustering/self_expression.js';
export type { Draw } from './options.js';
export type { FitProgress, ObjectiveProgress } from '../transform_learning/history.js';
