/** `webgpu-clustering/estimate`. */
export { estimate, type Estimate, type EstimateOptions, type EstimatedMethod } from './estimate.js';
