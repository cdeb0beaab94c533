/** The caller's rows on the device in float16. */
import { ceilDiv, splitRows } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import packKernel from '../../shaders/pack.wgsl';
import type { CheckedMatrix, GpuMatrix } from '../matrix.js';
import { narrowing, type PassingRows, prepare } from './passing.js';
import {
  bringing,
  type Chunk,
  CHUNK_ALIGNMENT,
  type DevicePoints,
  groups,
  packedBytes,
  type PointsOptions,
  type Preparation,
} from './points.js';
import { streamedRows } from './stream.js';

/** Rows pass in float32 in blocks of about this many bytes. */
const BLOCK_BYTES = 2 * 1024 * 1024;

/**
 * As `loadPoints`, rounded to float16 and held in half the memory: the rows pass in full a block at a
 * time, twice, as their means and their largest magnitude come before they are centred and rounded.
 */
export async function loadHalves(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
  options: PointsOptions,
): Promise<DevicePoints> {
  const storage = 'float16';
  const { rows, refuseNonFinite, release } = await passBlocks(workspace, source);
  const { shape, quads } = rows;
  const subtracted = 'data' in source ? source.shift : undefined;
  const { shift, scale } = await prepare(workspace, rows, subtracted, { ...options, storage });
  await refuseNonFinite();
  const narrow = await narrowing(workspace, quads, scale);
  const { maxBufferSize, maxStorageBufferBindingSize } = workspace.runtime.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  // Whole blocks of rows: none straddles two chunks.
  const block = rows.chunks[0].rows;
  const fitting = Math.floor(most / packedBytes(block, quads, storage)) * block;
  const chunks: Chunk[] = [];
  for (const range of splitRows(shape[0], fitting, CHUNK_ALIGNMENT)) {
    const bytes = packedBytes(range.rows, quads, storage);
    chunks.push({ ...range, ...(await workspace.allocate({ points: bytes })) });
  }
  for (const part of rows.chunks) {
    await part.bring();
    const { points, start } = chunks[Math.floor(part.start / fitting)];
    workspace.run('narrow', (recording) => {
      narrow(recording, part, points, part.start - start);
    });
  }
  await workspace.settle();
  release();
  return { shape, quads, chunks, storage, shift, scale };
}

/** Rows that lie in memory or on the device, as they come by: one block at a time is held. */
async function passBlocks(
  workspace: Workspace,
  source: CheckedMatrix | GpuMatrix,
): Promise<{
  readonly rows: PassingRows;
  /** To be called once all have come by. */
  readonly refuseNonFinite: () => Promise<void>;
  readonly release: () => void;
}> {
  const { runtime } = workspace;
  const [n, d] = source.shape;
  const quads = ceilDiv(d, 4);
  const ranges = splitRows(n, streamedRows(quads, runtime.limits, BLOCK_BYTES), CHUNK_ALIGNMENT);
  const kernel = await runtime.kernel(packKernel);
  const held = await workspace.allocate({
    rows: 4 * d * ranges[0].rows,
    points: packedBytes(ranges[0].rows, quads),
  });
  const { rows, points } = held;
  const { bring, refuseNonFinite } = await bringing(workspace, source, rows);
  let preparation: Preparation | undefined;
  const chunks = ranges.map((range) => {
    const chunk = { ...range, points };
    const work = (recording: Recording) => {
      const shape = { count: range.rows, columns: d, first: 0 };
      recording.dispatch(kernel, { shape, rows, points }, groups(kernel, range.rows));
      preparation?.(recording, chunk);
    };
    return { ...chunk, bring: () => bring('pack', range, work) };
  });
  return {
    rows: {
      shape: source.shape,
      quads,
      chunks,
      storage: 'float32',
      prepareWith: (next) => {
        preparation = next;
      },
    },
    refuseNonFinite,
    release: () => {
      workspace.release(...Object.values(held));
    },
  };
}
