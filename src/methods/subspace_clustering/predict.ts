/** The clusters of rows that were not in the fit. */
import { withAlgebra } from '../../fit/algebra.js';
import { createPause } from '../../math/event_loop.js';
import type { Points } from '../../rows/matrix.js';
import { checkPoints } from '../../rows/points.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { express } from './express.js';
import type { Settings } from './options.js';
import { heldRows, hostRows } from './rows.js';
import { rowOf } from './sparse_rows.js';

/** What of a fit tells the clusters of other rows. */
interface Fitted {
  readonly shape: readonly [rows: number, columns: number];
  readonly k: number;
  /** Of the fit's rows, [n]. */
  readonly labels: Uint32Array;
  readonly settings: Settings;
  /** As they were expressed, n x d, times `scale`. */
  readonly rows: Float32Array;
  readonly scale: number;
}

/** Rows at a time. */
const BLOCK = 1024;

export async function predictLabels(
  { shape, k, labels, settings, rows, scale }: Fitted,
  points: Points,
  { runtime, signal }: ComputeOptions,
): Promise<Uint32Array> {
  signal?.throwIfAborted();
  const [n, d] = shape;
  const source = await checkPoints('points', points, { columns: d, shift: 'none' });
  const where = { ...(runtime ? { runtime } : {}), ...(signal ? { signal } : {}) };
  const given = await hostRows(source, where);
  const others = heldRows(given, d, settings.normalize, scale).rows;
  const found = new Uint32Array(others.length / d);
  await withAlgebra(runtime, source, signal, async (algebra) => {
    const x = await algebra.matrix(n, d, rows);
    for (let start = 0; start < found.length; start += BLOCK) {
      const block = others.subarray(start * d, (start + BLOCK) * d);
      const m = block.length / d;
      const y = await algebra.matrix(m, d, block);
      const { coefficients } = await express(
        {
          ...{ algebra, x, y, pause: createPause(signal) },
          ...{ rows: Float64Array.from(rows), targets: Float64Array.from(block) },
        },
        settings,
        scale ** 2,
      );
      const { indices } = await algebra.topProducts(x, y);
      algebra.free(y);
      for (let i = 0; i < m; i++) {
        const { columns, values } = rowOf(coefficients, i);
        const votes = new Float64Array(k);
        columns.forEach((j, e) => (votes[labels[j]] += Math.abs(values[e])));
        found[start + i] =
          columns.length === 0 ? (labels[indices[i]] ?? 0) : votes.indexOf(Math.max(...votes));
      }
    }
  });
  return found;
}
