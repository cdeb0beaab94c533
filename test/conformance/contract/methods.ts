/** Every method, as the contract that all of them keep sees it: a new method is one more entry. */
import type {
  AutoencoderModel,
  BayesianGaussianMixtureModel,
  BoltzmannModel,
  ComputeOptions,
  ConvolutionalTransformModel,
  Dbscan,
  DeepClusteringModel,
  DeepDictionaryModel,
  DeepSubspaceModel,
  DictionaryModel,
  GapStatistic,
  GaussianMixtureModel,
  Hdbscan,
  KMeansModel,
  MiniBatchKMeansModel,
  Neighbours,
  OnlineKMeansModel,
  PcaModel,
  Points,
  ScatteringFeatures,
  SelfOrganizingMapModel,
  SpectralClusteringModel,
  TransformedKMeansModel,
  TransformedSubspaceModel,
  TransformModel,
  SubspaceClusteringModel,
  VectorQuantizer,
} from '../../../src/index.js';
import type { TypedArray } from '../expect.js';
import { blobs } from '../kmeans/support.js';

export type Options = Readonly<Record<string, unknown>>;

/** What a wrong option is, and the name of the one that the error must name. */
export type Refusal = readonly [options: Options, argument: string];

export interface Method<Result> {
  /** What the library exports it by. */
  readonly name: string;
  /** 60 rows. Without: ROWS. */
  readonly rows?: Rows;
  /** Valid for its rows, quick, from a random start where there is one. */
  readonly options: Options;
  /** What it takes between its rows and its options: labels, or k. */
  readonly labels?: Uint32Array | number;
  /** The start given, for rows of which row i is row `of[i]` of ROWS. Without: nothing is drawn. */
  readonly start?: (of: ArrayLike<number>) => Options;
  /** The class of its result, by name; without: a number. */
  readonly model?: string;
  /** What it found, to be compared within float32's digits. */
  values(result: Result): ArrayLike<number>;
  /** What a model is for. */
  use?(model: Result, points: Points, where: ComputeOptions): Promise<TypedArray>;
  /** The number in what `onIteration` is told that rises from call to call; without: no such option. */
  readonly progress?: string;
  readonly seed?: true;
  /** `sampleWeight` is taken; 'copies': as if each row stood there as often as its weight says. */
  readonly weights?: 'copies' | 'any';
  /** Streams are taken; 'as rows': for the same bits. */
  readonly streams?: 'as rows' | 'any';
  /** Rows as few as ROWS are worked on by the host, wherever more would be. */
  readonly onHost?: true;
  readonly refused: readonly Refusal[];
}

export type Rows = ReturnType<typeof blobs>;

/** Two clouds far apart, whose rows take turns. */
export const ROWS = blobs(60, 3, 2, 1);

const CENTRES = [
  [0, 0, 0],
  [16, 0, 0],
];
const fromCentres = () => ({ init: CENTRES });
const clusters: readonly Refusal[] = [
  [{ k: 0 }, 'k'],
  [{ k: 1.5 }, 'k'],
  [{ k: '2' }, 'k'],
  [{ k: undefined }, 'k'],
  [{ k: 61 }, 'k'],
  [{ init: 'kmeans++' }, 'init'],
];
const ofTwo: readonly Refusal[] = [
  [{ maxIter: 0 }, 'maxIter'],
  [{ nInit: 0 }, 'nInit'],
  [{ tol: -1 }, 'tol'],
];

const kmeans = {
  name: 'kmeans',
  options: { k: 2, init: 'random', nInit: 1, maxIter: 5, tol: 0 },
  start: fromCentres,
  model: 'KMeansModel',
  values: ({ centroids, history }) => [...centroids.data, ...history],
  use: (model, points, where) => model.predict(points, where),
  progress: 'iteration',
  seed: true,
  weights: 'copies',
  streams: 'as rows',
  refused: [...clusters, ...ofTwo, [{ metric: 'l1' }, 'metric'], [{ storage: 8 }, 'storage']],
} satisfies Method<KMeansModel>;

