/** `webgpu-clustering/textures`. */
export {
  synthesizeTexture,
  type SynthesizeTextureOptions,
  textureLoss,
  type TextureLossOptions,
  type TextureOptions,
} from './synthesize_texture.js';
export { transferStyle, type TransferStyleOptions } from './transfer_style.js';
export {
  type InvertedImage,
  invertFeatures,
  type InvertFeaturesOptions,
} from './invert_features.js';
export { featureMaps, type FeatureMapsOptions, type LayerFeatures } from './feature_maps.js';
export type { PaintedImage, PaintOptions, PaintProgress } from './paint.js';
export type { Losses } from './objective.js';
export { randomFilters, type RandomFiltersOptions } from './random_filters.js';
export { readOnnx } from './read_onnx.js';
export { readTfjsModel } from './read_tfjs.js';
export type { ReadNetworkOptions } from './network_builder.js';
export { NetworkFileError } from './network_error.js';
export { FeatureNetwork } from '../../networks/feature_network.js';
export type { RasterImage } from '../../rows/image.js';
export type { ComputeOptions } from '../kmeans/placed.js';
