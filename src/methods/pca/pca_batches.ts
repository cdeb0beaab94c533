/** PCA of rows that come batch by batch. */
import { refuseChanged } from '../../fit/backend.js';
import { withRows } from '../../fit/engine.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import { forGram, forProducts } from '../../ops/products/hold.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import type { CheckedMatrix, GpuMatrix, Points } from '../../rows/matrix.js';
import { iterated, type PointStream } from '../../rows/point_stream.js';
import { checkPoints } from '../../rows/points.js';
import type { PcaOptions } from './options.js';
import { extend, type Summary, WIDEST_DENSE } from './pca_incremental.js';
import { PcaModel } from './pca_model.js';
import { sum } from './pca_scatter.js';
import { stateOf } from './pca_state.js';

/** Rows that come batch by batch, each n x d. */
export type PointBatches = AsyncIterable<Points>;

const BATCH_ROWS_PER_COLUMN = 5;

export function isBatches(points: Points | PointStream | PointBatches): points is PointBatches {
  return (
    typeof points === 'object' && (points as unknown) !== null && Symbol.asyncIterator in points
  );
}

export function checkCount(nComponents: PcaOptions['nComponents'], n: number, d: number): void {
  if (n < 2) {
    throw new ShapeError(`points has 1 row; pca needs at least 2 rows, or nothing varies.`);
  }
  const most = Math.min(n, d);
  if (typeof nComponents === 'number' && nComponents > most) {
    throw new InvalidArgumentError(
      'nComponents',
      `pca: nComponents is ${nComponents}, but points is ${n} x ${d}; it must be from 1 to min(n, d) = ${most}, ` +
        `a fraction between 0 and 1, or 'all'.`,
    );
  }
}

/** The share of the total that values make up. */
export const share = (values: ArrayLike<number>, total: number): number =>
  total > 0 ? sum(values) / total : 0;

/** The rows of one matrix on the host, or of a stream, batch by batch. */
export async function* batchesOf(
  points: PointSource,
  { batchSize }: PcaOptions,
): AsyncGenerator<CheckedMatrix> {
  if ('buffer' in points) {
    throw new InvalidArgumentError(
      'solver',
      `pca: points lie on the device whole, so nothing is gained by solver 'incremental'; use 'covariance'.`,
    );
  }
  const {
    shape: [n, d],
    shift,
  } = points;
  const step = batchSize ?? BATCH_ROWS_PER_COLUMN * d;
  if (isStreamed(points)) {
    for await (const data of points.blocks(step)) {
      yield { data, shape: [data.length / d, d], ...(shift ? { shift } : {}) };
    }
    return;
  }
  const { data } = points;
  for (let start = 0; start < n; start += step) {
    const rows = Math.min(step, n - start);
    refuseChanged(points);
    const part = data.subarray(start * d, (start + rows) * d);
    yield { data: part, shape: [rows, d], ...(shift ? { shift } : {}) };
  }
}

/** The caller's batches, all of the first one's width. */
export async function* checkedBatches(
  batches: PointBatches,
  signal: AbortSignal | undefined,
): AsyncGenerator<CheckedMatrix | GpuMatrix> {
  let at = 0;
  let columns: number | undefined;
  for await (const batch of iterated('points', batches, signal)) {
    const checked = await checkPoints(
      `batch ${at}`,
      batch,
      columns === undefined ? {} : { columns },
    );
    columns = checked.shape[1];
    at++;
    yield checked;
  }
}

export async function fitBatches(
  batches: AsyncIterable<CheckedMatrix | GpuMatrix>,
  options: PcaOptions,
): Promise<PcaModel> {
  const {
    nComponents = 'all',
    whiten = false,
    seed = 0,
    runtime,
    signal,
    retries,
    onIteration,
  } = options;
  const most = nComponents === 'all' ? Number.POSITIVE_INFINITY : nComponents;
  let summary: Summary | undefined;
  let engine = '';
  let iteration = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const before = summary;
    const hold = batch.shape[1] <= WIDEST_DENSE ? forGram : forProducts;
    const load = { metric: 'euclidean', hold, signal, retries } as const;
    summary = await withRows(runtime, batch, load, (session, name) => {
      engine = name;
      return extend(before, session, most, seed, signal);
    });
    iteration++;
    const { moments, pairs } = summary;
    const explained = share(pairs.values, sum(moments.squares));
    onIteration?.({ iteration, component: 0, explained });
  }
  if (!summary) throw new ShapeError('points has no batches; give at least one.');
  const { rows, mean } = summary.moments;
  checkCount(nComponents, rows, mean.length);
  return new PcaModel(stateOf(summary, { whiten, solver: 'incremental', engine }));
}