const miniBatchKMeans = {
  name: 'miniBatchKMeans',
  options: { k: 2, init: 'random', nInit: 1, batchSize: 20, maxIter: 2 },
  start: fromCentres,
  model: 'MiniBatchKMeansModel',
  values: ({ centroids, weightSums }) => [...centroids.data, ...weightSums],
  use: (model, points, where) => model.predict(points, where),
  progress: 'step',
  seed: true,
  weights: 'any',
  streams: 'any',
  refused: [
    ...clusters,
    ...ofTwo,
    [{ batchSize: 0 }, 'batchSize'],
    [{ reassignmentRatio: 2 }, 'reassignmentRatio'],
  ],
} satisfies Method<MiniBatchKMeansModel>;

const onlineKMeans = {
  name: 'onlineKMeans',
  options: { k: 2, init: 'random', batchSize: 20, passes: 2, shuffle: true },
  // Copies of a row must follow one another.
  start: () => ({ init: CENTRES, batchSize: 1, shuffle: false }),
  model: 'OnlineKMeansModel',
  values: ({ centroids, counts }) => [...centroids.data, ...counts],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  progress: 'step',
  seed: true,
  weights: 'copies',
  streams: 'any',
  refused: [
    ...clusters,
    [{ eta: 0 }, 'eta'],
    [{ eta: (t: number) => 1 / t }, 'eta'],
    [{ passes: 0 }, 'passes'],
    [{ initialCounts: [1] }, 'initialCounts'],
  ],
} satisfies Method<OnlineKMeansModel>;

const selfOrganizingMap = {
  name: 'selfOrganizingMap',
  options: { rows: 2, columns: 2, epochs: 3, init: 'random' },
  start: () => ({ init: [...CENTRES, [0, 1, 0], [16, 1, 0]] }),
  model: 'SelfOrganizingMapModel',
  values: ({ centroids, history }) => [...centroids.data, ...history],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  progress: 'epoch',
  seed: true,
  weights: 'copies',
  streams: 'as rows',
  refused: [
    [{ rows: 0 }, 'rows'],
    [{ columns: 2.5 }, 'columns'],
    [{ rows: 61 }, 'rows'],
    [{ grid: 'triangular' }, 'grid'],
    [{ radius: [1, 2] }, 'radius'],
    [{ rate: 2 }, 'rate'],
    [{ epochs: 0 }, 'epochs'],
    [{ init: 'kmeans' }, 'init'],
  ],
} satisfies Method<SelfOrganizingMapModel>;

const mixtureOptions = {
  k: 2,
  covarianceType: 'diag',
  init: 'random_from_data',
  maxIter: 3,
  tol: 0,
};
const ofMixtures: readonly Refusal[] = [
  ...clusters,
  ...ofTwo,
  [{ covarianceType: 'round' }, 'covarianceType'],
  [{ regCovar: -1 }, 'regCovar'],
];

const gaussianMixture = {
  name: 'gaussianMixture',
  options: mixtureOptions,
  start: () => ({
    init: {
      weights: [0.5, 0.5],
      means: { data: CENTRES.flat(), shape: [2, 3] },
      precisions: { data: [1, 1, 1, 1, 1, 1], shape: [2, 3] },
    },
  }),
  model: 'GaussianMixtureModel',
  values: ({ means, covariances, history }) => [...means.data, ...covariances.data, ...history],
  use: async (model, points, where) => (await model.predictProba(points, where)).data,
  progress: 'iteration',
  seed: true,
  weights: 'copies',
  streams: 'as rows',
  refused: [...ofMixtures, [{ fixedVariance: 1 }, 'fixedVariance']],
} satisfies Method<GaussianMixtureModel>;

const bayesianGaussianMixture = {
  name: 'bayesianGaussianMixture',
  options: mixtureOptions,
  start: (of) => ({ init: { labels: Array.from(of, (row) => row % 2) } }),
  model: 'BayesianGaussianMixtureModel',
  values: ({ means, covariances, weights }) => [
    ...means.data,
    ...covariances.data,
    ...weights.data,
  ],
  use: async (model, points, where) => (await model.predictProba(points, where)).data,
  progress: 'iteration',
  seed: true,
  weights: 'copies',
  streams: 'as rows',
  refused: [
    ...ofMixtures,
    [{ meanPrecisionPrior: 0 }, 'meanPrecisionPrior'],
    [{ degreesOfFreedomPrior: 1 }, 'degreesOfFreedomPrior'],
  ],
} satisfies Method<BayesianGaussianMixtureModel>;

