/** `webgpu-clustering/hdbscan`. */
export { hdbscan, type Hdbscan, type HdbscanOptions } from './hdbscan.js';
