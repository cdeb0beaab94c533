/** What a K-means fit with `output: 'gpu'` returns; a page that reads its labels never loads it. */
import { nameClass } from '../../../host/class_name.js';
import { type Kept, uploadedRows } from '../../ops/device_result.js';
import type { Session } from '../../ops/op.js';
import type { GpuResult, GpuVector } from '../../rows/matrix.js';
import type { FittedKMeans, KMeansState } from './kmeans_model.js';

/**
 * A fitted K-means model whose labels stay on the device: they were never read. Immutable. It has the methods of
 * `KMeansModel`, but for JSON, and holds two buffers of the caller's: `dispose` destroys them.
 */
export interface DeviceKMeansModel extends FittedKMeans {
  /** The cluster of each row, u32, [n]. */
  readonly labels: GpuVector;
  /** `centroids` in float32, k x d. */
  readonly deviceCentroids: GpuResult;
  /** Destroys the buffers of `labels` and `deviceCentroids`. */
  dispose(): void;
}

/**
 * The model of a fit whose labels stayed on the device.
 *
 * @param Fitted `FittedKMeans`: imported here, it would leave the chunk that a page loads first
 */
export async function deviceModel(
  Fitted: typeof FittedKMeans,
  session: Session,
  state: KMeansState,
  kept: Kept,
  usage: number,
): Promise<DeviceKMeansModel> {
  const [rows] = session.shape;
  const { shift, centred } = state;
  const full = Float32Array.from(centred, (value, at) => value + shift[at % shift.length]);
  const uploaded = await session.run(uploadedRows, full, usage);

  class Model extends Fitted implements DeviceKMeansModel {
    static {
      nameClass(this, 'DeviceKMeansModel');
    }
    readonly labels: GpuVector = { ...kept, shape: [rows], type: 'uint32' };
    readonly deviceCentroids: GpuResult = { ...uploaded, shape: [state.k, shift.length] };

    constructor() {
      super(state, rows);
      Object.freeze(this);
    }

    override dispose(): void {
      this.labels.buffer.destroy();
      this.deviceCentroids.buffer.destroy();
    }
  }
  return new Model();
}
