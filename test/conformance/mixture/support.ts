/** Golden values, data and comparisons that the mixture suites share. */
import type { MixtureModel } from '../../../src/index.js';
import {
  type BayesianMixtureCase,
  type DatasetName,
  loadDataset,
  loadMixture,
  type MixtureCase,
  type MixtureGolden,
} from '../../golden/index.js';
import type { ConformanceContext } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';

export const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

function read({ readFile }: ConformanceContext) {
  return (name: string): Promise<Uint8Array> => readFile(`golden/${name}`);
}

export const golden = (context: ConformanceContext): Promise<MixtureGolden> =>
  loadMixture(read(context));

export const dataset = (context: ConformanceContext, name: DatasetName): Promise<Rows> =>
  loadDataset(read(context), name);

/** n x d on the host, row-major. */
export interface Rows {
  readonly data: Float64Array | Uint8Array;
  readonly shape: readonly [rows: number, columns: number];
}

export function find<T extends { readonly name: string }>(cases: readonly T[], name: string): T {
  const found = cases.find((one) => one.name === name);
  expectThat(found !== undefined, `mixture.json has no case '${name}'.`);
  return found;
}

/** Each column's deviation. */
export function deviations({ data, shape: [n, d] }: Rows): Float64Array {
  const means = new Float64Array(d);
  for (let at = 0; at < n * d; at++) means[at % d] += data[at] / n;
  const squares = new Float64Array(d);
  for (let at = 0; at < n * d; at++) squares[at % d] += (data[at] - means[at % d]) ** 2 / n;
  return squares.map(Math.sqrt);
}

/**
 * Means and weights within 1e-4 and the same labels. A mean near 0 is compared in units of its
 * column's deviation.
 */
export function compareParameters(
  model: MixtureModel,
  expected: MixtureCase | BayesianMixtureCase,
  points: Rows,
): void {
  const because = 'the demand on float32 after as many iterations';
  const d = points.shape[1];
  const scale = deviations(points);
  const inDeviations = (means: Float64Array) => means.map((mean, at) => mean / scale[at % d]);
  expectClose(inDeviations(model.means.data), inDeviations(expected.means.data), {
    relative: 1e-4,
    absolute: 1e-5,
    because,
    what: 'means, in deviations of their columns',
  });
  expectClose(model.weights.data, expected.weights.data, {
    relative: 1e-4,
    absolute: 1e-7,
    because,
    what: 'weights',
  });
  expectEqual(model.labels, Uint32Array.from(expected.labels.data), 'labels');
  expectEqual([...model.covariances.shape], [...expected.covariances.shape], 'covariance shape');
}
