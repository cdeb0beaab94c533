/** `webgpu-clustering/dbscan`. */
export { dbscan, type Dbscan, type DbscanOptions } from './dbscan.js';
