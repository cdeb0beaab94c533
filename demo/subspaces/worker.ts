/** Draws the samples and clusters them, off the page's thread. */
import {
  clusteringAccuracy,
  kmeans,
  selfExpressionError,
  sparsity,
  spectralClustering,
  subspaceClustering,
  type SubspaceClusteringModel,
  type SubspaceClusteringOptions,
} from '../../src/index.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import type {
  Cut,
  Expressed,
  Expression,
  FlatSettings,
  Labelling,
  SpaceSettings,
  SubspacesJobs,
} from './jobs.js';
import { drawFlat, drawSubspaces, renamed, type Sample, SUBSPACES } from './samples.js';

/** So many eigenvalues are shown. */
const EIGENVALUES = 8;
const FLAT_CLUSTERS = 2;

const METHODS: Readonly<Record<Expression, Partial<SubspaceClusteringOptions>>> = {
  ssc: {},
  omp: { nNonzero: 2 },
  elasticNet: {},
  lsr: {},
};

function judged(labels: Uint32Array, { truth }: Sample, k: number): Labelling {
  return { labels: renamed(labels, truth, k), accuracy: clusteringAccuracy(truth, labels) };
}

/** In full, whatever it is. */
function dense(
  matrix: SubspaceClusteringModel['affinity'] | SubspaceClusteringModel['coefficients'],
): Float32Array {
  if (!('indptr' in matrix)) return Float32Array.from(matrix.data);
  const { indptr, indices, data, shape } = matrix;
  const [n] = shape;
  const full = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let e = indptr[i]; e < indptr[i + 1]; e++) full[i * n + indices[e]] = data[e];
  }
  return full;
}

async function express(
  { sample: name, rowsEach, noise, method, seed, onCpu }: SpaceSettings,
  { signal, runtime, onProgress, send }: JobContext<Sample>,
): Promise<Expressed> {
  const where = { signal, runtime: onCpu ? ('cpu' as const) : runtime };
  const sample = drawSubspaces(name, rowsEach, noise, seed);
  send(sample);
  const { points, truth } = sample;
  const k = SUBSPACES[name].length;
  const tell = (value: number, text: string) => {
    onProgress({ value, max: 3, text });
  };
  tell(0, 'Expressing each point by the others');
  const start = performance.now();
  const model = await subspaceClustering(points, { k, method, ...METHODS[method], ...where });
  const milliseconds = performance.now() - start;
  tell(1, 'Finding more eigenvalues');
  const graph = await spectralClustering(model.affinity, {
    ...{ k: EIGENVALUES, affinity: 'precomputed', laplacian: 'ngJordanWeiss' },
    ...{ assignLabels: 'clusterQr', ...where },
  });
  tell(2, 'K-means');
  const centroids = await kmeans(points, { k, nInit: 10, ...where });
  return {
    coefficients: dense(model.coefficients),
    affinity: dense(model.affinity),
    eigenvalues: graph.eigenvalues,
    found: judged(model.labels, sample, k),
    kMeans: judged(centroids.labels, sample, k),
    selfExpressionError: selfExpressionError(model.coefficients, truth),
    sparsity: sparsity(model.coefficients),
    engine: model.engine,
    milliseconds,
  };
}

async function cut(
  { sample: name, n, noise, nNeighbours, seed, onCpu }: FlatSettings,
  { signal, runtime, onProgress, send }: JobContext<Sample>,
): Promise<Cut> {
  const where = { signal, runtime: onCpu ? ('cpu' as const) : runtime };
  const k = FLAT_CLUSTERS;
  const sample = drawFlat(name, n, noise, seed);
  send(sample);
  const { points } = sample;
  onProgress({ value: 0, max: 3, text: 'Cutting the graph of neighbours' });
  const start = performance.now();
  const model = await spectralClustering(points, {
    ...{ k, affinity: 'nearestNeighbours', nNeighbours, ...where },
  });
  const milliseconds = performance.now() - start;
  onProgress({ value: 1, max: 3, text: 'Finding more eigenvectors' });
  const further = await spectralClustering(model.affinity, {
    ...{ k: k + 1, affinity: 'precomputed', assignLabels: 'clusterQr', ...where },
  });
  onProgress({ value: 2, max: 3, text: 'K-means' });
  const { labels, centroids } = await kmeans(points, { k, nInit: 10, ...where });
  const { data } = further.embedding;
  const kMeans = judged(labels, sample, k);
  return {
    edges: edgesOf(model.affinity),
    found: judged(model.labels, sample, k),
    kMeans,
    centroids: Float64Array.from(centroids.data),
    places: Float32Array.from({ length: 2 * n }, (_, at) => data[3 * (at >> 1) + 1 + (at % 2)]),
    eigenvalues: further.eigenvalues,
    engine: model.engine,
    milliseconds,
  };
}

/** Each pair once. */
function edgesOf(affinity: SubspaceClusteringModel['affinity']): Uint32Array {
  if (!('indptr' in affinity)) return new Uint32Array();
  const { indptr, indices, shape } = affinity;
  const edges: number[] = [];
  for (let i = 0; i < shape[0]; i++) {
    for (let e = indptr[i]; e < indptr[i + 1]; e++) if (indices[e] > i) edges.push(i, indices[e]);
  }
  return Uint32Array.from(edges);
}

serveJobs<SubspacesJobs>({ express, cut });
