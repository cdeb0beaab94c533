/** `webgpu-clustering/transform-learning`. */
export { transformLearning, type TransformLearningOptions } from './transform_learning.js';
export { type TransformJson, TransformModel } from './transform_model.js';
export type { FitProgress, TransformProgress } from './history.js';
export type { Sparsity } from './sparsity.js';
