/** Online k-means on the device: rows in order, each moving its nearest centroid. */
import { splitRows } from '../../../host/plan.js';
import followRowsKernel from '../../../shaders/online/follow_rows.wgsl';
import { padColumns, unpadColumns } from '../../rows/device_points.js';
import type { DeviceRows, Op } from '../op.js';
import { scaled, unscaled } from '../units.js';
import type { Followed, Following } from './follow_rows.twin.js';

/** Lanes of the one workgroup, and where the centroids have more quads than FEW_QUADS. */
const FEW_LANES = Number(followRowsKernel.constants.WORKGROUP);
const MANY_LANES = 256;
const FEW_QUADS = 8 * FEW_LANES;
/** vec4s of centroids that workgroup memory has room for, beside what the search takes of 16 KiB. */
export const HELD_QUADS = 800;
/** Lanes that share a centroid: so many read 128 bytes on end, and more of them only where they are idle. */
const LEAST_PARTS = 8;
const MOST_PARTS = 32;
/**
 * Multiply-adds of one dispatch, ROW_OVERHEAD of them for what a row waits: some hundred ms on the software
 * drivers; not measured on a GPU.
 */
const DISPATCH_WORK = 2 ** 21;
const ROW_OVERHEAD = 1024;
/** Dispatches before the device is waited for. */
const IN_FLIGHT = 16;

/** Neighbouring lanes that share a centroid's quads: a power of two, at most the quads. */
function partsOf(k: number, quads: number, lanes: number): number {
  const most = Math.min(quads, MOST_PARTS, Math.max(LEAST_PARTS, lanes / k));
  return 2 ** Math.floor(Math.log2(most));
}

/** Has each row in turn move its nearest centroid. */
export const followRows: Op<
  [following: Following, k: number, signal?: AbortSignal | undefined],
  Followed
> = {
  device: async (rows, following, k, signal) => {
    const { scale } = rows.points;
    const centroids = scaled(following.centroids, scale);
    const { winners, ...moved } = await follow(rows, { ...following, centroids }, k, signal);
    return {
      winners,
      centroids: unscaled(moved.centroids, scale),
      costs: unscaled(moved.costs, scale ** 2),
    };
  },
  twin: async () => (await import('./follow_rows.twin.js')).followRowsOf,
};

async function follow(
  { workspace, points }: DeviceRows,
  { centroids: start, counts: before, rates: given, counted }: Following,
  k: number,
  signal: AbortSignal | undefined,
): Promise<Followed> {
  const {
    quads,
    mostRows: most,
    shape: [n, d],
  } = points;
  const lanes = k * quads <= FEW_QUADS ? FEW_LANES : MANY_LANES;
  const held = k * quads <= HELD_QUADS;
  const kernel = await points.kernel(followRowsKernel, {
    WORKGROUP: lanes,
    HELD: held,
    HELD_QUADS: held ? HELD_QUADS : 1,
  });
  const parts = partsOf(k, quads, lanes);
  const made = await workspace.allocate({
    rates: 4 * most,
    centroids: 16 * k * quads,
    counts: 8 * k,
    winners: 4 * most,
    costs: 4 * most,
    carries: 16 * k * quads,
  });
  workspace.upload(made.centroids, padColumns(start, k, d));
  const counts = new Float32Array(2 * k);
  for (let c = 0; c < k; c++) counts[2 * c] = before[c];
  workspace.upload(made.counts, counts);
  workspace.run('no carries', (recording) => {
    recording.clear(made.carries);
  });
  const winners = new Uint32Array(n);
  const costs = new Float64Array(n);
  const step = Math.max(1, Math.floor(DISPATCH_WORK / (4 * quads * (k + 1) + ROW_OVERHEAD)));
  for await (const { chunk } of points.visit()) {
    const { start: first, rows } = chunk;
    workspace.upload(made.rates, given.subarray(first, first + rows));
    for (const [i, part] of splitRows(rows, step, 1).entries()) {
      const range = { first: part.start, count: part.rows };
      const shape = { ...range, quads, clusters: k, parts, counted: counted ? 1 : 0 };
      workspace.run('follow rows', (recording) => {
        recording.dispatch(kernel, { shape, points: chunk.points, ...made }, 1);
      });
      if (i % IN_FLIGHT < IN_FLIGHT - 1) continue;
      await workspace.idle();
      signal?.throwIfAborted();
    }
    const [won, cost] = await Promise.all([
      workspace.read(made.winners, 0, 4 * rows),
      workspace.read(made.costs, 0, 4 * rows),
    ]);
    winners.set(new Uint32Array(won), first);
    costs.set(new Float32Array(cost), first);
  }
  const moved = new Float32Array(await workspace.read(made.centroids, 0, 16 * k * quads));
  workspace.release(...Object.values(made));
  signal?.throwIfAborted();
  return { centroids: unpadColumns(moved, k, d), winners, costs };
}