const pca = {
  name: 'pca',
  options: { nComponents: 2, solver: 'randomized', whiten: true },
  model: 'PcaModel',
  values: ({ explainedVariance, components }) => [...explainedVariance, ...components.data],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  progress: 'iteration',
  seed: true,
  streams: 'as rows',
  refused: [
    [{ nComponents: 0 }, 'nComponents'],
    [{ nComponents: 4 }, 'nComponents'],
    [{ solver: 'svd' }, 'solver'],
    [{ whiten: 1 }, 'whiten'],
  ],
} satisfies Method<PcaModel>;

const gapStatistic = {
  name: 'gapStatistic',
  options: { kMax: 2, references: 2, nInit: 1 },
  model: 'GapStatistic',
  values: ({ logW, expectedLogW }) => [...logW, ...expectedLogW],
  progress: 'done',
  seed: true,
  onHost: true,
  refused: [
    [{ kMax: 0 }, 'kMax'],
    [{ kMax: 60 }, 'kMax'],
    [{ references: 0 }, 'references'],
    [{ rule: 'elbow' }, 'rule'],
    [{ power: 0 }, 'power'],
    [{ cluster: 'kmeans' }, 'cluster'],
  ],
} satisfies Method<GapStatistic>;

const nearestNeighbours = {
  name: 'nearestNeighbours',
  options: {},
  labels: 4,
  values: ({ distances }) => distances,
  streams: 'as rows',
  refused: [
    [{ includeSelf: 1 }, 'includeSelf'],
    [{ queries: 3 }, 'queries'],
  ],
} satisfies Method<Neighbours>;

const dbscan = {
  name: 'dbscan',
  options: { eps: 3, minSamples: 4 },
  values: ({ labels, core }) => [...labels, ...core],
  refused: [
    [{ eps: 0 }, 'eps'],
    [{ eps: '1' }, 'eps'],
    [{ minSamples: 0 }, 'minSamples'],
  ],
} satisfies Method<Dbscan>;

const hdbscan = {
  name: 'hdbscan',
  options: { minClusterSize: 8, minSamples: 4 },
  values: ({ labels, probabilities }) => [...labels, ...probabilities],
  refused: [
    [{ minClusterSize: 1 }, 'minClusterSize'],
    [{ minSamples: 0 }, 'minSamples'],
    [{ minSamples: 61 }, 'minSamples'],
    [{ clusterSelectionMethod: 'best' }, 'clusterSelectionMethod'],
  ],
} satisfies Method<Hdbscan>;

const spectralClustering = {
  name: 'spectralClustering',
  options: { k: 2, gamma: 0.01, nInit: 2 },
  model: 'SpectralClusteringModel',
  values: ({ eigenvalues, embedding, affinity }) => [
    ...eigenvalues,
    ...embedding.data,
    ...affinity.data,
  ],
  seed: true,
  streams: 'as rows',
  refused: [
    [{ k: 0 }, 'k'],
    [{ k: undefined }, 'k'],
    [{ k: 61 }, 'k'],
    [{ affinity: 'cosine' }, 'affinity'],
    [{ gamma: 0 }, 'gamma'],
    [{ nNeighbours: 0 }, 'nNeighbours'],
    [{ affinity: 'nearestNeighbours', nNeighbours: 61 }, 'nNeighbours'],
    [{ laplacian: 'random' }, 'laplacian'],
    [{ regularization: -1 }, 'regularization'],
    [{ assignLabels: 'qr' }, 'assignLabels'],
    [{ nInit: 0 }, 'nInit'],
  ],
} satisfies Method<SpectralClusteringModel>;

const transformLearning = {
  name: 'transformLearning',
  options: { alpha: 1, maxIter: 3, tol: 0 },
  model: 'TransformModel',
  values: ({ atoms, representation, history }) => [
    ...atoms.data,
    ...representation.data,
    ...history.map(({ objective }) => objective),
  ],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  progress: 'iteration',
  seed: true,
  refused: [
    [{ nAtoms: 2 }, 'nAtoms'],
    [{ penalty: -1 }, 'penalty'],
    [{ alpha: -1 }, 'alpha'],
    [{ alpha: undefined, nNonzero: 0 }, 'nNonzero'],
    [{ init: 3 }, 'init'],
    [{ maxIter: 0 }, 'maxIter'],
    [{ tol: -1 }, 'tol'],
  ],
} satisfies Method<TransformModel>;

