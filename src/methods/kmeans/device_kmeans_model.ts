/** What a K-means fit with `output: 'gpu'` returns. */
import { nameClass } from '../../../host/class_name.js';
import type { Kept } from '../../ops/device_result.js';
import type { GpuResult, GpuVector } from '../../rows/matrix.js';
import { CentroidModel } from './centroid_model.js';
import type { KMeansState } from './kmeans_model.js';

/** The state of a fit whose labels stayed on the device. */
export interface DeviceKMeansState extends Omit<KMeansState, 'labels'> {
  readonly rows: number;
  readonly labels: Kept;
  readonly onDevice: Kept;
}

/**
 * A fitted K-means model whose labels stay on the device: they were never read. Immutable. It has the methods of
 * `KMeansModel`, but for JSON, and holds two buffers of the caller's: `dispose` destroys them.
 */
export class DeviceKMeansModel extends CentroidModel {
  static {
    nameClass(this, 'DeviceKMeansModel');
  }
  /** The cluster of each row, u32, [n]. */
  readonly labels: GpuVector;
  /** `centroids` in float32, k x d. */
  readonly deviceCentroids: GpuResult;
  /** As in `KMeansModel`. */
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly history: Float64Array;
  readonly counts: Uint32Array;
  readonly engine: string;

  constructor(state: DeviceKMeansState) {
    const { rows, labels, onDevice, metric, inertia } = state;
    super(state, ((metric === 'cosine' ? 2 : 1) * inertia) / rows);
    this.labels = { ...labels, shape: [rows], type: 'uint32' };
    this.deviceCentroids = { ...onDevice, shape: [this.k, this.centroids.shape[1]] };
    this.inertia = inertia;
    this.iterations = state.iterations;
    this.converged = state.converged;
    this.history = state.history;
    this.counts = state.counts;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /** Destroys the buffers of `labels` and `deviceCentroids`. */
  override dispose(): void {
    this.labels.buffer.destroy();
    this.deviceCentroids.buffer.destroy();
  }
}
