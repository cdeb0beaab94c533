/** Where the batches of mini-batch k-means come from. */
import { InvalidArgumentError } from '../../errors.js';
import type { CheckedMatrix } from '../../rows/matrix.js';
import type { CheckedStream } from '../../rows/checked_stream.js';
import type { Random } from '../../math/random.js';
import { gatherRows, sampleRows } from '../../math/sampling.js';

/** Some rows, with their weights where there are any. */
export interface Batch {
  readonly rows: CheckedMatrix;
  readonly weights: Float32Array | undefined;
}

export interface BatchRows {
  readonly n: number;
  readonly columns: number;
  readonly batchSize: number;
  /** What was subtracted from every row already, [d]. */
  readonly shift: Float64Array | undefined;
  /** Batches in `maxIter` times the number of rows, at least one. */
  steps(maxIter: number): number;
  batches(steps: number): AsyncIterable<Batch>;
  /** About `size` rows to seed from, n at most. */
  sample(size: number): Promise<Batch>;
}

/** Random batches, with replacement, of rows in memory. */
export function heldRows(
  points: CheckedMatrix,
  weights: Float32Array | undefined,
  batchSize: number,
  random: Random,
): BatchRows {
  const {
    data,
    shape: [n, d],
    shift,
  } = points;
  const gather = (indices: Uint32Array): Batch => ({
    rows: {
      data: gatherRows(data, indices, d),
      shape: [indices.length, d],
      ...(shift ? { shift } : {}),
    },
    weights: weights && Float32Array.from(indices, (row) => weights[row]),
  });
  return {
    n,
    columns: d,
    batchSize,
    shift,
    steps: (maxIter) => Math.max(1, Math.floor((maxIter * n) / batchSize)),
    // eslint-disable-next-line @typescript-eslint/require-await -- rows in memory need no waiting
    async *batches(steps) {
      for (let done = 0; done < steps; done++) {
        yield gather(Uint32Array.from({ length: batchSize }, () => random.below(n)));
      }
    },
    sample(size) {
      // Rows of no weight can start no cluster.
      const eligible = Float32Array.from({ length: n }, (_, i) => (weights?.[i] === 0 ? 0 : 1));
      const count = Math.min(
        size,
        eligible.reduce((sum, one) => sum + one, 0),
      );
      return Promise.resolve(gather(sampleRows(eligible, count, random)));
    },
  };
}

/** A stream's rows in their order, pass after pass. */
export function passingRows(
  stream: CheckedStream,
  weights: Float32Array | undefined,
  batchSize: number,
): BatchRows {
  const {
    shape: [n, d],
    shift,
  } = stream;
  const perPass = Math.ceil(n / batchSize);
  const batchAt = (start: number, data: Float32Array): Batch => ({
    rows: { data, shape: [data.length / d, d], ...(shift ? { shift } : {}) },
    weights: weights?.subarray(start, start + data.length / d),
  });
  return {
    n,
    columns: d,
    batchSize,
    shift,
    steps: (maxIter) => maxIter * perPass,
    async *batches(steps) {
      for (let done = 0; done < steps;) {
        let start = 0;
        for await (const block of stream.blocks(batchSize)) {
          yield batchAt(start, block);
          start += batchSize;
          if (++done === steps) return;
        }
      }
    },
    async sample(size) {
      for await (const block of stream.blocks(Math.min(n, size))) {
        const batch = batchAt(0, block.slice());
        if (batch.weights?.every((weight) => weight === 0)) {
          throw new InvalidArgumentError(
            'sampleWeight',
            `sampleWeight is zero for each of the first ${size} rows, which centroids start from; set initSize ` +
              `higher, or give init.`,
          );
        }
        return batch;
      }
      throw new InvalidArgumentError('points', 'points: blocks() gave no rows.');
    },
  };
}
