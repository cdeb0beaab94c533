/** `webgpu-clustering/image-quantization`. */
export {
  applyPalette,
  type ApplyPaletteOptions,
  buildPalette,
  type BuildPaletteOptions,
  type Palette,
  quantizeImage,
  type QuantizeImageOptions,
} from './image_quantization.js';
export type { ColourSpace, Dither } from './dither.js';
export { QuantizedImage } from './quantized_image.js';
export type { RasterImage } from '../../rows/image.js';
export type { ComputeOptions } from '../kmeans/placed.js';
