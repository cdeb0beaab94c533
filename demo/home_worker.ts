/** Clusters for the first page's picture: the library's K-means, an iteration at a time. */
import { kmeans, type KMeansModel } from '../src/methods/kmeans/index.js';
import type { HomeJobs } from './home_jobs.js';
import { serveJobs } from './shared/worker_host.js';

/** Of so many starts, the one that ends best is shown. */
const STARTS = 8;
/** An iteration is shown this long. */
const FRAME_MS = 140;

serveJobs<HomeJobs>({
  cluster: async ({ data, k, seed }, { signal, runtime, send }) => {
    const points = { data, shape: [data.length / 2, 2] } as const;
    let best: KMeansModel | undefined;
    let start = seed;
    for (let tried = seed * STARTS; tried < (seed + 1) * STARTS; tried++) {
      // On the processor, which is done before a GPU has begun.
      const ended = await kmeans(points, { k, seed: tried, runtime: 'cpu', signal });
      if (best && ended.inertia >= best.inertia) continue;
      best = ended;
      start = tried;
    }
    let model: KMeansModel | undefined;
    let iterations = 0;
    while (!model?.converged) {
      model = await kmeans(points, {
        ...{ k, seed: start, maxIter: 1, signal, runtime },
        ...(model && { init: model.centroids }),
      });
      iterations++;
      const centroids = Float64Array.from(model.centroids.data);
      send({ labels: model.labels.slice(), centroids, isLast: model.converged });
      await new Promise((later) => setTimeout(later, FRAME_MS));
      signal.throwIfAborted();
    }
    return iterations;
  },
});
