/** Labels that stay on the device. */
import { joinedValues, type Kept, notOnCpu } from '../device_result.js';
import type { DeviceRows, Op } from '../op.js';
import { scaled } from '../units.js';
import type { Labelling, withLabellings } from './labelling.js';

/** What a labelling made of the rows, in one buffer. */
export const keptLabels = (rows: DeviceRows, { labels }: Labelling, usage: number): Promise<Kept> =>
  joinedValues(rows, 'labels', labels, usage);

/**
 * As `assign`, the labels alone: u32, [n].
 *
 * @param labelled `withLabellings`: imported here, it would leave the chunk that a page loads first
 */
export const labelsOnDevice = (
  labelled: typeof withLabellings,
): Op<
  [centroids: Float32Array, k: number, usage: number, signal: AbortSignal | undefined],
  Kept
> => ({
  device: (rows, centroids, k, usage, signal) =>
    labelled(rows, k, [scaled(centroids, rows.points.scale)], 1, async ([labelling]) => {
      await rows.workspace.runInParts('assign', (recording) => {
        rows.points.pass(recording, (chunk, c) => {
          labelling.recordAssign(recording, chunk, c);
        });
      });
      signal?.throwIfAborted();
      return keptLabels(rows, labelling, usage);
    }),
  twin: () => Promise.resolve(notOnCpu),
});
