/** The two nearest centroids of every row, on the device. */
import { splitRows } from '../../../host/plan.js';
import nearestTwoKernel from '../../../shaders/assign/nearest_two.wgsl';
import { groups, padColumns, paced } from '../../rows/device_points.js';
import { assign } from '../clustering/assign.js';
import type { DeviceRows, Op } from '../op.js';
import { scaled } from '../units.js';
import type { NearestTwo } from './nearest_two.twin.js';

/** Rows of which results are made, and read back, at a time. */
const BLOCK_ROWS = 2 ** 20;

/** The two nearest centroids of each row, and the squared distances to them ('cosine': 1 - cos). */
export const nearestTwo: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  NearestTwo
> = {
  device: async (rows, centroids, k, signal) => {
    const { scale } = rows.points;
    const found = await find(rows, scaled(centroids, scale), k, signal);
    // Zeros may be what a silent driver left behind: the counts of labels tell.
    if (found.squared.every((distance) => distance === 0)) {
      await assign.device(rows, centroids, k, signal);
    }
    // In the rows' own units float32 may not hold them.
    const unit = (rows.metric === 'cosine' ? 2 : 1) * scale ** 2;
    const inUnit = (values: Float64Array) =>
      unit === 1 ? values : values.map((value) => value / unit);
    return {
      ...found,
      squared: inUnit(found.squared),
      secondSquared: inUnit(found.secondSquared),
    };
  },
  twin: async () => (await import('./nearest_two.twin.js')).nearestTwoOf,
};

/** @param centroids k x d, in the coordinates and units of the rows */
async function find(
  { workspace, points }: DeviceRows,
  centroids: Float32Array,
  k: number,
  signal: AbortSignal | undefined,
) {
  const { runtime } = workspace;
  const {
    quads,
    shape: [n, d],
  } = points;
  const kernel = await points.kernel(nearestTwoKernel);
  const blockRows = Math.min(n, BLOCK_ROWS);
  const made = await workspace.allocate({
    centroids: 16 * k * quads,
    nearest: 8 * blockRows,
    squared: 8 * blockRows,
  });
  workspace.upload(made.centroids, padColumns(centroids, k, d));
  const nearest = new Uint32Array(n);
  const second = new Uint32Array(n);
  const squared = new Float64Array(n);
  // Of one centroid alone there is none.
  const secondSquared = new Float64Array(n);
  for await (const { chunk } of points.visit()) {
    const { start, rows } = chunk;
    for (const part of paced(runtime, { start: 0, rows }, 3 * k * d, 1)) {
      for (const block of splitRows(part.rows, blockRows, 1)) {
        signal?.throwIfAborted();
        const first = part.start + block.start;
        const count = block.rows;
        const shape = { first, count, quads, clusters: k };
        workspace.run('nearest two', (recording) => {
          recording.dispatch(
            kernel,
            { shape, points: chunk.points, ...made },
            groups(kernel, count),
          );
        });
        const [pairs, distances] = await Promise.all([
          workspace.read(made.nearest, 0, 8 * count),
          workspace.read(made.squared, 0, 8 * count),
        ]);
        const row = start + first;
        const [whose, how] = [new Uint32Array(pairs), new Float32Array(distances)];
        for (let i = 0, to = row; i < count; i++, to++) {
          nearest[to] = whose[2 * i];
          second[to] = whose[2 * i + 1];
          squared[to] = how[2 * i];
          secondSquared[to] = how[2 * i + 1];
        }
      }
    }
  }
  workspace.release(...Object.values(made));
  return {
    nearest,
    second,
    squared,
    secondSquared: k > 1 ? secondSquared : secondSquared.fill(Infinity),
  };
}
