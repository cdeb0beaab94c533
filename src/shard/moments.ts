/** The columns' means and variances over all shards. */
import type { Checkpoints } from './checkpoint.js';
import { numbersOf } from './message.js';
import type { Shards } from './shards.js';

export interface Moments {
  /** What rows are to be less of, [columns]: the means, rounded as one process rounds them. */
  readonly shift: Float64Array;
  /** Population variances, [columns]. */
  readonly variances: Float64Array;
  readonly meanVariance: number;
}

/** One pass over the rows, which holds none of them; none where a checkpoint has them. */
export async function momentsOf(
  shards: Shards,
  checkpoints: Checkpoints | undefined,
): Promise<Moments> {
  const [, d] = shards.shape;
  const kept = checkpoints?.read('moments');
  const found = kept ?? (await shards.ask({ header: { op: 'moments' }, arrays: {} }));
  const [n, inexact] = numbersOf(found, 'rows', Float64Array, 2);
  const mean = numbersOf(found, 'mean', Float64Array, d);
  const squares = numbersOf(found, 'squares', Float64Array, d);
  if (!kept) await checkpoints?.write('moments', { header: {}, arrays: found.arrays });
  const variances = squares.map((square) => square / n);
  return {
    // Of numbers that float32 does not hold, the rest is subtracted in float64.
    shift: inexact > 0 ? mean : mean.map(Math.fround),
    variances,
    meanVariance: variances.reduce((sum, variance) => sum + variance, 0) / d,
  };
}
