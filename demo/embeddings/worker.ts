/** Clusters and searches the words off the page's thread. */
import { kmeans, pca } from '../../src/index.js';
import { serve } from '../../src/worker/index.js';
import type {
  ClusterResult,
  ClusterSettings,
  Context,
  EmbeddingsJobs,
  WordFiles,
  WordMap,
} from './jobs.js';
import { DIMENSIONS, findNeighbours, nameClusters, readWords, type Words } from './words.js';

let known: Words = readWords('', new Int8Array(0));

function points() {
  return { data: known.directions, shape: [known.words.length, DIMENSIONS] } as const;
}

async function load({ words, vectors }: WordFiles): Promise<number> {
  known = readWords(await words.text(), new Int8Array(await vectors.arrayBuffer()));
  return known.words.length;
}

async function map({ signal, runtime, onProgress }: Context): Promise<WordMap> {
  onProgress({ value: 0.5, max: 1, text: 'Finding two principal components' });
  const model = await pca(points(), { nComponents: 2, signal, runtime });
  const { data } = await model.transform(points(), { signal, runtime });
  const axis = (t: number) => data.filter((_, at) => at % 2 === t);
  const [first, second] = model.explainedVarianceRatio;
  return { words: known.words, x: axis(0), y: axis(1), explained: [first, second] };
}

async function cluster(
  { k, seed }: ClusterSettings,
  { signal, runtime, onProgress }: Context,
): Promise<ClusterResult> {
  onProgress({ value: 0, max: 1, text: 'Choosing words to start from' });
  const start = performance.now();
  const n = known.words.length;
  const model = await kmeans(points(), {
    k,
    seed,
    metric: 'cosine',
    signal,
    runtime,
    onIteration: ({ iteration, maxIter, inertia }) => {
      const mean = (1 - inertia / n).toFixed(4);
      const text = `Iteration ${iteration} of at most ${maxIter}, mean cosine ${mean}`;
      onProgress({ value: iteration, max: maxIter, text });
    },
  });
  const milliseconds = performance.now() - start;
  const { labels, iterations, converged, engine, centroids } = model;
  return {
    clusters: nameClusters(known, labels, Float32Array.from(centroids.data)),
    labels,
    meanCosine: 1 - model.inertia / n,
    iterations,
    converged,
    engine,
    milliseconds,
  };
}

const jobs: EmbeddingsJobs = {
  load,
  map,
  cluster,
  search: (asked) => findNeighbours(known, asked),
};
serve(jobs);
