/** A map whose units all move at once, to means of all rows, on either engine. */
import { type DeviceRuns, iterateOnDevice } from '../../../host/device_loop.js';
import { ceilDiv, splitRows } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import batchMapKernel from '../../../shaders/maps/batch_map.wgsl';
import endEpochKernel from '../../../shaders/maps/end_epoch.wgsl';
import type { Neighbourhood, UnitGrid } from '../../math/unit_grid.js';
import { assignBy, type Assignment } from '../clustering/assign.js';
import type { Clustering } from '../clustering/clustering.js';
import { withRestarts } from '../clustering/restarts.js';
import type { Status } from '../clustering/status.js';
import type { DeviceRows, Op } from '../op.js';
import { scaled, unscaled } from '../units.js';
import { gridConstants, gridShape, placesOf } from './unit_grid.js';

export interface BatchMap {
  readonly grid: UnitGrid;
  readonly neighbourhood: Neighbourhood;
  readonly epochs: number;
  /** Of an epoch from 0 on; asked for in ascending order. */
  readonly radius: (epoch: number) => number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Told each epoch, from 0 on: the sum of the rows' squared distances to their units before its step, and
   * what reads the weights after it, units x d, centred: to be called before it returns.
   */
  readonly onEpoch?:
    ((epoch: number, inertia: number, weights: () => Promise<Float32Array>) => void) | undefined;
}

export interface BatchMapResult {
  /** units x d, centred. */
  readonly weights: Float32Array;
  /** The sum of squared distances in each epoch, before its step, [epochs]. */
  readonly history: Float64Array;
  /** Of the rows to the units, after the last. */
  readonly assignment: Assignment;
}

const EPOCHS = Number(batchMapKernel.constants.EPOCHS);
/** Units of a workgroup. */
const UNITS = Number(batchMapKernel.constants.UNITS);
/** Multiply-adds that two units take for a column, about. */
const PAIR_WORK = 3;

/** All epochs from `start` (units x d, centred), then the rows' units. */
export const batchMap: Op<[start: Float32Array, map: BatchMap], BatchMapResult> = {
  device: (rows, start, map) => {
    const { workspace, points } = rows;
    const { scale } = points;
    const { grid, epochs, signal, onEpoch } = map;
    return withRestarts(rows, grid.units, [scaled(start, scale)], epochs, async (restarts) => {
      const [clustering] = restarts.clusterings;
      const weights = async () => unscaled(await clustering.readCentroids(0), scale);
      const steps = await stepping(rows, clustering, map);
      const runs: DeviceRuns<Status> = {
        count: 1,
        // Then an epoch waits for who is told of the one before, and the weights are that one's.
        streamed: restarts.streamed || onEpoch !== undefined,
        work: restarts.work,
        record: () => {
          const recording = workspace.record('epoch');
          clustering.recordSums(recording);
          steps.record(recording);
          return Promise.resolve([recording, recording]);
        },
        submit: (turns) => {
          steps.expect(turns.length);
          return restarts.submit(turns);
        },
        readStatus: () => restarts.readStatus(),
      };
      const [{ history }] = await iterateOnDevice(workspace.runtime.pace, runs, {
        maxIter: epochs,
        signal,
        onIteration: (epoch, inertia) => onEpoch?.(epoch - 1, inertia / scale ** 2, weights),
      });
      return {
        weights: await weights(),
        history: unscaled(history, scale ** 2),
        assignment: await assignBy(rows, grid.units, clustering.after(0), signal),
      };
    });
  },
  twin: async () => (await import('./batch_map.twin.js')).batchMap,
};

/** What moves the units once their rows are summed. */
async function stepping(
  { workspace, points: { quads, shape } }: DeviceRows,
  { stepping: { references, totals, centroids, half_norms, state, history } }: Clustering,
  { grid, neighbourhood, radius }: BatchMap,
) {
  const { runtime } = workspace;
  const { units } = grid;
  const { lanes: LANES } = runtime;
  const [batchMap, endEpoch] = [
    await runtime.kernel(batchMapKernel, {
      ...gridConstants(neighbourhood),
      ...(LANES > 0 && { SUBGROUPS: true, LANES, WORKGROUP: UNITS }),
    }),
    await runtime.kernel(endEpochKernel),
  ];
  const { places, radii } = await workspace.allocate({ places: 8 * units, radii: 4 * EPOCHS });
  workspace.upload(places, placesOf(grid));
  let expected = 0;
  return {
    record(recording: Recording): void {
      const most = runtime.pace.rows(PAIR_WORK * units * shape[1], UNITS);
      for (const { start, rows } of splitRows(units, most, UNITS)) {
        recording.dispatch(
          batchMap,
          {
            shape: { first: start, units, quads, ...gridShape(grid) },
            ...{ places, radii, state, totals, references, weights: centroids, half_norms },
          },
          ceilDiv(rows, UNITS),
        );
      }
      recording.dispatch(
        endEpoch,
        { shape: { entries: units * quads }, totals, state, history },
        1,
      );
    },
    /** Before so many more epochs are sent. */
    expect(epochs: number): void {
      for (let sent = 0; sent < epochs; sent++, expected++) {
        const slot = 4 * (expected % EPOCHS);
        workspace.upload(radii, Float32Array.of(radius(expected)), slot);
      }
    },
  };
}
