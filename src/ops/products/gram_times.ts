/** X^T (X V) on the device, for directions V that are few beside the columns of X. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import crossProductsKernel from '../../../shaders/products/cross_products.wgsl';
import { blockStep, mapRows, releaseMap, uploadMap } from './affine.js';
import { PARTIAL_BYTES, RUN } from './gram.js';
import { groups, packedBytes } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import { partsOf, powerOfTwo, rowsAtOnce } from './row_parts.js';
import { sumBatches } from './sum_batches.js';

/** vec4s of one block of 8 x 8 products. */
const ENTRY = Number(crossProductsKernel.constants.ENTRY);
/** Blocks of rows whose sums are on their way back: the device never waits for the host. */
const IN_FLIGHT = 4;

/** Adds the products of the device, block by block, to `sums` ([count] of [d]). */
export function addCrossProducts(
  sums: readonly Float64Array[],
  products: Float32Array,
  d: number,
): void {
  const across = ceilDiv(sums.length, 8);
  for (let j = 0; j < d; j++) {
    const row = Math.floor(j / 8) * across;
    sums.forEach((sum, t) => {
      const entry = (row + Math.floor(t / 8)) * 4 * ENTRY;
      const quad = 2 * (Math.floor(j / 4) % 2) + (Math.floor(t / 4) % 2);
      sum[j] += products[entry + 4 * (4 * quad + (j % 4)) + (t % 4)];
    });
  }
}

/**
 * X^T (X v) of the loaded rows for each direction v, [d] each: float32 over the rows of a run and over
 * the runs of a batch of rows, float64 over the batches.
 */
export async function gramTimes(
  workspace: Workspace,
  points: DevicePoints,
  directions: readonly Float64Array[],
  signal?: AbortSignal,
): Promise<readonly Float64Array[]> {
  const {
    quads,
    shape: [n, d],
  } = points;
  const { runtime } = workspace;
  const count = directions.length;
  const crossProducts = await runtime.kernel(crossProductsKernel);
  const matrix = new Float64Array(count * d);
  directions.forEach((direction, t) => {
    matrix.set(direction, t * d);
  });
  const offset = new Float64Array(count);
  const map = await uploadMap(workspace, { matrix, offset, inputs: d, outputs: count });
  const blocks = ceilDiv(quads, 2) * (map.padded / 8);
  const entries = ENTRY * blocks;
  const step = blockStep(4 * map.padded, 2 * d * map.padded);
  const runs = ceilDiv(Math.min(n, step), RUN);
  const lanes = powerOfTwo(Math.min(PARTIAL_BYTES / (16 * entries), runs));
  const atOnce = rowsAtOnce(runtime, map.padded / 4, step, lanes);
  const { images } = await workspace.allocate({
    images: packedBytes(Math.min(n, atOnce), map.padded / 4),
  });
  const sums = directions.map(() => new Float64Array(d));
  try {
    await sumBatches(
      workspace,
      { label: 'cross products', rows: n, step, entries, lanes, inFlight: IN_FLIGHT },
      async (batch, { partial }) => {
        workspace.run('cross products', (recording) => recording.clear(partial));
        for await (const { points: buffer, first, rows } of partsOf(points, batch, atOnce)) {
          await mapRows(workspace, map, { buffer, first, rows }, images, true);
          const shape = { first, rows, quads, image_quads: map.padded / 4, lanes };
          workspace.run('cross products', (recording) => {
            recording.dispatch(
              crossProducts,
              { shape, points: buffer, images, partial },
              groups(crossProducts, lanes * blocks),
            );
          });
        }
        return lanes;
      },
      (batch) => {
        addCrossProducts(sums, batch, d);
      },
      signal,
    );
  } finally {
    releaseMap(workspace, map);
    workspace.release(images);
  }
  return sums;
}