const ofNetworks: readonly Refusal[] = [
  [{ layers: [] }, 'layers'],
  [{ layers: [0] }, 'layers'],
  [{ embeddingSize: 0 }, 'embeddingSize'],
  [{ activation: 'gelu' }, 'activation'],
  [{ batchSize: 61 }, 'batchSize'],
  [{ image: { width: 2, height: 2 } }, 'image'],
  [{ convolutions: [{ filters: 0, kernel: 3 }] }, 'convolutions'],
  [{ image: { width: 3, height: 1 }, tied: true }, 'tied'],
  [{ learningRate: 0 }, 'learningRate'],
  [{ optimizer: 'lion' }, 'optimizer'],
  [{ momentum: 1 }, 'momentum'],
  [{ noise: -1 }, 'noise'],
];

const autoencoder = {
  name: 'autoencoder',
  options: { layers: [4], embeddingSize: 2, epochs: 3, batchSize: 25, noise: 0.25 },
  model: 'AutoencoderModel',
  values: ({ history }) => history.map(({ loss }) => loss),
  use: async (model, points, where) => (await model.reconstruct(points, where)).data,
  seed: true,
  refused: [...ofNetworks, [{ epochs: 0 }, 'epochs']],
} satisfies Method<AutoencoderModel>;

const deepClustering = {
  name: 'deepClustering',
  options: {
    ...{ k: 2, layers: [4], embeddingSize: 2, pretrainEpochs: 2, clusteringEpochs: 2 },
    ...{ nInit: 2, batchSize: 25, changeTol: 0 },
  },
  model: 'DeepClusteringModel',
  values: ({ embedding, centroids, softAssignments }) => [
    ...embedding.data,
    ...centroids.data,
    ...softAssignments.data,
  ],
  use: (model, points, where) => model.predict(points, where),
  seed: true,
  refused: [
    ...clusters.slice(0, 5),
    ...ofNetworks,
    [{ method: 'vade' }, 'method'],
    [{ method: 'dcec' }, 'image'],
    [{ autoencoder: {} }, 'autoencoder'],
    [{ clusteringEpochs: 0 }, 'clusteringEpochs'],
  ],
} satisfies Method<DeepClusteringModel>;

const deepSubspaceClustering = {
  name: 'deepSubspaceClustering',
  options: { k: 2, layers: [3, 2], pretrainEpochs: 2, epochs: 2, batchSize: 25 },
  model: 'DeepSubspaceModel',
  values: ({ embedding, coefficients }) => [...embedding.data, ...coefficients.data],
  seed: true,
  refused: [
    ...clusters.slice(0, 5),
    [{ method: 'idec' }, 'method'],
    [{ batchSize: 61 }, 'batchSize'],
    [{ image: { width: 2, height: 2 } }, 'image'],
    [{ keep: 2 }, 'keep'],
    [{ expressionWeight: 0 }, 'expressionWeight'],
  ],
} satisfies Method<DeepSubspaceModel>;

const convolutionalTransformLearning = {
  name: 'convolutionalTransformLearning',
  options: {
    ...{ k: 2, epochs: 2, batchSize: 25, nInit: 2 },
    convolutions: [{ filters: 2, kernel: [1, 2] }],
  },
  model: 'ConvolutionalTransformModel',
  values: ({ features, smallestSingularValues }) => [...features.data, ...smallestSingularValues],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  seed: true,
  refused: [
    [{ k: 61 }, 'k'],
    [{ image: { width: 2, height: 2 } }, 'image'],
    [{ convolutions: [{ filters: 2, kernel: 2, pool: 0 }] }, 'convolutions'],
    [{ clustering: 'dbscan' }, 'clustering'],
    [{ penalty: 0 }, 'penalty'],
  ],
} satisfies Method<ConvolutionalTransformModel>;

const restrictedBoltzmannMachine = {
  name: 'restrictedBoltzmannMachine',
  options: { components: 3, epochs: 2, batchSize: 25 },
  model: 'BoltzmannModel',
  // Draws hang on float32's last digit.
  values: ({ visibleBias }) => visibleBias,
  use: async (model, points, where) => (await model.transform(points, where)).data,
  seed: true,
  refused: [
    [{ components: 0 }, 'components'],
    [{ rate: 0 }, 'rate'],
    [{ steps: 0 }, 'steps'],
    [{ persistent: 1 }, 'persistent'],
    [{ batchSize: 61 }, 'batchSize'],
  ],
} satisfies Method<BoltzmannModel>;

