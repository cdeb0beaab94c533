/** What is tried, and what the process that tries it tells the one that watches. */

/** The share of all cases that each subject has, relative to the others'. */
export const SHARES = {
  kmeans: 8,
  miniBatchKMeans: 6,
  onlineKMeans: 5,
  selfOrganizingMap: 5,
  gapStatistic: 4,
  nearestNeighbours: 3,
  dbscan: 2,
  hdbscan: 2,
  spectralClustering: 3,
  scatteringTransform: 1,
  subspaceClustering: 3,
  transformLearning: 2,
  transformedKMeans: 1,
  transformedSubspaceClustering: 1,
  dictionaryLearning: 2,
  deepDictionaryClustering: 2,
  gaussianMixture: 7,
  bayesianGaussianMixture: 5,
  pca: 6,
  models: 6,
  sample: 2,
  'saved models': 8,
  streams: 6,
  blobRows: 2,
  'damaged files': 5,
  'command lines': 3,
} as const;

export type SubjectName = keyof typeof SHARES;

/** Those that no device has a part in, and those whose parts on it others have as well: each is a process to start. */
export const WITHOUT_DEVICE: readonly SubjectName[] = [
  'sample',
  'damaged files',
  'command lines',
  'transformLearning',
  'transformedKMeans',
  'transformedSubspaceClustering',
  'dictionaryLearning',
];

/** A failure, and how often it, or one like it, came up. */
export interface Failure {
  readonly text: string;
  /** The least case that it was seen with. */
  readonly value: string;
  readonly times: number;
}

export type Message =
  | { readonly kind: 'begins'; readonly value: string }
  | { readonly kind: 'ends'; readonly failures: readonly Failure[] };
