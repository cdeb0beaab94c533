/** Rows of a GPU matrix with gaps, an offset or numbers of another type, as float32 rows without any. */
import { roundUp, splitRows } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import laidOutKernel from '../../shaders/rows/laid_out.wgsl';
import { groups } from './device_points.js';
import type { Layout } from './laid_out.twin.js';
import { BYTES_OF } from './gpu_matrix.js';
import type { GpuMatrix, GpuNumber } from './matrix.js';

/** About this many bytes are copied at a time. */
const BLOCK_BYTES = 16 * 1024 * 1024;

/** Records that `into` gets `numbers` as rows without gaps. */
export async function layingOut(
  { runtime }: Workspace,
  type: GpuNumber,
  ROOT = false,
): Promise<(recording: Recording, numbers: GPUBuffer, into: GPUBuffer, layout: Layout) => void> {
  const kernel = await runtime.kernel(laidOutKernel, {
    HALVES: type === 'float16',
    BYTES: type === 'uint8',
    ROOT,
  });
  return (recording, numbers, into, { rows, columns, first, rowStep, columnStep, factor }) => {
    const shape = { rows, columns, first, row_step: rowStep, column_step: columnStep, factor };
    recording.dispatch(kernel, { shape, numbers, laid_out: into }, groups(kernel, rows * columns));
  };
}

/** The same matrix in a buffer of the workspace's. Throws DeviceLimitError, OutOfMemoryError. */
export async function denseRows(workspace: Workspace, matrix: GpuMatrix): Promise<GpuMatrix> {
  const { buffer, offset = 0, type = 'float32', finite } = matrix;
  const [n, d] = matrix.shape;
  const bytes = BYTES_OF[type];
  const stride = matrix.stride ?? d * bytes;
  const layOut = await layingOut(workspace, type);
  const blockRows = Math.max(1, Math.min(n, Math.floor(BLOCK_BYTES / Math.max(stride, 4 * d))));
  const { dense, block, given } = await workspace.allocate({
    dense: 4 * n * d,
    block: 4 * d * blockRows,
    given: roundUp(stride * blockRows + 4, 4),
  });
  for (const { start, rows } of splitRows(n, blockRows, 1)) {
    const from = offset + start * stride;
    // Copies begin and end at whole words.
    const first = from % 4;
    const copied = roundUp(first + (rows - 1) * stride + d * bytes, 4);
    workspace.run('lay out', (recording) => {
      recording.copy(buffer, from - first, given, 0, copied);
      layOut(recording, given, block, {
        ...{ rows, columns: d, first: first / bytes, rowStep: stride / bytes },
        ...{ columnStep: 1, factor: 1 },
      });
      recording.copy(block, 0, dense, 4 * d * start, 4 * d * rows);
    });
  }
  await workspace.settle();
  workspace.release(block, given);
  return { buffer: dense, shape: [n, d], ...(finite ? { finite } : {}) };
}
