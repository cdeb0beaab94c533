/** Affine maps of rows on the device. */
import { ceilDiv, roundUp, type RowRange, splitRows } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import affineKernel from '../../../shaders/products/affine.wgsl';
import affinePreciseKernel from '../../../shaders/products/affine_precise.wgsl';
import type { AffineMap } from './affine_map.js';
import { CHUNK_ALIGNMENT, groups } from '../../rows/device_points.js';

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
/** The bits of a float32 that its upper half keeps, of which two make an exact product. */
const UPPER = parseInt(affinePreciseKernel.constants.UPPER);

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
  /** For images that are small beside their rows: see shaders/affine_precise.wgsl. */
  readonly precise: boolean;
}

/** The upper halves of four outputs at a time, column by column, each before what it leaves. */
function halves({ matrix, inputs, outputs }: AffineMap, padded: number, width: number) {
  const result = new Float32Array(2 * padded * width);
  const upper = new Float32Array(1);
  const bits = new Uint32Array(upper.buffer);
  for (let m = 0; m < outputs; m++) {
    for (let j = 0; j < inputs; j++) {
      const value = matrix[m * inputs + j];
      upper[0] = value;
      bits[0] &= UPPER;
      const at = 8 * (Math.floor(m / 4) * width + j) + (m % 4);
      result[at] = upper[0];
      result[at + 4] = value - upper[0];
    }
  }
  return result;
}

function rowByRow({ matrix, inputs, outputs }: AffineMap, padded: number, width: number) {
  const result = new Float32Array(padded * width);
  for (let m = 0; m < outputs; m++) {
    result.set(matrix.subarray(m * inputs, (m + 1) * inputs), m * width);
  }
  return result;
}

/** @param quads vec4s of a packed input row, where it has more than the inputs need */
export async function uploadMap(
  workspace: Workspace,
  map: AffineMap,
  quads = ceilDiv(map.inputs, 4),
  precise = false,
): Promise<DeviceMap> {
  const { inputs, outputs } = map;
  const padded = roundUp(outputs, TILE);
  const matrix = (precise ? halves : rowByRow)(map, padded, 4 * quads);
  const buffers = await workspace.allocate({ matrix: matrix.byteLength, offset: 4 * padded });
  const offset = new Float32Array(padded);
  offset.set(map.offset);
  workspace.upload(buffers.matrix, matrix);
  workspace.upload(buffers.offset, offset);
  return { ...buffers, inputs, quads, outputs, padded, precise };
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

/** Parts of `rows` rows to work on at a time, `most` at most: see `blockStep`, `splitRows`. */
export function rowBlocks(
  rows: number,
  bytes: number,
  work: number,
  most: number,
): readonly RowRange[] {
  return splitRows(rows, Math.min(most, blockStep(bytes, work)), BLOCK_ALIGNMENT);
}

/** Writes the images of `rows` into `images`: packed, or row-major. Those of a precise map are packed. */
export async function mapRows(
  workspace: Workspace,
  { matrix, offset, quads, outputs, padded, precise }: DeviceMap,
  { buffer, first, rows }: PackedRows,
  images: GPUBuffer,
  packed: boolean,
): Promise<void> {
  const { runtime } = workspace;
  if (precise) {
    const kernel = await runtime.kernel(affinePreciseKernel);
    const shape = { first, rows, quads, outputs: padded, nothing: 0 };
    workspace.run('precise affine', (recording) => {
      recording.dispatch(
        kernel,
        { shape, points: buffer, matrix, offset, images },
        groups(kernel, rows),
      );
    });
    return;
  }
  const kernel = await runtime.kernel(affineKernel, { PACKED: packed });
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
