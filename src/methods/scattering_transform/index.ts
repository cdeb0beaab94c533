/** `webgpu-clustering/scattering-transform`. */
export {
  type ScatteringFeatures,
  scatteringTransform,
  type ScatteringTransformOptions,
} from './scattering_transform.js';
