/** What every call must come to: a good result, or an error of the library's own. */
import {
  type CentroidModel,
  ClusteringError,
  type KMeansModel,
  type MixtureModel,
  type PcaModel,
} from '../../src/index.js';
import { CallersError, isCallers } from './values.js';

/** Thrown where a result, or an error, is not what it must be. */
export class Fault extends Error {}

export function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Fault(message);
}

/** How long work may take whose limits leave it without end, before it is cancelled. */
const PATIENCE_MS = 1500;
const ENDLESS = 10_000;

/**
 * The signal for a call, and what may come of it: one that is aborted already, one that soon will be,
 * or one that ends what the caller's own limits would not.
 */
export function signalFor(
  kind: unknown,
  limits: Readonly<Record<string, unknown>>,
): AbortSignal | undefined {
  if (kind === 'aborted') return AbortSignal.abort(new CallersError('aborted by the caller'));
  if (kind === 'soon') {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(new CallersError('aborted by the caller'));
    }, 1);
    return controller.signal;
  }
  const endless = Object.values(limits).some(
    (limit) => typeof limit === 'number' && limit > ENDLESS,
  );
  return endless ? AbortSignal.timeout(PATIENCE_MS) : undefined;
}

/**
 * What `work` gives; undefined where it refuses with an error of the library's, of the caller's own
 * code, or the reason of his signal.
 *
 * @param required why it must not refuse; undefined where it may
 */
export async function attempt<T>(
  work: () => T | Promise<T>,
  {
    required,
    signal,
  }: { readonly required?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (isCallers(error)) return undefined;
    if (signal?.aborted === true && error === signal.reason) return undefined;
    if (!(error instanceof ClusteringError)) {
      const text = error instanceof Error ? (error.stack ?? String(error)) : typeof error;
      throw new Fault(`an error that is none of the library's: ${text}`, { cause: error });
    }
    must(error.message.length > 20 && error.code !== '', `an error without words: ${error.name}`);
    must(required !== true, `good data are refused: ${error.name}: ${error.message}`);
    return undefined;
  }
}

export function finite(what: string, values: ArrayLike<number>, length?: number): void {
  must(length === undefined || values.length === length, `${what} has ${values.length} numbers`);
  for (let i = 0; i < values.length; i++) {
    must(Number.isFinite(values[i]), `${what}[${i}] is ${values[i]}`);
  }
}

export function shaped(
  what: string,
  matrix: { readonly data: ArrayLike<number>; readonly shape: readonly number[] },
  ...shape: number[]
): void {
  must(matrix.shape.join() === shape.join(), `${what} has shape [${matrix.shape.join(', ')}]`);
  finite(
    what,
    matrix.data,
    shape.reduce((product, side) => product * side, 1),
  );
}

export function labelled(
  labels: Uint32Array | Int32Array,
  n: number,
  k: number,
  /** The lowest label: -1 where rows may be noise. */
  least = 0,
): void {
  must(labels.length === n, `${labels.length} labels of ${n} rows`);
  labels.forEach((label, i) => {
    must(label >= least && label < k, `label ${i} is ${label} of ${k}`);
  });
}

export interface Rows {
  /** Undefined where nobody can say what they are. */
  readonly numbers: ArrayLike<number> | undefined;
  readonly n: number;
  readonly d: number;
}

/** Centroids of k clusters, and each row's label the nearest of them as far as float32 can tell. */
export function goodCentroids(
  model: Pick<CentroidModel, 'centroids'> & { readonly labels?: Uint32Array },
  { numbers, n, d }: Rows,
  k: number,
  exact: boolean,
): void {
  shaped('centroids', model.centroids, k, d);
  const { labels } = model;
  if (labels) labelled(labels, n, k);
  if (!labels || !numbers || !exact) return;
  const c = model.centroids.data;
  const largest = Math.max(...Array.from(numbers, Math.abs));
  const step = 4 * 2 ** -23 * largest * Math.sqrt(d);
  for (let i = 0; i < n; i++) {
    const distances = Array.from({ length: k }, (_, cluster) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (numbers[i * d + j] - c[cluster * d + j]) ** 2;
      return Math.sqrt(sum);
    });
    const least = Math.min(...distances);
    const own = distances[labels[i]];
    must(
      own <= least * (1 + 1e-3) + step,
      `row ${i} is ${own} from its centroid ${labels[i]}, ${least} from the nearest`,
    );
  }
}

export function goodKMeans(model: KMeansModel, rows: Rows, k: number, exact: boolean): void {
  goodCentroids(model, rows, k, exact);
  must(Number.isFinite(model.inertia) && model.inertia >= 0, `inertia is ${model.inertia}`);
  must(model.iterations >= 1, `iterations is ${model.iterations}`);
  finite('history', model.history);
  const total = model.counts.reduce((sum, count) => sum + count, 0);
  must(model.counts.length === k && total === rows.n, `counts are ${model.counts.join()}`);
}

export function goodMixture(model: MixtureModel, { n, d }: Rows, k: number): void {
  labelled(model.labels, n, k);
  shaped('weights', model.weights, k);
  const total = model.weights.data.reduce((sum, weight) => sum + weight, 0);
  must(Math.abs(total - 1) < 1e-4, `weights sum to ${total}`);
  shaped('means', model.means, k, d);
  for (const name of ['covariances', 'precisions', 'precisionsCholesky'] as const) {
    finite(name, model[name].data);
  }
  finite('bounds', [model.lowerBound, model.logLikelihood, ...model.history]);
}

export function goodProbabilities(data: ArrayLike<number>, k: number): void {
  for (let i = 0; i < data.length; i += k) {
    let total = 0;
    for (let c = 0; c < k; c++) {
      must(data[i + c] >= 0, `a responsibility is ${data[i + c]}`);
      total += data[i + c];
    }
    must(Math.abs(total - 1) < 1e-3, `responsibilities of row ${i / k} sum to ${total}`);
  }
}

export function goodPca(model: PcaModel, { d }: Rows): void {
  const count = model.nComponents;
  must(count >= 1, `nComponents is ${count}`);
  shaped('components', model.components, count, d);
  finite('mean', model.mean, d);
  finite('explained', model.explainedVariance, count);
  finite('shares', model.explainedVarianceRatio, count);
  finite('noiseVariance', [model.noiseVariance]);
  must(
    model.explainedVariance.every((value) => value >= 0),
    `a variance is below 0: ${model.explainedVariance.join()}`,
  );
  const { data } = model.components;
  for (let s = 0; s < count; s++) {
    for (let t = 0; t <= s; t++) {
      let product = 0;
      for (let j = 0; j < d; j++) product += data[s * d + j] * data[t * d + j];
      must(
        Math.abs(product - (s === t ? 1 : 0)) < 1e-3,
        `components ${s} and ${t} have the product ${product}`,
      );
    }
  }
}
