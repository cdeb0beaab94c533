/** `webgpu-clustering/dictionary-learning`. */
export { dictionaryLearning, type DictionaryLearningOptions } from './dictionary_learning.js';
export { type DictionaryJson, DictionaryModel } from './dictionary_model.js';
export type { FitProgress, ObjectiveProgress } from '../transform_learning/history.js';
