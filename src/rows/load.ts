/** The one way of any rows to a device. */
import type { Workspace } from '../../host/workspace.js';
import { type DevicePoints, loadPoints, type PointsOptions } from './device_points.js';
import { streamPoints } from './device_stream.js';
import type { PointSource } from './load_options.js';
import { loadBytes, loadHalves } from './narrowed.js';
import { CheckedStream } from './point_stream.js';

/** Rows on the device, or passing through it. */
export interface LoadedRows {
  readonly points: DevicePoints;
  /** Ends the pass under way, of rows that are streamed. */
  readonly close: () => void;
}

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
): Promise<LoadedRows> {
  if (source instanceof CheckedStream) {
    const points = await streamPoints(workspace, source, options);
    return { points, close: points.close };
  }
  const points =
    options.storage === 'float16'
      ? await loadHalves(workspace, source, options)
      : ((await loadBytes(workspace, source, options)) ??
        (await loadPoints(workspace, source, options)));
  return { points, close: () => undefined };
}
