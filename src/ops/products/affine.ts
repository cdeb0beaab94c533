/** Affine maps of rows on the device. */
import { ceilDiv, roundUp, type RowRange, splitRows } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import affineKernel from '../../../shaders/products/affine.wgsl';
import type { AffineMap } from './affine_map.js';
import { CHUNK_ALIGNMENT } from '../../rows/device_points.js';

const TILE = Number(affineKernel.constants.TILE);
const ROWS_PER_INVOCATION = 4;
/** Rows of one workgroup. */
const BLOCK_ALIGNMENT = ROWS_PER_INVOCATION * Number(affineKernel.constants.WORKGROUP);
/** Images of about this many bytes are made at a time. */
const BLOCK_BYTES = 16 * 1024 * 1024;
/**
 * Multiply-adds that a dispatch aims at: 40 ms on the slowest device seen. Fixed, not measured: where
 * rows are cut decides how sums round, and the same data must give the same bits.
 */
const BLOCK_WORK = 1e8;

/** Rows [first, first + rows) of packed ones. */
export interface PackedRows {
  readonly buffer: GPUBuffer;
  readonly first: number;
  readonly rows: number;
}

/** An affine map on the device. */
export interface DeviceMap {
  readonly matrix: GPUBuffer;
  readonly offset: GPUBuffer;
  readonly inputs: number;
  /** vec4s of a packed input row: those of the inputs, and what lies after them. */
  readonly quads: number;
  readonly outputs: number;
  /** Columns of its packed images: the outputs, then zeros up to a whole tile. */
  readonly padded: number;
}

/** @param quads vec4s of a packed input row, where it has more than the inputs need */
export async function uploadMap(
  workspace: Workspace,
  map: AffineMap,
  quads = ceilDiv(map.inputs, 4),
): Promise<DeviceMap> {
  const { inputs, outputs } = map;
  const padded = roundUp(outputs, TILE);
  const width = 4 * quads;
  const buffers = await workspace.allocate({ matrix: 4 * padded * width, offset: 4 * padded });
  const matrix = new Float32Array(padded * width);
  for (let m = 0; m < outputs; m++) {
    matrix.set(map.matrix.subarray(m * inputs, (m + 1) * inputs), m * width);
  }
  const offset = new Float32Array(padded);
  offset.set(map.offset);
  workspace.upload(buffers.matrix, matrix);
  workspace.upload(buffers.offset, offset);
  return { ...buffers, inputs, quads, outputs, padded };
}

export function releaseMap(workspace: Workspace, { matrix, offset }: DeviceMap): void {
  workspace.release(matrix, offset);
}

/**
 * Rows to work on at a time, where a row takes `bytes` in the largest buffer and `work` multiply-adds:
 * a multiple of BLOCK_ALIGNMENT, above CHUNK_ALIGNMENT of that.
 */
export function blockStep(bytes: number, work: number): number {
  const most = Math.min(BLOCK_BYTES / bytes, BLOCK_WORK / work);
  const align = most < CHUNK_ALIGNMENT ? BLOCK_ALIGNMENT : CHUNK_ALIGNMENT;
  return Math.max(1, Math.floor(most / align)) * align;
}

/** Parts of `rows` rows to work on at a time: see `blockStep`. */
export function rowBlocks(rows: number, bytes: number, work: number): readonly RowRange[] {
  return splitRows(rows, blockStep(bytes, work), BLOCK_ALIGNMENT);
}

/** Writes the images of `rows` into `images`: packed, or row-major. */
export async function mapRows(
  workspace: Workspace,
  { matrix, offset, quads, outputs, padded }: DeviceMap,
  { buffer, first, rows }: PackedRows,
  images: GPUBuffer,
  packed: boolean,
): Promise<void> {
  const kernel = await workspace.runtime.kernel(affineKernel, { PACKED: packed });
  const shape = {
    first,
    rows,
    quads,
    outputs: packed ? padded : outputs,
  };
  workspace.run('affine', (recording) => {
    recording.dispatch(
      kernel,
      { shape, points: buffer, matrix, offset, images },
      ceilDiv(rows, BLOCK_ALIGNMENT),
    );
  });
}
