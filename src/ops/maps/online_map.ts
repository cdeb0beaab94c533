/** A map that takes in rows one after the other, on either engine. */
import type { Runtime } from '../../../host/runtime.js';
import { Workspace } from '../../../host/workspace.js';
import onlineMapKernel from '../../../shaders/maps/online_map.wgsl';
import { createPause, rowBlocks } from '../../math/event_loop.js';
import type { Neighbourhood, UnitGrid } from '../../math/unit_grid.js';
import { padColumns } from '../../rows/device_points.js';
import { onlineMap } from './online_map.twin.js';

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

/** What makes an engine's map: where it begins, units x d. */
export type OpenOnlineMap = (
  grid: UnitGrid,
  neighbourhood: Neighbourhood,
  weights: Float32Array,
  d: number,
  signal: AbortSignal | undefined,
) => Promise<OnlineMap>;

const KINDS: Readonly<Record<Neighbourhood, number>> = { gaussian: 0, bubble: 1, mexicanHat: 2 };

/** Multiply-adds that the distance of two units on the grid takes the host, about. */
const GRID_WORK = 16;

/** In float64 on the host. */
export const onlineMapOnHost: OpenOnlineMap = (grid, neighbourhood, start, d, signal) => {
  const weights = Float64Array.from(start);
  const pause = createPause(signal);
  return Promise.resolve({
    work: grid.units * d,
    async take(x, steps) {
      const count = steps.length / 2;
      const costs = new Float64Array(count);
      for (const [from, to] of rowBlocks(count, grid.units * (2 * d + GRID_WORK))) {
        const rows = x.subarray(from * d, to * d);
        const taken = onlineMap(
          ...([grid, neighbourhood, weights, d, rows, steps.subarray(2 * from, 2 * to)] as const),
        );
        weights.set(taken.weights);
        costs.set(taken.costs, from);
        await pause();
      }
      return costs;
    },
    read: () => Promise.resolve(Float32Array.from(weights)),
    dispose: () => undefined,
  });
};

/** The map on `runtime`'s device: the weights stay there between calls. */
export const onlineMapOn =
  (runtime: Runtime): OpenOnlineMap =>
  async (grid, neighbourhood, start, d, signal) => {
    const { units, rowSquare, periods } = grid;
    const workspace = new Workspace(runtime, 'online map', signal);
    try {
      const kernel = await runtime.kernel(onlineMapKernel);
      const quads = Math.ceil(d / 4);
      const { weights, places, squared } = await workspace.allocate({
        weights: 16 * quads * units,
        places: 8 * units,
        squared: 4 * units,
      });
      workspace.upload(weights, turned(padColumns(start, units, d), units, quads));
      workspace.upload(
        places,
        Float32Array.from({ length: 2 * units }, (_, at) =>
          at % 2 === 0 ? grid.right(at / 2) : grid.row((at - 1) / 2),
        ),
      );
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
          const shape = {
            ...{ count, quads, units, row_square: rowSquare },
            ...{ period_right: periods[0], period_rows: periods[1] },
            neighbourhood: KINDS[neighbourhood],
            maximum: Number(grid.distance === 'maximum'),
          };
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
