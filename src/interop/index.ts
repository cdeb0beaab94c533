/**
 * `webgpu-clustering/interop`: rows of other libraries where they lie, and results back to them, without a copy to
 * the host. Nothing of theirs is imported.
 */
export {
  fromJax,
  fromLuma,
  fromOrt,
  fromTfjs,
  fromThree,
  fromTypegpu,
  type JaxArray,
  type Lent,
  type LentOptions,
  type LumaBuffer,
  type OrtTensor,
  type TfjsTensor,
  type ThreeAttribute,
  type ThreeRenderer,
  toOrt,
  toTfjs,
  toThree,
} from './gpu.js';
export { type ArrowColumn, type DuckDbResult, fromArrow, fromDuckDB } from './columns.js';
export { meanPool, type PoolOptions } from './mean_pool.js';
