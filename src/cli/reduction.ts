/** `--pca`: clustering principal components in the place of columns. */
import { pca, type PcaModel } from '../index.js';
import { formatShare } from './format.js';
import { type Job, timed } from './job.js';
import { inFileUnits } from './table_math.js';

/** The job with its rows' scores in the place of the rows. */
export async function reduce(job: Job, nComponents: number | 'all'): Promise<Job> {
  const { used, where } = job;
  const points = { data: used.data, shape: used.shape };
  const options = nComponents === 'all' ? {} : { nComponents };
  const { model } = await timed('principal components', () =>
    pca(points, { ...options, ...where }),
  );
  const { data, shape } = await model.transform(points, where);
  const share = model.explainedVarianceRatio.reduce((sum, one) => sum + one, 0);
  job.say(`${model.nComponents} principal components hold ${formatShare(share)} of the variance`);
  const columns = Array.from({ length: shape[1] }, (_, t) => `pc${t + 1}`);
  const { labels, notes } = used;
  const scores = { data, shape, columns, notes, ...(labels && { labels }) };
  return { ...job, used: scores, reduction: model };
}

interface Rows {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [number, number];
}

/** Rows, such as centroids, as the file would have them. */
export async function rowsInFileUnits(
  { reduction, scale, where }: Pick<Job, 'scale' | 'where'> & { readonly reduction?: PcaModel },
  rows: Rows,
) {
  const { data, shape } = reduction ? await reduction.inverseTransform(rows, where) : rows;
  return { data: inFileUnits(data, scale), shape };
}
