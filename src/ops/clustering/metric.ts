import type { Metric } from '../../rows/load_options.js';

/**
 * A squared distance, or a weighted sum of them, in the metric's own terms: for unit vectors
 * |x - c|^2 / 2 = 1 - cos.
 */
export function inMetric(squared: number, metric: Metric): number {
  return metric === 'cosine' ? squared / 2 : squared;
}
