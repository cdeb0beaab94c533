/** Rows that a method works on as one matrix of an engine's algebra. */
import { InvalidArgumentError } from '../../errors.js';
import { isPointStream } from '../../rows/load_options.js';
import { checkMatrix, isGpuMatrix, type Points, type SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';

/** Beyond this the square of a row, and sums of these, may leave float32. */
const LARGEST = 1e15;

/**
 * The caller's rows as they are, checked; never changed.
 *
 * @throws InvalidArgumentError where they are streamed, lie on a GPU, or are too large; ShapeError, NonFiniteError
 */
export function wholeRows(
  method: string,
  points: Points | PointStream,
  columns?: number,
): SeenMatrix {
  const where = isPointStream(points)
    ? 'come as a stream'
    : typeof points === 'object' && (points as unknown) !== null && isGpuMatrix(points)
      ? 'lie on a GPUDevice'
      : undefined;
  if (where) {
    throw new InvalidArgumentError(
      'points',
      `${method}: points ${where}, but are needed in whole; give { data, shape } on the host.`,
    );
  }
  const rows = checkMatrix('points', points as Points, {
    shift: 'none',
    ...(columns === undefined ? {} : { columns }),
  });
  if (rows.largest > LARGEST) {
    throw new InvalidArgumentError(
      'points',
      `${method}: points hold numbers up to ${rows.largest.toPrecision(3)}, whose squares float32 cannot sum; ` +
        `divide all by a constant, to ${LARGEST} at most.`,
    );
  }
  return rows;
}

/** The mean square of a column: what penalties are measured by. */
export function meanSquare({ data, shape: [, d] }: SeenMatrix): number {
  return data.reduce((sum, value) => sum + value * value, 0) / d;
}
