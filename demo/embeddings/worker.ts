/** Clusters and searches the words off the page's thread. */
import { type KMeansModel, pca } from '../../src/index.js';
import { fit } from '../data/fit.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import { rowsAsCsv } from '../data/rows_csv.js';
import type {
  Asked,
  ClusterResult,
  ClusterSettings,
  EmbeddingsJobs,
  OwnEmbeddings,
  WordFiles,
  WordMap,
} from './jobs.js';
import { type Own, readOwn, wordsOf } from './own.js';
import { findNeighbours, nameClusters, readWords, type Words } from './words.js';

let known: Words = readWords('', new Int8Array(0));
let own: Own | undefined;
/** Of the last clustering. */
let labelsOfAll: Uint32Array | undefined;

/** What the page opens on is learnt from that many words, the most frequent. */
const OPENING_ROWS = 4000;

/** The first rows, or all. */
function points(most = Infinity) {
  const { words, dimensions, directions } = known;
  const n = Math.min(most, words.length);
  return { data: directions.subarray(0, n * dimensions), shape: [n, dimensions] } as const;
}

async function load({ words, vectors }: WordFiles): Promise<readonly string[]> {
  known = readWords(await words.text(), new Int8Array(await vectors.arrayBuffer()));
  own = undefined;
  labelsOfAll = undefined;
  return known.words;
}

async function open(file: File, options: JobContext): Promise<OwnEmbeddings> {
  const read = await readOwn(file, options);
  // One that was cancelled must not take the place of what came instead.
  options.signal.throwIfAborted();
  own = read;
  labelsOfAll = undefined;
  known = wordsOf(own, own.told.text);
  return own.told;
}

/** The rows as they are to be called. */
function called(text: number): Words {
  return own ? wordsOf(own, text) : known;
}

async function map(
  isOpening: boolean,
  { signal, runtime, onProgress }: JobContext,
): Promise<WordMap> {
  onProgress({ value: 0.5, max: 1, text: 'Finding two principal components' });
  const model = await pca(points(isOpening ? OPENING_ROWS : undefined), {
    nComponents: 2,
    signal,
    runtime,
  });
  const { data } = await model.transform(points(), { signal, runtime });
  const axis = (t: number) => data.filter((_, at) => at % 2 === t);
  const [first, second] = model.explainedVarianceRatio;
  return { x: axis(0), y: axis(1), explained: [first, second] };
}

async function cluster(
  { k, seed, text: naming, isOpening }: ClusterSettings,
  { signal, runtime, onProgress, send }: JobContext<Uint32Array>,
): Promise<ClusterResult> {
  onProgress({ value: 0, max: 1, text: 'Choosing words to start from' });
  const rows = points(isOpening ? OPENING_ROWS : undefined);
  const [n] = rows.shape;
  const wanted = {
    ...({ method: { method: 'kmeans', metric: 'cosine' }, live: !isOpening } as const),
    ...{ k, seed },
  };
  const { model, history, converged, milliseconds } = await fit(rows, wanted, {
    signal,
    runtime,
    onIteration: ({ iteration, maxIter, objective, model: shown }) => {
      const mean = (1 - objective / n).toFixed(4);
      const text = `Iteration ${iteration} of at most ${maxIter}, mean cosine ${mean}`;
      onProgress({ value: iteration, max: maxIter, text });
      if (!shown) return;
      send(shown.labels);
    },
  });
  const kMeans = model as KMeansModel;
  const { engine, centroids, inertia } = kMeans;
  const labels = isOpening ? await kMeans.predict(points(), { signal, runtime }) : kMeans.labels;
  labelsOfAll = labels;
  return {
    clusters: nameClusters(called(naming), labels, Float32Array.from(centroids.data)),
    labels,
    meanCosine: 1 - inertia / n,
    learntFrom: n,
    iterations: history.length,
    converged,
    engine,
    milliseconds,
  };
}

async function download(_: undefined, options: JobContext): Promise<Blob> {
  if (!own || !labelsOfAll) throw new Error('There are no clusters of your own rows yet.');
  const { table, rows } = own;
  return rowsAsCsv(table, { chosen: undefined, labels: labelsOfAll, rows }, options);
}

serveJobs<EmbeddingsJobs>({
  ...{ load, open, map, cluster, download },
  search: ({ what, text }: Asked) => findNeighbours(called(text), what),
});
