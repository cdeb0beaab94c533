/** What the options of `subspaceClustering` must be, and what they are where they are absent. */
import {
  aSeed,
  aSwitch,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { ASSIGNMENTS, LAPLACIANS } from '../spectral_clustering/options.js';

/** How rows are expressed by one another. */
export const SUBSPACE_METHODS = ['ssc', 'omp', 'elasticNet', 'lsr', 'lrsc'] as const;
export type SubspaceMethod = (typeof SUBSPACE_METHODS)[number];

/** What minimizes the sum of 'ssc'. */
export const SOLVERS = ['admm', 'fista'] as const;
export type LassoSolver = (typeof SOLVERS)[number];

/** Which ADMM: that of the stated problem, or the one of the authors' MATLAB code. */
export const ITERATIONS = ['exact', 'matlab'] as const;
export type LassoIteration = (typeof ITERATIONS)[number];

/** How coefficients become affinities. */
export const COEFFICIENT_AFFINITIES = ['magnitudes', 'nearestNeighbours', 'dscNet'] as const;
export type CoefficientAffinity = (typeof COEFFICIENT_AFFINITIES)[number];

/** What the coefficients of a row are divided by. */
export const ROW_SCALES = ['largest', 'length', 'none'] as const;
export type RowScale = (typeof ROW_SCALES)[number];

/** A number above 0, at most 1. */
const share: OptionRule = {
  rule: 'a number above 0, at most 1',
  holds: (value) => positive.holds(value) && (value as number) <= 1,
};

export const SUBSPACE_RULES = {
  k: wholeNumber(1),
  method: oneOf(...SUBSPACE_METHODS),
  nNonzero: wholeNumber(1),
  alpha: positive,
  lambda: nonNegative,
  l1Ratio: share,
  zeroDiagonal: aSwitch,
  affine: aSwitch,
  outliers: aSwitch,
  normalize: aSwitch,
  solver: oneOf(...SOLVERS),
  iteration: oneOf(...ITERATIONS),
  maxIter: wholeNumber(1),
  tol: nonNegative,
  keep: share,
  nLargest: wholeNumber(1),
  rowScale: oneOf(...ROW_SCALES),
  affinity: oneOf(...COEFFICIENT_AFFINITIES),
  nNeighbours: wholeNumber(1),
  dimension: wholeNumber(1),
  power: positive,
  laplacian: oneOf(...LAPLACIANS),
  regularization: nonNegative,
  assignLabels: oneOf(...ASSIGNMENTS),
  nInit: wholeNumber(1),
  seed: aSeed,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const SUBSPACE_DEFAULTS = {
  method: 'ssc',
  l1Ratio: 0.9,
  zeroDiagonal: true,
  affine: false,
  outliers: false,
  solver: 'admm',
  iteration: 'exact',
  keep: 1,
  affinity: 'magnitudes',
  nNeighbours: 3,
  dimension: 10,
  power: 3.5,
  laplacian: 'ngJordanWeiss',
  assignLabels: 'kmeans',
  seed: 0,
} as const;

/** What else holds where it is absent, by method. */
const METHOD_DEFAULTS = {
  ssc: { alpha: 20, rowScale: 'largest' },
  // As many coefficients for every row, whether it has use for them or not: sparse, uneven graphs.
  omp: { nNonzero: 10, rowScale: 'length', regularization: 0.4 },
  elasticNet: { alpha: 50, nNonzero: 50, rowScale: 'length' },
  lsr: { lambda: 0.01, rowScale: 'largest' },
  lrsc: { lambda: 0.01, rowScale: 'none' },
} as const;

const OUTLIERS = { rowScale: 'none' } as const;

/** As the authors' code has them: for rows with outliers, and without. */
const MATLAB = { tol: 2e-4, maxIter: 200 } as const;
const MATLAB_OUTLIERS = { tol: 2e-4, maxIter: 150 } as const;
const EXACT = { tol: 1e-5, maxIter: 500 } as const;
/** What active sets finish. */
const NEAR = { tol: 2e-4, maxIter: 200 } as const;

/** How rows are expressed, with all that was left out. */
export interface Settings {
  readonly method: SubspaceMethod;
  readonly nNonzero?: number;
  readonly alpha?: number;
  readonly lambda?: number;
  readonly l1Ratio: number;
  readonly zeroDiagonal: boolean;
  readonly affine: boolean;
  readonly outliers: boolean;
  readonly normalize: boolean;
  readonly solver: LassoSolver;
  readonly iteration: LassoIteration;
  readonly maxIter: number;
  readonly tol: number;
}

type Given = Partial<Settings>;

/** Whatever else stands among the options is kept. */
export function settled<T extends Given>(options: T) {
  const known: Pick<Settings, 'method' | 'iteration' | 'affine' | 'outliers'> = {
    ...SUBSPACE_DEFAULTS,
    ...options,
  };
  const { method, iteration, affine, outliers } = known;
  const exact = affine || outliers ? EXACT : NEAR;
  const ends = iteration === 'exact' ? exact : outliers ? MATLAB_OUTLIERS : MATLAB;
  return {
    ...SUBSPACE_DEFAULTS,
    ...{ ...ends, normalize: !outliers, regularization: 0 },
    ...METHOD_DEFAULTS[method],
    ...(outliers ? OUTLIERS : {}),
    ...options,
  };
}

const SETTINGS = [
  ...['method', 'nNonzero', 'alpha', 'lambda', 'l1Ratio', 'zeroDiagonal', 'affine', 'outliers'],
  ...['normalize', 'solver', 'iteration', 'maxIter', 'tol'],
];

/** What of the options says how rows are expressed. */
export function settingsOf(options: Settings): Settings {
  const given = Object.entries(options).filter(([name]) => SETTINGS.includes(name));
  return Object.freeze(Object.fromEntries(given)) as unknown as Settings;
}
