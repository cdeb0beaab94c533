/** The one way of any rows to a device. */
import type { Workspace } from '../../host/workspace.js';
import { loadPoints, type PointsOptions } from './device_points.js';
import type { DevicePoints } from './rows.js';
import { isStreamed, type PointSource } from './load_options.js';
import type { CheckedMatrix, GpuMatrix } from './matrix.js';

/**
 * Streams stay where they are; other rows are held in float16 where that is asked for, else in bytes
 * where these hold them exactly, else in float32.
 *
 * @throws NonFiniteError, InvalidArgumentError, OutOfMemoryError, DeviceLimitError
 */
export async function loadRows(
  workspace: Workspace,
  source: PointSource,
  options: PointsOptions,
): Promise<DevicePoints> {
  if (isStreamed(source)) {
    const { streamPoints } = await import('./device_stream.js');
    return streamPoints(workspace, source, options);
  }
  const isHalf = options.storage === 'float16';
  if (isHalf || mayBeBytes(source, options)) {
    const { loadBytes, loadHalves } = await import('./narrowed.js');
    if (isHalf) return loadHalves(workspace, source, options);
    const inBytes = await loadBytes(workspace, source, options);
    if (inBytes) return inBytes;
  }
  return loadPoints(workspace, source, options);
}

/** Whether nothing in sight says that bytes do not hold the rows. */
function mayBeBytes(source: CheckedMatrix | GpuMatrix, { metric }: PointsOptions): boolean {
  if (metric === 'cosine') return false;
  return !('data' in source) || source.data.subarray(0, source.shape[1]).every(Number.isInteger);
}
