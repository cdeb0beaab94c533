/** Gaussian mixtures on a kind of data, held to float64. */
import type { CovarianceType, GaussianMixtureModel } from '../../../src/index.js';
import type { NumericsKind, NumericsMixture } from '../../golden/index.js';
import { absolute, type Findings, Ledger, type Place } from './figure.js';
import { type GivenRows, inverseError, isPositiveDefinite, type Rows, rowsOf } from './float64.js';

/** Natural logarithms a row. */
const BOUND = 1e-4;
/** Covariances, precisions and their factors agree so far, relative. */
const CONSISTENT = 1e-5;
const BECAUSE = 'rows are stored in float32, which moves the bound by less than a fifth of this';

/** One matrix for each component, whatever the covariance type. */
function squareMatrices(
  { data }: { readonly data: Float64Array },
  type: CovarianceType,
  k: number,
  d: number,
): readonly Float64Array[] {
  const diagonal = (entry: (j: number) => number) =>
    Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? entry(at % d) : 0));
  return Array.from({ length: k }, (_, c) => {
    switch (type) {
      case 'full':
        return data.slice(c * d * d, (c + 1) * d * d);
      case 'tied':
        return data.slice();
      case 'diag':
        return diagonal((j) => data[c * d + j]);
      default:
        return diagonal(() => data[c]);
    }
  });
}

/** The start that every kind of mixture has, in the shape of its covariance type. */
function precisionsOf(columns: Float64Array, type: CovarianceType, k: number) {
  const d = columns.length;
  const matrix = Float64Array.from({ length: d * d }, (_, at) =>
    at % (d + 1) === 0 ? columns[at % d] : 0,
  );
  const repeated = (part: Float64Array) =>
    Float64Array.from({ length: k * part.length }, (_, at) => part[at % part.length]);
  switch (type) {
    case 'full':
      return { data: repeated(matrix), shape: [k, d, d] };
    case 'tied':
      return { data: matrix, shape: [d, d] };
    case 'diag':
      return { data: repeated(columns), shape: [k, d] };
    default: {
      const variance = columns.reduce((sum, precision) => sum + 1 / precision, 0) / d;
      return { data: new Float64Array(k).fill(1 / variance), shape: [k] };
    }
  }
}

/** The mean log-likelihood of a row under the model's public weights, means and factors. */
function ownScore(
  { data, shape: [n, d] }: Rows,
  { weights, means }: GaussianMixtureModel,
  factors: readonly Float64Array[],
): number {
  let total = 0;
  const constants = factors.map((u, c) => {
    let log = Math.log(weights.data[c]) - (d / 2) * Math.log(2 * Math.PI);
    for (let j = 0; j < d; j++) log += Math.log(u[j * d + j]);
    return log;
  });
  for (let i = 0; i < n; i++) {
    const logs = factors.map((u, c) => {
      let squares = 0;
      for (let a = 0; a < d; a++) {
        let whitened = 0;
        for (let b = 0; b <= a; b++) {
          whitened += u[b * d + a] * (data[i * d + b] - means.data[c * d + b]);
        }
        squares += whitened ** 2;
      }
      return constants[c] - squares / 2;
    });
    const most = Math.max(...logs);
    total += most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
  }
  return total / n;
}

/** Whether a precision is the product of its factor with itself, entry by entry. */
function isProduct(precision: Float64Array, factor: Float64Array, d: number): boolean {
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let product = 0;
      for (let l = 0; l < d; l++) product += factor[a * d + l] * factor[b * d + l];
      const scale = Math.sqrt(precision[a * d + a] * precision[b * d + b]);
      // Written so that NaN fails.
      if (!(Math.abs(product - precision[a * d + b]) <= CONSISTENT * scale)) return false;
    }
  }
  return true;
}

/** From where a mixture begins: each component with the same deviations of the columns. */
export interface MixtureStart {
  readonly covarianceType: CovarianceType;
  readonly regCovar: number;
  readonly iterations: number;
  readonly means: NumericsKind['mixture']['means'];
  /** Of the columns, [d]. */
  readonly precisions: Float64Array;
}

/** As many EM steps as the start says, on one engine. */
export function fitFrom(
  { library, runtime }: Pick<Place, 'library' | 'runtime'>,
  points: GivenRows,
  { covarianceType, regCovar, iterations, means, precisions }: MixtureStart,
): Promise<GaussianMixtureModel> {
  const [k] = means.shape;
  return library.gaussianMixture(points, {
    k,
    covarianceType,
    regCovar,
    maxIter: iterations,
    tol: 0,
    init: {
      weights: new Float64Array(k).fill(1 / k),
      means,
      precisions: precisionsOf(precisions, covarianceType, k),
    },
    runtime,
  });
}

/** What must hold of any model by itself: its matrices are inverses, and its likelihood theirs. */
export function judgeAlone(
  model: GaussianMixtureModel,
  points: Rows,
  method: string,
  ledger: Ledger,
): void {
  const [n, d] = points.shape;
  const { covarianceType, k } = model;
  const matrices = (tensor: { readonly data: Float64Array }) =>
    squareMatrices(tensor, covarianceType, k, d);
  const factors = matrices(model.precisionsCholesky);
  ledger.figures.push(
    absolute(
      { method, quantity: 'its own log-likelihood', tolerance: BOUND, because: BECAUSE },
      model.logLikelihood / n,
      ownScore(points, model, factors),
    ),
  );
  const inverses = matrices(model.precisions);
  matrices(model.covariances).forEach((covariance, c) => {
    const what = `${method}: the covariance of component ${c}`;
    ledger.expect(isPositiveDefinite(covariance, d), `${what} has no Cholesky factor`);
    const error = inverseError(factors[c], covariance, d);
    ledger.expect(
      error <= CONSISTENT,
      `${what} and its precision's factor differ by ${error.toExponential(1)}`,
    );
    ledger.expect(isProduct(inverses[c], factors[c], d), `${what}: precision and factor differ`);
  });
}

/** A model's bound and likelihood beside those of float64. */
export function compareBounds(
  model: GaussianMixtureModel,
  n: number,
  expected: { readonly lowerBound: number; readonly score: number },
  method: string,
  ledger: Ledger,
): void {
  const named = (quantity: string) => ({ method, quantity, tolerance: BOUND, because: BECAUSE });
  ledger.figures.push(
    absolute(named('bound a row'), model.lowerBound, expected.lowerBound),
    absolute(named('log-likelihood a row'), model.logLikelihood / n, expected.score),
  );
}

async function runCase(
  place: Place,
  kind: NumericsKind,
  expected: NumericsMixture,
  ledger: Ledger,
): Promise<void> {
  const method = `mixture '${expected.covarianceType}'`;
  const points = rowsOf(kind);
  const { means, precisions } = kind.mixture;
  const model = await fitFrom(place, points, { ...expected, means, precisions: precisions.data });
  const warnings = place.takeWarnings();
  ledger.expect(warnings.length === 0, `${method} warns: ${warnings.join('; ')}`);
  compareBounds(model, points.shape[0], expected, method, ledger);
  judgeAlone(model, points, method, ledger);
}

/** As many EM steps as leave float64's own bound where it is when the rows are rounded. */
export async function runMixtures(place: Place, kind: NumericsKind): Promise<Findings> {
  const ledger = new Ledger();
  for (const expected of kind.mixture.cases) {
    await ledger.part(`mixture '${expected.covarianceType}'`, () =>
      runCase(place, kind, expected, ledger),
    );
  }
  return ledger;
}
