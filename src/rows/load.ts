/** The one way of any rows to a device. */
import type { Workspace } from '../../host/workspace.js';
import { loadPoints, type PointsOptions } from './device_points.js';
import type { DevicePoints } from './rows.js';
import { streamPoints } from './device_stream.js';
import type { PointSource } from './load_options.js';
import { loadBytes, loadHalves } from './narrowed.js';
import { CheckedStream } from './point_stream.js';

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
  if (source instanceof CheckedStream) return streamPoints(workspace, source, options);
  if (options.storage === 'float16') return loadHalves(workspace, source, options);
  return (
    (await loadBytes(workspace, source, options)) ?? (await loadPoints(workspace, source, options))
  );
}
