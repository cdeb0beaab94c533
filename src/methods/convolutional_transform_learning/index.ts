/** `webgpu-clustering/convolutional-transform-learning`. */
export {
  convolutionalTransformLearning,
  type ConvolutionalTransformOptions,
  type TransformFilters,
} from './convolutional_transform_learning.js';
export {
  type ConvolutionalProgress,
  type ConvolutionalTransformJson,
  ConvolutionalTransformModel,
  type FilterPicture,
  type Filters,
} from './convolutional_transform_model.js';
