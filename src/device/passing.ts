/** Rows that come by in float32, chunk after chunk: what is found out on the way, and made of them. */
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import largestKernel from '../../shaders/largest.wgsl';
import narrowKernel from '../../shaders/narrow.wgsl';
import { float16Scale, float16Shift, largestOf } from '../reference/float16.js';
import {
  type Chunk,
  centring,
  columnSums,
  groups,
  meansOfColumns,
  normalizing,
  packedBytes,
  type PackedRows,
  type PointsOptions,
  type Preparation,
} from './points.js';
import { QUAD_BYTES } from './storage.js';

/** Rows of which each chunk is on the device only once it is brought. */
export interface PassingRows extends PackedRows {
  readonly storage: 'float32';
  readonly chunks: readonly (Chunk & { readonly bring: () => Promise<void> })[];
  /** Sets what is done to every chunk from now on, once its rows are packed. */
  readonly prepareWith: (preparation: Preparation) => void;
}

/** What rows are less of, and the power of two that they are to be multiplied by. */
export interface Preparations {
  readonly shift: Float64Array;
  readonly scale: number;
}

/**
 * Has rows centred ('cosine': normalised) whenever they come by, and finds a scale for float16.
 *
 * @param subtracted what the caller's rows are less of already, where they are
 */
export async function prepare(
  workspace: Workspace,
  rows: PassingRows,
  subtracted: Float64Array | undefined,
  options: PointsOptions,
): Promise<Preparations> {
  const [n, d] = rows.shape;
  const { metric, storage } = options;
  if (metric === 'cosine') {
    const { normalize, refuseZeros } = await normalizing(workspace, rows);
    rows.prepareWith(normalize);
    await bringAll(rows);
    await refuseZeros();
    // Of length 1, they fit as they are; centroids have length 1, too.
    return { shift: new Float64Array(d), scale: 1 };
  }
  const known = subtracted ?? options.shift;
  const measuring = storage === 'float16' ? await measureLargest(workspace, rows) : undefined;
  if (measuring) rows.prepareWith(measuring.measure);
  let shift = known ?? meansOfColumns(await columnSums(workspace, rows), n);
  let scale = 1;
  if (measuring) {
    if (known) await bringAll(rows);
    const largest = (await measuring.read()) + (subtracted ? 0 : largestOf(shift));
    scale = Math.min(options.scale ?? Number.POSITIVE_INFINITY, float16Scale(largest));
    if (!known) shift = float16Shift(shift, scale);
  }
  if (!subtracted) rows.prepareWith(await centring(workspace, rows, shift));
  return { shift, scale };
}

async function bringAll({ chunks }: PassingRows): Promise<void> {
  for (const { bring } of chunks) await bring();
}

/** Finds the largest magnitude of what comes by. */
async function measureLargest(
  workspace: Workspace,
  { quads }: PackedRows,
): Promise<{ readonly measure: Preparation; readonly read: () => Promise<number> }> {
  const kernel = await workspace.runtime.kernel(largestKernel);
  const { largest } = await workspace.allocate({ largest: 4 });
  workspace.upload(largest, new Uint32Array(1));
  return {
    measure: (recording, { points, rows }) => {
      recording.dispatch(kernel, { shape: { rows, quads }, points, largest }, groups(kernel, rows));
    },
    read: async () => {
      const [value] = new Float32Array(await workspace.read(largest, 0, 4));
      workspace.release(largest);
      return value;
    },
  };
}

/** Rounds a chunk's rows to float16, into `halves` from row `to` on: a whole block of the layout. */
export type Narrowing = (recording: Recording, chunk: Chunk, halves: GPUBuffer, to: number) => void;

export async function narrowing(
  workspace: Workspace,
  quads: number,
  scale: number,
): Promise<Narrowing> {
  const kernel = await workspace.runtime.kernel(narrowKernel);
  return (recording, { points, rows }, halves, to) => {
    const count = packedBytes(rows, quads) / QUAD_BYTES.float32;
    recording.dispatch(
      kernel,
      { shape: { count, start: to * quads, scale }, wide: points, halves },
      groups(kernel, count),
    );
  };
}
