/** The nearest rows of other components by mutual reachability: a step of Borůvka's algorithm. */
import { ceilDiv, roundUp } from '../../../host/plan.js';
import nearestOtherKernel from '../../../shaders/neighbours/nearest_other.wgsl';
import { paced } from '../../rows/device_points.js';
import { packedCopy } from '../../rows/packed_copy.js';
import type { DeviceRows, Op } from '../op.js';
import { paceKeeper } from '../pace_keeper.js';
import { LEAST_SLICE, NO_ROW, PAIR_WORK, queriesAtOnce, WORKGROUPS } from './nearest_lists.js';

const TILE = Number(nearestOtherKernel.constants.TILE);
const TILE_QUERIES =
  Number(nearestOtherKernel.constants.ROWS) * Number(nearestOtherKernel.constants.WORKGROUP);
/** Results of each query at most. */
const MOST_SLICES = 64;

export interface NearestOtherOptions {
  /** The rows that ask. */
  readonly queries: Uint32Array;
  /** How far each row's own neighbourhood reaches, [n]. */
  readonly core: Float64Array;
  /** [n] */
  readonly components: Uint32Array;
  readonly signal: AbortSignal | undefined;
}

/**
 * Of each query the row of another component with the least max(|x_i - x_j|, core_i, core_j), ties to the
 * lowest; there must be one.
 */
export const nearestOther: Op<[options: NearestOtherOptions], Uint32Array> = {
  device: onDevice,
  twin: async () => (await import('./nearest_other.twin.js')).nearestOther,
};

async function onDevice(
  { workspace, points }: DeviceRows,
  { queries, core, components, signal }: NearestOtherOptions,
): Promise<Uint32Array> {
  const { runtime } = workspace;
  const { quads, scale, shape } = points;
  const [n, d] = shape;
  const kernel = await points.kernel(nearestOtherKernel);
  const squares = new Uint32Array(
    Float32Array.from(core, (distance) => (distance * scale) ** 2).buffer,
  );
  const about = (rows: ArrayLike<number>) => {
    const pairs = new Uint32Array(2 * rows.length);
    for (let i = 0; i < rows.length; i++) pairs.set([squares[rows[i]], components[rows[i]]], 2 * i);
    return pairs;
  };
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  const { others } = await workspace.allocate({ others: 8 * n });
  workspace.upload(others, about(all));
  const finish = paceKeeper(runtime);
  const most = queriesAtOnce(runtime, quads, MOST_SLICES);
  const nearest = new Uint32Array(queries.length);
  for (let from = 0; from < queries.length; from += most) {
    signal?.throwIfAborted();
    const rows = queries.subarray(from, from + most);
    const count = rows.length;
    const stride = roundUp(count, TILE_QUERIES);
    const x = await packedCopy(workspace, points, rows);
    const made = await workspace.allocate({ own: 8 * stride, found: 8 * stride * MOST_SLICES });
    workspace.upload(made.own, about(rows));
    const none = new Uint32Array(2 * stride * MOST_SLICES);
    for (let at = 0; at < none.length; at += 2) none.set(NO_ROW, at);
    workspace.upload(made.found, none);
    const rowWork = PAIR_WORK * 4 * quads;
    for await (const { chunk } of points.visit()) {
      workspace.run('nearest others', (recording) => {
        for (const part of paced(runtime, { ...chunk, start: 0 }, rowWork * TILE_QUERIES, TILE)) {
          const whole = { start: 0, rows: count };
          for (const own of paced(runtime, whole, rowWork * part.rows, TILE_QUERIES)) {
            const tiles = ceilDiv(own.rows, TILE_QUERIES);
            const wanted = Math.min(MOST_SLICES, ceilDiv(WORKGROUPS, tiles));
            const slice = roundUp(Math.max(LEAST_SLICE, ceilDiv(part.rows, wanted)), TILE);
            const shape = {
              ...{ first: own.start, count: own.rows, quads, stride, slice },
              ...{ start: part.start, end: part.start + part.rows, offset: chunk.start },
            };
            const bindings = { shape, queries: x, points: chunk.points, others, ...made };
            recording.dispatch(kernel, bindings, tiles * ceilDiv(part.rows, slice));
          }
        }
      });
    }
    const found = new Uint32Array(await workspace.read(made.found, 0, none.byteLength));
    finish(PAIR_WORK * d * n * count);
    for (let i = 0; i < count; i++) {
      let best = 2 * i;
      for (let s = 1; s < MOST_SLICES; s++) {
        const at = 2 * (s * stride + i);
        const isNearer =
          found[at] < found[best] || (found[at] === found[best] && found[at + 1] < found[best + 1]);
        if (isNearer) best = at;
      }
      nearest[from + i] = found[best + 1];
    }
    workspace.release(x, made.own, made.found);
  }
  workspace.release(others);
  return nearest;
}