const transformedKMeans = {
  name: 'transformedKMeans',
  options: { k: 2, nInit: 1, maxIter: 3 },
  model: 'TransformedKMeansModel',
  values: ({ atoms, representation, history }) => [
    ...atoms.data,
    ...representation.data,
    ...history.map(({ objective }) => objective),
  ],
  use: (model, points, where) => model.predict(points, where),
  progress: 'iteration',
  seed: true,
  refused: [
    ...clusters.slice(0, 5),
    [{ penalty: -1 }, 'penalty'],
    [{ mu: 0 }, 'mu'],
    [{ nInit: 0 }, 'nInit'],
    [{ maxIter: 0 }, 'maxIter'],
    [{ tol: -1 }, 'tol'],
  ],
} satisfies Method<TransformedKMeansModel>;

const dictionaryLearning = {
  name: 'dictionaryLearning',
  options: { nAtoms: 2, maxIter: 2 },
  model: 'DictionaryModel',
  values: ({ atoms, history }) => [
    ...atoms.data,
    ...history.map(({ objective }) => Math.sqrt(objective)),
  ],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  progress: 'iteration',
  seed: true,
  refused: [
    [{ nAtoms: 0 }, 'nAtoms'],
    [{ alpha: -1 }, 'alpha'],
    [{ positive: 1 }, 'positive'],
    [{ init: 'svd' }, 'init'],
    [{ maxIter: 0 }, 'maxIter'],
    [{ tol: -1 }, 'tol'],
  ],
} satisfies Method<DictionaryModel>;

const transformedSubspaceClustering = {
  name: 'transformedSubspaceClustering',
  options: { k: 2, layers: 1, expression: 'llmc', nInit: 1, maxIter: 2 },
  model: 'TransformedSubspaceModel',
  values: ({ layers: [layer], history }) => [
    ...layer.data,
    ...history.map(({ objective }) => objective),
  ],
  use: async (model, points, where) => (await model.transform(points, where)).data,
  progress: 'iteration',
  seed: true,
  refused: [
    ...clusters.slice(0, 5),
    [{ layers: 5 }, 'layers'],
    [{ expression: 'lrr' }, 'expression'],
    [{ penalty: 0 }, 'penalty'],
    [{ gamma: 0 }, 'gamma'],
    [{ lambda: 0 }, 'lambda'],
    [{ normalize: 1 }, 'normalize'],
    [{ maxIter: 0 }, 'maxIter'],
  ],
} satisfies Method<TransformedSubspaceModel>;

const deepDictionaryClustering = {
  name: 'deepDictionaryClustering',
  options: { k: 2, layers: [3, 2], nonNegative: false, nInit: 2, maxIter: 2 },
  model: 'DeepDictionaryModel',
  values: ({ history }) => history.map(({ objective }) => Math.sqrt(objective)),
  progress: 'iteration',
  seed: true,
  refused: [
    ...clusters.slice(0, 5),
    [{ layers: [] }, 'layers'],
    [{ layers: [2, 2, 2, 2, 2] }, 'layers'],
    [{ layers: [0] }, 'layers'],
    [{ clustering: 'spectral' }, 'clustering'],
    [{ mu: 0 }, 'mu'],
    [{ lambda: 0 }, 'lambda'],
    [{ nonNegative: 1 }, 'nonNegative'],
    [{ expression: 'lrr' }, 'expression'],
  ],
} satisfies Method<DeepDictionaryModel>;
const subspaceClustering = {
  name: 'subspaceClustering',
  options: { k: 2, method: 'lsr', lambda: 0.5, nInit: 2 },
  model: 'SubspaceClusteringModel',
  values: ({ coefficients, affinity }) => [...coefficients.data, ...affinity.data],
  use: (model, points, where) => model.predict(points, where),
  seed: true,
  streams: 'as rows',
  refused: [
    [{ k: 0 }, 'k'],
    [{ k: undefined }, 'k'],
    [{ k: 61 }, 'k'],
    [{ method: 'lrr' }, 'method'],
    [{ nNonzero: 0 }, 'nNonzero'],
    [{ alpha: 0 }, 'alpha'],
    [{ method: 'elasticNet', alpha: 0.5, lambda: undefined }, 'alpha'],
    [{ lambda: -1 }, 'lambda'],
    [{ method: 'ssc', lambda: 0 }, 'lambda'],
    [{ method: 'ssc', lambda: 1.5 }, 'lambda'],
    [{ method: 'elasticNet', lambda: 1.5 }, 'lambda'],
    [{ method: 'lrsc', lambda: 61 }, 'lambda'],
    [{ l1Ratio: 0 }, 'l1Ratio'],
    [{ affine: 1 }, 'affine'],
    [{ solver: 'lars' }, 'solver'],
    [{ method: 'ssc', solver: 'fista', affine: true }, 'solver'],
    [{ iteration: 'octave' }, 'iteration'],
    [{ maxIter: 0 }, 'maxIter'],
    [{ tol: -1 }, 'tol'],
    [{ keep: 0 }, 'keep'],
    [{ nLargest: 0 }, 'nLargest'],
    [{ rowScale: 'max' }, 'rowScale'],
    [{ affinity: 'cosine' }, 'affinity'],
    [{ dimension: 0 }, 'dimension'],
    [{ power: 0 }, 'power'],
    [{ laplacian: 'random' }, 'laplacian'],
    [{ regularization: -1 }, 'regularization'],
    [{ assignLabels: 'qr' }, 'assignLabels'],
    [{ nInit: 0 }, 'nInit'],
  ],
} satisfies Method<SubspaceClusteringModel>;

