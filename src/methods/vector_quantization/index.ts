/** `webgpu-clustering/vector-quantization`. */
export {
  type EncodedImage,
  encodeImage,
  type EncodeImageOptions,
  vectorQuantizer,
  type VectorQuantizerOptions,
} from './vector_quantization.js';
export {
  type EncodedVectors,
  VectorQuantizer,
  type VectorQuantizerJson,
} from './vector_quantizer_model.js';
export { packCodes, unpackCodes } from './pack_codes.js';
export { decodeImage, readVq, type VqContent, type VqParts, writeVq } from './vq_file.js';
export type { PictureShape } from './blocks.js';
export type { RasterImage } from '../../rows/image.js';
export type { ComputeOptions } from '../kmeans/placed.js';
