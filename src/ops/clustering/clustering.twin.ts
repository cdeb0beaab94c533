/** What `Clustering` answers on a device, in float64 on the host. */
import { createPause } from '../../math/event_loop.js';
import { assignInBlocks } from '../assign/assign.twin.js';
import type { HostRows } from '../op.js';
import { accumulate } from '../sums/accumulate.twin.js';
import { labelCounts } from '../sums/label_counts.twin.js';
import type { Assignment } from './assign.js';
import type { LabelledSums } from './labelled_sums.js';
import { inMetric } from './metric.js';
import type { SumsAndInertia } from './sums.js';

async function nearest(
  { x, n, d, weights, metric }: HostRows,
  centroids: Float32Array,
  k: number,
  signal: AbortSignal | undefined,
) {
  const c = Float64Array.from(centroids);
  const { labels, costs } = await assignInBlocks(x, n, c, k, d, createPause(signal));
  const inertia = costs.reduce((sum, cost, i) => sum + weights[i] * cost, 0);
  return { labels, costs, inertia: inMetric(inertia, metric) };
}

export async function assign(
  rows: HostRows,
  centroids: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<Assignment> {
  const { labels, inertia } = await nearest(rows, centroids, k, signal);
  return { labels, counts: labelCounts(labels, k), inertia };
}

export async function inertiasOf(
  rows: HostRows,
  sets: readonly Float32Array[],
  k: number,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const results: number[] = [];
  for (const set of sets) results.push((await nearest(rows, set, k, signal)).inertia);
  return results;
}

export async function energies(
  rows: HostRows,
  centroids: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  return (await nearest(rows, centroids, k, signal)).costs;
}

export async function clusterSums(
  rows: HostRows,
  centroids: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<SumsAndInertia> {
  const { residuals, weightSums, inertia } = await labelledSums(rows, centroids, k, signal);
  return { residuals, weightSums, inertia };
}

export async function labelledSums(
  rows: HostRows,
  centroids: Float32Array,
  k: number,
  signal?: AbortSignal,
): Promise<LabelledSums> {
  const { x, n, d, weights, metric } = rows;
  const { labels } = await nearest(rows, centroids, k, signal);
  const found = accumulate(x, n, centroids, k, d, labels, weights);
  return { ...found, inertia: inMetric(found.inertia, metric), labels };
}
