/** Clusters and searches the words off the page's thread. */
import { type KMeansModel, pca } from '../../src/index.js';
import { fit } from '../data/fit.js';
import { handOver, type JobContext, serveJobs } from '../shared/worker_host.js';
import type { ClusterResult, ClusterSettings, EmbeddingsJobs, WordFiles, WordMap } from './jobs.js';
import { DIMENSIONS, findNeighbours, nameClusters, readWords, type Words } from './words.js';

let known: Words = readWords('', new Int8Array(0));

function points() {
  return { data: known.directions, shape: [known.words.length, DIMENSIONS] } as const;
}

async function load({ words, vectors }: WordFiles): Promise<number> {
  known = readWords(await words.text(), new Int8Array(await vectors.arrayBuffer()));
  return known.words.length;
}

async function map(_: undefined, { signal, runtime, onProgress }: JobContext): Promise<WordMap> {
  onProgress({ value: 0.5, max: 1, text: 'Finding two principal components' });
  const model = await pca(points(), { nComponents: 2, signal, runtime });
  const { data } = await model.transform(points(), { signal, runtime });
  const axis = (t: number) => data.filter((_, at) => at % 2 === t);
  const [first, second] = model.explainedVarianceRatio;
  return { words: known.words, x: axis(0), y: axis(1), explained: [first, second] };
}

async function cluster(
  { k, seed }: ClusterSettings,
  { signal, runtime, onProgress, send }: JobContext<Uint32Array>,
): Promise<ClusterResult> {
  onProgress({ value: 0, max: 1, text: 'Choosing words to start from' });
  const n = known.words.length;
  const wanted = { method: { method: 'kmeans', metric: 'cosine' }, k, seed, live: true } as const;
  const { model, history, converged, milliseconds } = await fit(points(), wanted, {
    signal,
    runtime,
    onIteration: ({ iteration, maxIter, objective, model: shown }) => {
      const mean = (1 - objective / n).toFixed(4);
      const text = `Iteration ${iteration} of at most ${maxIter}, mean cosine ${mean}`;
      onProgress({ value: iteration, max: maxIter, text });
      const labels = shown!.labels.slice();
      send(handOver(labels, labels));
    },
  });
  const { labels, engine, centroids, inertia } = model as KMeansModel;
  return {
    clusters: nameClusters(known, labels, Float32Array.from(centroids.data)),
    labels,
    meanCosine: 1 - inertia / n,
    iterations: history.length,
    converged,
    engine,
    milliseconds,
  };
}

serveJobs<EmbeddingsJobs>({ load, map, cluster, search: (asked) => findNeighbours(known, asked) });
