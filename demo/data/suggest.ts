/** Suggests a number of clusters: the elbow of the inertia, the gap statistic, or the lowest BIC. */
import { elbow } from '../../src/cli/elbow.js';
import { sampleRows } from '../../src/cli/table_math.js';
import { gapStatistic, gaussianMixture, kmeans } from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { MethodSettings, Suggestion } from './jobs.js';
import type { PointMatrix } from './table.js';

/** Of more rows, that many are looked at, evenly spread. */
const MOST_ROWS = 20_000;
/** Runs for each k, so that one unlucky start does not bend the curve. */
const RESTARTS = 3;
/** The gap statistic clusters so many sets of random rows as well, and looks at fewer rows. */
const REFERENCES = 10;
const MOST_GAP_ROWS = 2000;

export interface SuggestOptions extends RunOptions {
  readonly onValue: (k: number, value: number) => void;
}

/** Tries k = 1, 2 … `most`; a lower value is better (BIC), or the curve's elbow is looked for. */
export async function suggest(
  points: PointMatrix,
  method: MethodSettings,
  most: number,
  seed: number,
  { signal, runtime, onValue }: SuggestOptions,
): Promise<Suggestion> {
  const sample = someRows(points, MOST_ROWS);
  const values: number[] = [];
  for (let k = 1; k <= Math.min(most, sample.shape[0]); k++) {
    const value = await valueOf(sample, method, k, seed, { signal, runtime });
    values.push(value);
    onValue(k, value);
  }
  const k = method.method === 'kmeans' ? elbow(values) : lowest(values);
  return { k, values: Float64Array.from(values), rows: sample.shape[0] };
}

/** Compares the points' clusters with those of random rows. */
export async function suggestByGap(
  points: PointMatrix,
  seed: number,
  { onDone, ...options }: RunOptions & { readonly onDone: (done: number, total: number) => void },
): Promise<Suggestion> {
  const sample = someRows(points, MOST_GAP_ROWS);
  const { k, gaps } = await gapStatistic(sample, {
    ...{ reference: 'pca', references: REFERENCES, nInit: RESTARTS, seed, ...options },
    onIteration: ({ done, total }) => {
      onDone(done, total);
    },
  });
  return { k, values: gaps, rows: sample.shape[0] };
}

async function valueOf(
  points: PointMatrix,
  method: MethodSettings,
  k: number,
  seed: number,
  options: RunOptions,
): Promise<number> {
  if (method.method === 'kmeans') {
    const { metric } = method;
    const model = await kmeans(points, { k, seed, metric, nInit: RESTARTS, ...options });
    return model.inertia;
  }
  const { covarianceType } = method;
  const model = await gaussianMixture(points, {
    k,
    seed,
    covarianceType,
    nInit: RESTARTS,
    ...options,
  });
  return model.bic(points, options);
}

function someRows(points: PointMatrix, most: number): PointMatrix {
  const [n, d] = points.shape;
  if (n <= most) return points;
  const rows = sampleRows(n, most);
  const data = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    for (let j = 0; j < d; j++) data[i * d + j] = points.data[row * d + j];
  });
  return { data, shape: [rows.length, d] };
}

function lowest(values: readonly number[]): number {
  return values.indexOf(Math.min(...values)) + 1;
}
