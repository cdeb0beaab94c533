/** `webgpu-clustering/image-filters`. */
export { convolveImage, type ConvolveImageOptions, type FilteredImage } from './image_filters.js';
export { FILTER_KERNELS, type FilterMatrix, type FilterName } from './kernels.js';
export { blockToeplitz, type Sides, toeplitz, ToeplitzOperator } from './toeplitz.js';
export type { Border } from '../../ops/images/border.js';
export type { RasterImage } from '../../rows/image.js';
export type { ComputeOptions } from '../kmeans/placed.js';
