/** `webgpu-clustering/gap-statistic`. */
export { gapStatistic, type GapProgress, type GapStatisticOptions } from './gap_statistic.js';
export { GapStatistic } from './gap_statistic_result.js';
export { type GapRule, maxSE } from './max_se.js';
export type { GapReference } from './options.js';
export type { ClusterFunction } from './reference_sets.js';