const vectorQuantizer = {
  name: 'vectorQuantizer',
  options: { k: 2, subspaces: 2, maxIter: 5 },
  model: 'VectorQuantizer',
  values: ({ codebooks, distortion }) => [
    ...codebooks.flatMap(({ data }) => [...data]),
    distortion,
  ],
  use: async (model, points, where) => (await model.encode(points, where)).codes,
  seed: true,
  streams: 'as rows',
  refused: [
    [{ k: 0 }, 'k'],
    [{ k: undefined }, 'k'],
    [{ k: 61 }, 'k'],
    [{ codeBits: 1 }, 'k'],
    [{ subspaces: 4 }, 'subspaces'],
    [{ valueBits: 16 }, 'valueBits'],
    [{ maxIter: 0 }, 'maxIter'],
    [{ nInit: 0 }, 'nInit'],
  ],
} satisfies Method<VectorQuantizer>;

const scatteringTransform = {
  name: 'scatteringTransform',
  rows: blobs(60, 4, 2, 1),
  options: { scales: 1, orientations: 2 },
  values: ({ data }) => data,
  streams: 'as rows',
  refused: [
    [{ width: 0 }, 'width'],
    [{ width: 3 }, 'width'],
    [{ height: 3 }, 'height'],
    [{ scales: 2 }, 'scales'],
    [{ orientations: 65 }, 'orientations'],
    [{ maxOrder: 3 }, 'maxOrder'],
    [{ normalize: 1 }, 'normalize'],
  ],
} satisfies Method<ScatteringFeatures>;

const score = {
  options: {},
  labels: Uint32Array.from({ length: 60 }, (_, i) => i % 2),
  values: (score: number) => [score],
  streams: 'as rows',
  refused: [],
} as const;

export const METHODS: readonly Method<unknown>[] = [
  kmeans,
  miniBatchKMeans,
  onlineKMeans,
  selfOrganizingMap,
  gaussianMixture,
  bayesianGaussianMixture,
  pca,
  gapStatistic,
  nearestNeighbours,
  dbscan,
  hdbscan,
  spectralClustering,
  transformLearning,
  autoencoder,
  deepClustering,
  deepSubspaceClustering,
  convolutionalTransformLearning,
  restrictedBoltzmannMachine,
  transformedKMeans,
  dictionaryLearning,
  transformedSubspaceClustering,
  deepDictionaryClustering,
  subspaceClustering,
  vectorQuantizer,
  scatteringTransform,
  { ...score, name: 'daviesBouldin' } satisfies Method<number>,
  { ...score, name: 'calinskiHarabasz' } satisfies Method<number>,
  {
    ...score,
    name: 'silhouette',
    seed: true,
    refused: [
      [{ sampleSize: 0 }, 'sampleSize'],
      [{ metric: 'l1' }, 'metric'],
    ],
  } satisfies Method<number>,
];
