/** The rows of online k-means in the order in which they are taken. */
import { InvalidArgumentError } from '../../errors.js';
import type { Random } from '../../math/random.js';
import { gatherRows, shuffledRows } from '../../math/sampling.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import type { CheckedMatrix, GpuMatrix } from '../../rows/matrix.js';

/** Rows that are taken together, with their weights where there are any. */
export interface OnlineBlock {
  readonly rows: CheckedMatrix | GpuMatrix;
  readonly weights: ArrayLike<number> | undefined;
}

/**
 * A pass over `points`, as they lie or in a random order: in batches of `batchSize` rows, or where that is
 * 1 in blocks of at most `together`. Rows on the device are one block.
 *
 * @throws InvalidArgumentError where rows that the host does not hold are to be shuffled or cut
 */
export async function* rowsInOrder(
  points: PointSource,
  weights: readonly number[] | undefined,
  batchSize: number,
  together: number,
  random: Random | undefined,
): AsyncGenerator<OnlineBlock, void, undefined> {
  const [n, d] = points.shape;
  const subtracted = 'buffer' in points ? undefined : points.shift;
  const shift = subtracted ? { shift: subtracted } : {};
  const block = (data: Float32Array, rowWeights: OnlineBlock['weights']): OnlineBlock => ({
    rows: { data, shape: [data.length / d, d], ...shift },
    weights: rowWeights,
  });
  if (random && !('data' in points)) {
    throw new InvalidArgumentError(
      'shuffle',
      `onlineKMeans: shuffle is true, but the rows of points do not lie on the host; give them in a random ` +
        `order, or as { data, shape }.`,
    );
  }
  if ('buffer' in points) {
    if (batchSize > 1) {
      throw new InvalidArgumentError(
        'batchSize',
        `onlineKMeans: batchSize is ${batchSize}, but points lie on the device, where rows are taken one by ` +
          `one; leave batchSize out, or give the rows as { data, shape }.`,
      );
    }
    yield { rows: points, weights };
    return;
  }
  const size = batchSize > 1 ? batchSize : together;
  if (isStreamed(points)) {
    let start = 0;
    for await (const data of points.blocks(size)) {
      yield block(data, weights?.slice(start, start + data.length / d));
      start += data.length / d;
    }
    return;
  }
  const order = random && shuffledRows(n, random);
  for (let start = 0; start < n; start += size) {
    const end = Math.min(start + size, n);
    if (order) {
      const rows = order.subarray(start, end);
      const taken = weights && Array.from(rows, (row) => weights[row]);
      yield block(gatherRows(points.data, rows, d), taken);
    } else yield block(points.data.subarray(start * d, end * d), weights?.slice(start, end));
  }
}
