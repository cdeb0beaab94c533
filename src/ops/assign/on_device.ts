/** Each row's nearest centroid, and its distances to all, left on the device. */
import { layingOut } from '../../rows/laid_out.js';
import { type Labelling, withLabellings } from '../clustering/labelling.js';
import {
  deviceResult,
  joinedValues,
  type Kept,
  notOnCpu,
  uploadedResult,
} from '../device_result.js';
import type { DeviceRows, Op } from '../op.js';
import { scaled } from '../units.js';
import { BLOCK_BYTES, eachPairwise } from './distances.js';

type OfCentroids = [
  centroids: Float32Array,
  k: number,
  usage: number,
  signal: AbortSignal | undefined,
];

/** As `assign`, the labels alone: u32, [n]. */
export const labelsOnDevice: Op<OfCentroids, Kept> = {
  device: (rows, centroids, k, usage, signal) =>
    withLabellings(rows, k, [scaled(centroids, rows.points.scale)], 1, async ([labelling]) => {
      await rows.workspace.runInParts('assign', (recording) => {
        rows.points.pass(recording, (chunk, c) => {
          labelling.recordAssign(recording, chunk, c);
        });
      });
      signal?.throwIfAborted();
      return keptLabels(rows, labelling, usage);
    }),
  twin: () => Promise.resolve(notOnCpu),
};

/** What a labelling made of the rows, in one buffer. */
export const keptLabels = (rows: DeviceRows, { labels }: Labelling, usage: number) =>
  joinedValues(rows, 'labels', labels, usage);

/** As `distances`: f32, n x k. */
export const distancesOnDevice: Op<OfCentroids, Kept> = {
  device: async (rows, centroids, k, usage, signal) => {
    const { workspace, points, metric } = rows;
    const { scale, shape } = points;
    const isCosine = metric === 'cosine';
    const layOut = await layingOut(workspace, 'float32', !isCosine);
    const factor = isCosine ? 1 / 2 / scale ** 2 : 1 / scale;
    const { block } = await workspace.allocate({
      block: Math.min(4 * k * shape[0], blockBytes(k)),
    });
    const kept = await deviceResult(rows, 'distances', k, usage, (all) =>
      eachPairwise(rows, false, scaled(centroids, scale), k, signal, (squared, start, count) => {
        workspace.run('roots', (recording) => {
          layOut(recording, squared, block, {
            ...{ rows: count, columns: k, first: 0, rowStep: k, columnStep: 1, factor },
          });
          recording.copy(block, 0, all, 4 * k * start, 4 * k * count);
        });
        return Promise.resolve();
      }),
    );
    workspace.release(block);
    return kept;
  },
  twin: () => Promise.resolve(notOnCpu),
};

/** Numbers of the host, in a buffer of the caller's. */
export const uploadedRows: Op<[data: Float32Array, usage: number], Kept> = {
  device: (rows, data, usage) => uploadedResult(rows, data, usage),
  twin: () => Promise.resolve(notOnCpu),
};

const blockBytes = (k: number) => Math.max(BLOCK_BYTES, 4 * k);
