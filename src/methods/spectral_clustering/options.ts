/** What the options of `spectralClustering` must be, and what they are where they are absent. */
import {
  aSeed,
  nonNegative,
  oneOf,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

/** Where affinities come from: all distances, the nearest rows, or the caller. */
export const AFFINITIES = ['rbf', 'nearestNeighbours', 'precomputed'] as const;
export type AffinityKind = (typeof AFFINITIES)[number];

/** How eigenvectors become an embedding: scikit-learn's way, or those of two papers. */
export const LAPLACIANS = ['normalized', 'ngJordanWeiss', 'shiMalik'] as const;
export type Laplacian = (typeof LAPLACIANS)[number];

/** How an embedding becomes labels. */
export const ASSIGNMENTS = ['kmeans', 'clusterQr', 'discretize'] as const;
export type LabelAssignment = (typeof ASSIGNMENTS)[number];

export const SPECTRAL_RULES = {
  k: wholeNumber(1),
  affinity: oneOf(...AFFINITIES),
  gamma: positive,
  nNeighbours: wholeNumber(1),
  laplacian: oneOf(...LAPLACIANS),
  regularization: nonNegative,
  assignLabels: oneOf(...ASSIGNMENTS),
  nInit: wholeNumber(1),
  seed: aSeed,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const SPECTRAL_DEFAULTS = {
  affinity: 'rbf',
  gamma: 1,
  nNeighbours: 10,
  laplacian: 'normalized',
  regularization: 0,
  assignLabels: 'kmeans',
  seed: 0,
} as const;
