/** `webgpu-clustering/image-features`. */
export {
  type FeatureMaps,
  gramMatrix,
  type RealMatrix,
  styleLoss,
  type StyleLoss,
} from './gram_matrix.js';
export { imagePatches, type ImagePatchesOptions, normalizeContrast } from './patches.js';
export { ZcaWhitening, zcaWhitening, type ZcaWhiteningOptions } from './whitening.js';
export { PatchFeatures, patchFeatures, type PatchFeaturesOptions } from './patch_features.js';
export type { RasterImage } from '../../rows/image.js';
export type { ComputeOptions } from '../kmeans/placed.js';
