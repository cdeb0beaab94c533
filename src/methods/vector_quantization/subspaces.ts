/** Columns cut into parts. */
import { NonFiniteError } from '../../errors.js';
import { isPointStream } from '../../rows/load_options.js';
import {
  checkShape,
  type GpuMatrix,
  isGpuMatrix,
  type Points,
  type RawRows,
  readRows,
} from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';

/** d columns as `parts` parts of nearly the same width, each [first, end). */
export function columnsOf(
  d: number,
  parts: number,
): readonly (readonly [first: number, end: number])[] {
  const cut = (part: number) => Math.floor((part * d) / parts);
  return Array.from({ length: parts }, (_, part) => [cut(part), cut(part + 1)] as const);
}

/**
 * Columns [first, end) of rows, wherever they are: of a stream a stream, which is read once for each part.
 *
 * @throws InvalidArgumentError, ShapeError, NonFiniteError, naming columns of the whole rows
 */
export async function partOf(
  points: Points | PointStream,
  first: number,
  end: number,
  columns: number,
): Promise<Points | PointStream> {
  if (typeof points === 'object' && (points as unknown) !== null) {
    if (isPointStream(points)) return streamPart(points, first, end, columns);
    if (isGpuMatrix(points)) return gpuPart(points, first, end, columns);
  }
  const rows = readRows('points', points as Points, { columns });
  return { data: cut(rows, 0, first, end), shape: [rows.shape[0], end - first] };
}

/** Float32 stays what it is, so that nobody takes it for more. */
function cut(
  { source, shape: [n, d], exact }: RawRows,
  firstRow: number,
  first: number,
  end: number,
): Float32Array | Float64Array {
  const width = end - first;
  const data = exact ? new Float32Array(n * width) : new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) {
      const value = source[i * d + first + j];
      if (!Number.isFinite(Math.fround(value))) {
        throw new NonFiniteError('points', firstRow + i, first + j, value);
      }
      data[i * width + j] = value;
    }
  }
  return data;
}

function streamPart(points: PointStream, first: number, end: number, columns: number): PointStream {
  const [n] = checkShape('points', points.shape);
  return {
    shape: [n, end - first],
    async *blocks() {
      const { rawBlocks } = await import('../../rows/checked_stream.js');
      const stream = { shape: [n, columns], blocks: () => points.blocks() };
      for await (const rows of rawBlocks({ what: 'points', stream, signal: undefined })) {
        yield cut(rows, rows.firstRow, first, end);
      }
    },
  };
}

/** The same buffer, from another column on. */
async function gpuPart(
  points: GpuMatrix,
  first: number,
  end: number,
  columns: number,
): Promise<GpuMatrix> {
  const { BYTES_OF } = await import('../../rows/gpu_matrix.js');
  const [n] = checkShape('points', points.shape);
  const { offset = 0, type = 'float32' } = points;
  // What is no type is refused where the buffer is looked at.
  const bytes = (BYTES_OF as Partial<typeof BYTES_OF>)[type] ?? 1;
  const { stride = bytes * columns } = points;
  return { ...points, shape: [n, end - first], offset: offset + first * bytes, stride };
}
