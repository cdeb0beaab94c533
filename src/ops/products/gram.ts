/** Gram products on the device: how much of them to hold at once, and X^T X itself. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import gramKernel from '../../../shaders/products/gram.wgsl';
import { CHUNK_ALIGNMENT, groups, paced } from '../../rows/device_points.js';
import { powerOfTwo, type RowSource } from './row_parts.js';
import { sumBatches } from './sum_batches.js';

/** vec4s of one block of 8 x 8 columns: see shaders/lib/gram_layout.wgsl. */
export const GRAM_ENTRY = Number(gramKernel.constants.ENTRY);
export const GRAM_RESIDUALS = Number(gramKernel.constants.RESIDUALS);
export const GRAM_WEIGHT = Number(gramKernel.constants.WEIGHT);
/** Rows a run adds up in float32, at most. */
const LONGEST_RUN = 1024;
/** Rows of a run where memory allows: enough that adding the runs up costs little. */
export const RUN = 256;
/** The most that the runs' partial sums may take. */
export const PARTIAL_BYTES = 32 * 1024 * 1024;

/** Blocks of 8 x 8 columns on or below the diagonal. */
export function gramBlocks(quads: number): number {
  const side = ceilDiv(quads, 2);
  return (side * (side + 1)) / 2;
}

/** Rows to accumulate at once, and the runs to cut them into. */
export interface RunPlan {
  readonly rows: number;
  /** Runs, each of at most LONGEST_RUN rows. */
  readonly lanes: number;
}

/**
 * How many of `rows` rows to accumulate at once where each run leaves `entries` vec4s of partial
 * sums: `rows` is a multiple of CHUNK_ALIGNMENT unless it is all of them.
 */
export function planRuns(rows: number, entries: number): RunPlan {
  const most = Math.max(1, Math.floor(PARTIAL_BYTES / (16 * entries)));
  const atOnce = Math.min(
    rows,
    Math.max(1, Math.floor((most * LONGEST_RUN) / CHUNK_ALIGNMENT)) * CHUNK_ALIGNMENT,
  );
  return { rows: atOnce, lanes: Math.min(most, ceilDiv(atOnce, RUN)) };
}

/** One cluster's Gram products in full, d x d, added to `sums`. */
export function addGram(sums: Float64Array, products: Float32Array, d: number): void {
  const side = ceilDiv(ceilDiv(d, 4), 2);
  for (let row = 0, entry = 0; row < side; row++) {
    for (let column = 0; column <= row; column++, entry += 4 * GRAM_ENTRY) {
      for (let i = 8 * row; i < Math.min(d, 8 * row + 8); i++) {
        for (let j = 8 * column; j < Math.min(i + 1, 8 * column + 8); j++) {
          const block = 4 * (2 * (Math.floor(i / 4) % 2) + (Math.floor(j / 4) % 2)) + (i % 4);
          const value = products[entry + 4 * block + (j % 4)];
          sums[i * d + j] += value;
          if (i !== j) sums[j * d + i] += value;
        }
      }
    }
  }
}

/** Rows to accumulate at once, each run of which takes every `lanes`-th row. */
export function planBatches(rows: number, entries: number): RunPlan {
  const most = Math.floor(PARTIAL_BYTES / (16 * entries));
  const lanes = powerOfTwo(Math.min(most, ceilDiv(rows, RUN)));
  return { lanes, rows: lanes * (most < CHUNK_ALIGNMENT ? LONGEST_RUN : RUN) };
}

/**
 * X^T X of centred rows, d x d: float32 over runs of at most LONGEST_RUN rows and a tree of up to
 * PARTIAL_BYTES of them, float64 from there on.
 */
export async function gram(
  workspace: Workspace,
  source: RowSource,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const {
    quads,
    shape: [n, d],
  } = source;
  const { runtime } = workspace;
  const products = await runtime.kernel(gramKernel, {
    WEIGHTED: false,
    CENTRED: false,
    CONTINUED: true,
  });
  const blocks = gramBlocks(quads);
  const entries = GRAM_ENTRY * blocks;
  const { lanes, rows: step } = planBatches(n, entries);
  const sums = new Float64Array(d * d);
  await sumBatches(
    workspace,
    { label: 'gram', rows: n, step, entries, lanes, inFlight: 1 },
    async (batch, { partial, state, totals }) => {
      workspace.run('gram', (recording) => recording.clear(partial));
      for await (const { points, first, rows } of source.parts(batch, lanes)) {
        for (const part of paced(runtime, { start: first, rows }, 8 * entries, lanes)) {
          const shape = {
            first: first + part.start,
            rows: part.rows,
            quads,
            ...{ clusters: 1, first_cluster: 0, last_cluster: 1 },
            ...{ lanes, unit_rows: part.rows, unit_lanes: lanes },
            ...{ weight_stride: 0, point_stride: 0 },
          };
          // Neither centres nor weights are read.
          const unread = { centres: totals, weights: totals };
          workspace.run('gram', (recording) => {
            recording.dispatch(
              products,
              { shape, points, ...unread, state, partial },
              groups(products, lanes * blocks),
            );
          });
        }
      }
      return lanes;
    },
    (batch) => {
      addGram(sums, batch, d);
    },
    signal,
  );
  return sums;
}
