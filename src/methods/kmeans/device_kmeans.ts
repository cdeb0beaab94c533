/** The end of a fit whose results stay on the device; a page that reads them never loads it. */
import { uploadedRows } from '../../ops/assign/on_device.js';
import type { Kept } from '../../ops/device_result.js';
import type { Session } from '../../ops/op.js';
import { DeviceKMeansModel } from './device_kmeans_model.js';
import type { KMeansState } from './kmeans_model.js';

export async function deviceModel(
  session: Session,
  state: KMeansState,
  labels: Kept,
  usage: number,
): Promise<DeviceKMeansModel> {
  const d = state.shift.length;
  const full = Float32Array.from(state.centred, (value, at) => value + state.shift[at % d]);
  const onDevice = await session.run(uploadedRows, full, usage);
  return new DeviceKMeansModel({ ...state, rows: session.shape[0], labels, onDevice });
}
