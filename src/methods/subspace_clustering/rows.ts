/** The caller's rows as subspace clustering holds them: on the host, of length 1 or times a power of two. */
import { Workspace } from '../../../host/workspace.js';
import { InvalidArgumentError } from '../../errors.js';
import { withBackend } from '../../fit/backend.js';
import { type Part, ruled } from '../../fit/model_record.js';
import { positive } from '../../fit/options.js';
import { lengthOf } from '../../rows/directions.js';
import { holdRows } from '../../rows/host_rows.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import { checkMatrix } from '../../rows/matrix.js';
import { powerInRange } from '../../rows/range.js';
import type { ComputeOptions } from '../kmeans/placed.js';

/** What rows are held multiplied by, which are not made of length 1. */
export const power: Part<number> = ruled(positive);

/** n x d in float32. */
export async function hostRows(
  source: PointSource,
  { runtime, signal }: ComputeOptions,
): Promise<Float32Array> {
  if (isStreamed(source)) return source.collect();
  if ('data' in source) return source.data;
  const { buffer, shape } = source;
  const refuse = async () => (await holdRows(source, { metric: 'euclidean' })).x;
  const read = await withBackend(
    runtime,
    source,
    signal,
    async (device) => {
      const workspace = new Workspace(device, 'subspace clustering', signal);
      try {
        return new Float32Array(await workspace.read(buffer, 0, 4 * shape[0] * shape[1]));
      } finally {
        workspace.dispose();
      }
    },
    refuse,
  );
  return checkMatrix('points', { data: read, shape }, { shift: 'none' }).data;
}

/**
 * Rows of length 1, or those given times `scale`, or where that is absent a power of two at which their
 * products stay in float32.
 *
 * @throws InvalidArgumentError on a row of zeros, which has no direction
 */
export function heldRows(
  given: Float32Array,
  d: number,
  normalize: boolean,
  scale?: number,
): { readonly rows: Float32Array; readonly scale: number } {
  if (!normalize) {
    const factor = scale ?? powerInRange(given.reduce((most, v) => Math.max(most, Math.abs(v)), 0));
    return { rows: given.map((value) => value * factor), scale: factor };
  }
  const rows = new Float32Array(given.length);
  for (let i = 0; i < given.length / d; i++) {
    const length = lengthOf(given, i, d);
    if (length === 0) {
      throw new InvalidArgumentError(
        'points',
        `points: row ${i} is all zeros, so that it cannot be scaled to length 1; leave it out, or use normalize: false.`,
      );
    }
    for (let at = i * d; at < (i + 1) * d; at++) rows[at] = given[at] / length;
  }
  return { rows, scale: 1 };
}
