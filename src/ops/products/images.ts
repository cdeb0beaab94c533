/** What affine maps make of the rows. */
import rowResidualsKernel from '../../../shaders/products/row_residuals.wgsl';
import { groups, mostRows, packedBytes } from '../../rows/device_points.js';
import { readAll } from '../../rows/read_rows.js';
import { deviceResult, type Kept, notOnCpu } from '../device_result.js';
import type { DeviceRows, Op } from '../op.js';
import { unscaled } from '../units.js';
import {
  type DeviceMap,
  mapRows,
  type PackedRows,
  releaseMap,
  rowBlocks,
  uploadMap,
} from './affine.js';
import { type AffineMap, mapOfHeld } from './affine_map.js';

/** The rows themselves, n x d. */
export const rowsBack: Op<[], Float32Array> = {
  device: async ({ workspace, points }) => unscaled(await readAll(workspace, points), points.scale),
  twin: async () => (await import('./images.twin.js')).rowsBack,
};

/** Every row after the maps, one after the other; n x outputs. */
export const imagesOf: Op<
  [maps: readonly AffineMap[], signal: AbortSignal | undefined],
  Float32Array
> = {
  device: async (rows, maps, signal) => {
    const { outputs } = maps[maps.length - 1];
    const images = new Float32Array(rows.points.shape[0] * outputs);
    await mapBlocks(
      rows,
      outOfHeld(rows, maps),
      false,
      signal,
      async ({ buffer, rows: count }, start) => {
        const block = await rows.workspace.read(buffer, 0, 4 * outputs * count);
        images.set(new Float32Array(block), start * outputs);
      },
    );
    return images;
  },
  twin: async () => (await import('./images.twin.js')).imagesOf,
};

/** As `imagesOf`, in a buffer on the device, which is the caller's to destroy. */
export const imagesOnDevice: Op<
  [maps: readonly AffineMap[], usage: number, signal: AbortSignal | undefined],
  Kept
> = {
  device: (rows, maps, usage, signal) => {
    const { outputs } = maps[maps.length - 1];
    const { workspace } = rows;
    return deviceResult(rows, 'images', outputs, usage, (target) =>
      mapBlocks(rows, outOfHeld(rows, maps), false, signal, ({ buffer, rows: count }, start) => {
        workspace.run('images', (recording) => {
          recording.copy(buffer, 0, target, 4 * outputs * start, 4 * outputs * count);
        });
        return Promise.resolve();
      }),
    );
  },
  twin: () => Promise.resolve(notOnCpu),
};

/** The squared distance of each row to what the maps make of it, [n]. */
export const residualsOf: Op<
  [maps: readonly AffineMap[], signal: AbortSignal | undefined],
  Float64Array
> = {
  device: async (rows, maps, signal) => {
    const { workspace, points } = rows;
    const { quads, scale } = points;
    const kernel = await workspace.runtime.kernel(rowResidualsKernel);
    const result = new Float64Array(points.shape[0]);
    const held = maps.map((map) => mapOfHeld(map, scale));
    await mapBlocks(rows, held, true, signal, async (images, start, source) => {
      const { buffer, first, rows: count } = source;
      const { residuals } = await workspace.allocate({ residuals: 4 * count });
      workspace.run('residuals', (recording) => {
        recording.dispatch(
          kernel,
          {
            shape: { first, rows: count, quads, image_quads: images.quads },
            points: buffer,
            images: images.buffer,
            residuals,
          },
          groups(kernel, count),
        );
      });
      result.set(new Float32Array(await workspace.read(residuals, 0, 4 * count)), start);
      workspace.release(residuals);
    });
    return unscaled(result, scale ** 2);
  },
  twin: async () => (await import('./images.twin.js')).residualsOf,
};

/** Maps from rows as they are held to the caller's units; what lies between is held as the rows are. */
function outOfHeld(
  { points: { scale } }: DeviceRows,
  maps: readonly AffineMap[],
): readonly AffineMap[] {
  const last = maps[maps.length - 1];
  return [
    ...maps.slice(0, -1).map((map) => mapOfHeld(map, scale)),
    { ...last, matrix: unscaled(last.matrix, scale) },
  ];
}

/** Images of rows, packed in rows of so many vec4s. */
interface Images extends PackedRows {
  readonly quads: number;
}

/** Takes the images of rows [start, start + rows) of all, in order. */
type Consumer = (images: Images, start: number, source: PackedRows) => Promise<void>;

/** Puts every row through the maps, a block of rows at a time; the last images packed or row-major. */
async function mapBlocks(
  { workspace, points }: DeviceRows,
  maps: readonly AffineMap[],
  packed: boolean,
  signal: AbortSignal | undefined,
  consume: Consumer,
): Promise<void> {
  const { ranges } = points;
  const uploaded: DeviceMap[] = [];
  let { quads } = points;
  for (const map of maps) {
    const made = await uploadMap(workspace, map, quads);
    uploaded.push(made);
    quads = made.padded / 4;
  }
  const widest = Math.max(...uploaded.map(({ padded }) => padded));
  const work = uploaded.reduce((sum, { inputs, padded }) => sum + inputs * padded, 0);
  const most = mostRows(workspace.runtime, widest / 4);
  const blocksOf = (rows: number) => rowBlocks(rows, 4 * widest, work, most);
  const largest = Math.max(...ranges.flatMap(({ rows }) => blocksOf(rows).map((b) => b.rows)));
  const images: GPUBuffer[] = [];
  for (const { padded } of uploaded) {
    images.push((await workspace.allocate({ images: packedBytes(largest, padded / 4) })).images);
  }
  for await (const { chunk } of points.visit()) {
    for (const { start, rows } of blocksOf(chunk.rows)) {
      signal?.throwIfAborted();
      const source = { buffer: chunk.points, first: start, rows };
      let current: Images = { ...source, quads: points.quads };
      for (const [i, map] of uploaded.entries()) {
        await mapRows(workspace, map, current, images[i], packed || i < uploaded.length - 1);
        current = { buffer: images[i], first: 0, rows, quads: map.padded / 4 };
      }
      await consume(current, chunk.start + start, source);
    }
  }
  for (const map of uploaded) releaseMap(workspace, map);
  workspace.release(...images);
}
