/** Columns cut into parts. */
import { InvalidArgumentError } from '../../errors.js';
import { isPointStream } from '../../rows/load_options.js';
import { type HostMatrix, isGpuMatrix, type Points, readRows } from '../../rows/matrix.js';
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
 * Columns [first, end) of rows on the host.
 *
 * @throws InvalidArgumentError for rows elsewhere
 */
export function partOf(
  points: Points | PointStream,
  first: number,
  end: number,
  columns: number,
): HostMatrix {
  const isOnHost = typeof points === 'object' && (points as unknown) !== null;
  if (isOnHost && (isPointStream(points) || isGpuMatrix(points))) {
    throw new InvalidArgumentError(
      'points',
      `points ${isPointStream(points) ? 'are a stream' : 'lie on a device'}, which product quantization does not take; ` +
        `give { data, shape } or rows, or subspaces: 1.`,
    );
  }
  const { source, shape } = readRows('points', points as Points, { columns });
  const [n, d] = shape;
  const width = end - first;
  const data = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) data[i * width + j] = source[i * d + first + j];
  }
  return { data, shape: [n, width] };
}
