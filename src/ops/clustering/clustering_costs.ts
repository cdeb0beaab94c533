/** What k centroids over loaded points take of a device: memory, and work. */
import { roundUp } from '../../../host/plan.js';
import type { DevicePoints } from '../../rows/rows.js';
import { centroidTile } from '../assign/assignment.js';
import { ACCUMULATE_WORK, sumBytes, type SumBuffers } from '../sums/accumulation.js';
import { type Side, sideBytes } from './labelling.js';

/** What a `Clustering` allocates, but for what belongs to rows. */
export interface ClusteringBuffers extends SumBuffers, Side {
  readonly moves: GPUBuffer;
  readonly checks: GPUBuffer;
}

/** Its bytes, by name. */
export function sizes(k: number, quads: number): Record<keyof ClusteringBuffers, number> {
  return { ...sumBytes(k, quads), ...sideBytes(k, quads), moves: 4 * k, checks: 16 * k };
}

/** Bytes of a `Clustering`, without bounds. */
export function clusteringBytes(k: number, points: DevicePoints): number {
  const { quads, shape } = points;
  const all = [...Object.values(sizes(k, quads)), ...Object.values(sideBytes(k, quads))];
  return all.reduce((sum, bytes) => sum + bytes, 8 * shape[0]);
}

/** What an iteration costs that computes every distance, in multiply-adds. */
export function iterationWork(k: number, [n, d]: readonly [number, number]): number {
  return n * d * (roundUp(k, centroidTile(k)) + ACCUMULATE_WORK);
}
