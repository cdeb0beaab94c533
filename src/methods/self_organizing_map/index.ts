/** `webgpu-clustering/self-organizing-map`. */
export {
  selfOrganizingMap,
  type SelfOrganizingMapOptions,
  type SelfOrganizingMapProgress,
} from './self_organizing_map.js';
export { type SelfOrganizingMapJson, SelfOrganizingMapModel } from './self_organizing_map_model.js';
export type { Schedule } from './schedule.js';
export type { GridDistance, GridKind, Neighbourhood } from '../../math/unit_grid.js';
