/** A map that takes in rows one after the other, on either engine. */
import { Workspace } from '../../../host/workspace.js';
import onlineMapKernel from '../../../shaders/maps/online_map.wgsl';
import type { Neighbourhood, UnitGrid } from '../../math/unit_grid.js';
import { padColumns } from '../../rows/device_points.js';
import type { Op } from '../op.js';
import { gridConstants, gridShape, placesOf } from './unit_grid.js';

/** Takes rows in, and tells what became of the map. Weights and rows are in one unit, less one shift. */
export interface OnlineMap {
  /** Multiply-adds that a row takes, about. */
  readonly work: number;
  /**
   * Takes `x` (count x d) in, row after row.
   *
   * @param steps radius and rate of each, [count][2]
   * @returns the squared distance of each row to the unit that won it, before its step, [count]
   */
  take(x: Float32Array, steps: Float32Array): Promise<ArrayLike<number>>;
  /** units x d. */
  read(): Promise<Float32Array>;
  dispose(): void;
}

/**
 * A map of such rows, that begins at `start` (units x d): on a device the weights stay there between calls.
 * It lives until `dispose`.
 */
export const openOnlineMap: Op<
  [
    grid: UnitGrid,
    neighbourhood: Neighbourhood,
    start: Float32Array,
    signal?: AbortSignal | undefined,
  ],
  OnlineMap
> = {
  device: async ({ workspace: { runtime }, points }, grid, neighbourhood, start, signal) => {
    const [, d] = points.shape;
    const { units } = grid;
    const workspace = new Workspace(runtime, 'online map', signal);
    try {
      const kernel = await runtime.kernel(onlineMapKernel, gridConstants(neighbourhood));
      const quads = Math.ceil(d / 4);
      const { weights, places, squared } = await workspace.allocate({
        weights: 16 * quads * units,
        places: 8 * units,
        squared: 4 * units,
      });
      workspace.upload(weights, turned(padColumns(start, units, d), units, quads));
      workspace.upload(places, placesOf(grid));
      return {
        work: units * d,
        async take(x, steps) {
          const count = steps.length / 2;
          const made = await workspace.allocate({
            rows: 16 * quads * count,
            steps: 8 * count,
            costs: 4 * count,
          });
          workspace.upload(made.rows, padColumns(x, count, d));
          workspace.upload(made.steps, steps);
          const shape = { count, quads, units, ...gridShape(grid) };
          workspace.run('rows', (recording) => {
            recording.dispatch(kernel, { shape, places, weights, squared, ...made }, 1);
          });
          const costs = new Float32Array(await workspace.read(made.costs, 0, 4 * count));
          workspace.release(...Object.values(made));
          return costs;
        },
        async read() {
          const padded = turned(
            new Float32Array(await workspace.read(weights, 0, 16 * quads * units)),
            quads,
            units,
          );
          return Float32Array.from({ length: units * d }, (_, at) => {
            return padded[Math.floor(at / d) * 4 * quads + (at % d)];
          });
        },
        dispose: () => {
          workspace.dispose();
        },
      };
    } catch (error) {
      workspace.dispose();
      throw error;
    }
  },
  twin: async () => (await import('./online_map.twin.js')).openOnlineMap,
};

/** vec4s [a][b] as [b][a]. */
function turned(values: Float32Array, a: number, b: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      const from = 4 * (i * b + j);
      result.set(values.subarray(from, from + 4), 4 * (j * a + i));
    }
  }
  return result;
}
