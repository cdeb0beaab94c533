/** What mixtures make of each row, left on the device. */
import { layingOut } from '../../rows/laid_out.js';
import {
  deviceResult,
  joinedValues,
  type Kept,
  notOnCpu,
  uploadedResult,
} from '../device_result.js';
import type { Op } from '../op.js';
import { densities, label, ofRows, responsibilities } from './expectation.js';
import { placed } from './places.js';
import type { Scorer } from './scorer.js';

type OfRows = [scorer: Scorer, usage: number, signal: AbortSignal | undefined];
/** What the host found, where the rows were too narrow for the device, is brought there. */
type Found = Kept | Float32Array | Uint32Array;

const ofKept = {
  asked: (d: number, scorer: Scorer) => ofRows.asked(d, scorer, undefined),
  into: (
    ...[framed, scorer, usage, signal]: [Parameters<typeof ofRows.into>[0], ...OfRows]
  ): OfRows => [ofRows.into(framed, scorer, signal)[0], usage, signal],
};

/** f32, [n]: as `densities`. */
export const densitiesOnDevice = kept({
  device: async (rows, scorer, usage, signal) => {
    const { logSums } = await label(rows, scorer, signal);
    return joinedValues(rows, 'log densities', logSums, usage);
  },
  twin: async () => {
    const twin = await densities.twin();
    return async (rows, scorer, _, signal) => (await twin(rows, scorer, signal)).logDensities;
  },
});

/** u32, [n]: as `densities`. */
export const componentsOnDevice = kept({
  device: async (rows, scorer, usage, signal) => {
    const { labels } = await label(rows, scorer, signal);
    return joinedValues(rows, 'labels', labels, usage);
  },
  twin: async () => {
    const twin = await densities.twin();
    return async (rows, scorer, _, signal) => (await twin(rows, scorer, signal)).labels;
  },
});

/** f32, n x k: as `responsibilities`. */
export const responsibilitiesOnDevice = kept({
  device: async (rows, scorer, usage, signal) => {
    const { workspace } = rows;
    const { k } = scorer;
    const layOut = await layingOut(workspace, 'float32');
    let block: GPUBuffer | undefined;
    const made = await deviceResult(rows, 'responsibilities', k, usage, async (all) => {
      await label(rows, scorer, signal, async (batch, byCluster) => {
        const { rows: count } = batch;
        block ??= (await workspace.allocate({ block: byCluster.size })).block;
        const target = block;
        workspace.run('lay out', (recording) => {
          layOut(recording, byCluster, target, {
            ...{ rows: count, columns: k, first: 0, rowStep: 1, columnStep: count, factor: 1 },
          });
          const start = batch.chunk.start + batch.first;
          recording.copy(target, 0, all, 4 * k * start, 4 * k * count);
        });
      });
    });
    if (block) workspace.release(block);
    return made;
  },
  twin: async () => {
    const twin = await responsibilities.twin();
    return async (rows, scorer, _, signal) => (await twin(rows, scorer, signal)).data;
  },
});

/** The op where float32 loses no digits of it, with its result on the device wherever that is. */
function kept(op: Op<OfRows, Found>): Op<OfRows, Kept> {
  const where = placed<OfRows, Found>({ ...op, ...ofKept });
  return {
    device: async (rows, scorer, usage, signal) => {
      const found = await where.device(rows, scorer, usage, signal);
      if ('buffer' in found && 'device' in found) return found;
      return uploadedResult(rows, found, usage);
    },
    twin: () => Promise.resolve(notOnCpu),
  };
}
