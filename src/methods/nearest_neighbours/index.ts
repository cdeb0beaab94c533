/** `webgpu-clustering/nearest-neighbours`. */
export {
  nearestNeighbours,
  type NearestNeighboursOptions,
  type Neighbours,
} from './nearest_neighbours.js';
