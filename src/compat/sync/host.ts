/** The thread that others wait for: the drop-ins' fits, with results that can be copied. */
import { type MessagePort, workerData } from 'node:worker_threads';
import type { ToWorker } from '../../worker/protocol.js';
import { serveOn } from '../../worker/serve.js';
import { DBSCAN, KMEANS } from '../density_kmeans.js';
import { kmeans, kmeansGenerator } from '../ml_kmeans.js';
import skmeans from '../skmeans.js';
import { clustersDbscan, clustersKmeans } from '../turf.js';
import { receive, send, TO_CALLER, TO_WORKER } from './thread.js';

const { port, sent } = workerData as {
  readonly port: MessagePort;
  readonly sent: Int32Array<SharedArrayBuffer>;
};

const calls = {
  kmeans,
  kmeansGenerator,
  skmeans: async (...given: Parameters<typeof skmeans>) => {
    const { it, k, idxs, centroids } = await skmeans(...given);
    return { it, k, idxs, centroids };
  },
  clustersKmeans,
  clustersDbscan,
  dbscan: async (...given: Parameters<DBSCAN['run']>) => {
    const one = new DBSCAN();
    await one.run(...given);
    return { clusters: one.clusters, noise: one.noise };
  },
  densityKmeans: async (dataset: number[][], k: number, distance?: KMEANS['distance']) => {
    const one = new KMEANS(dataset, k, distance);
    await one.run();
    return { assignments: one.assignments, centroids: one.centroids };
  },
  // Whoever has no ml-matrix does not ask for it.
  pca: async (...given: Parameters<(typeof import('../ml_pca.js'))['PCA']['fit']>) => {
    const { PCA } = await import('../ml_pca.js');
    const model = (await PCA.fit(...given)).toJSON();
    return { ...model, U: model.U.to2DArray() };
  },
};

process.on('exit', () => {
  send(port, sent, TO_CALLER, { type: 'ended' });
});
serveOn(
  {
    post: (message, transfer) => {
      send(port, sent, TO_CALLER, message, transfer);
    },
    listen: (take) => {
      port.on('message', take);
    },
  },
  calls,
  (question) => {
    send(port, sent, TO_CALLER, question);
    // Whatever else has come is from before the call that asks.
    for (;;) {
      const answer = receive(port, sent, TO_WORKER) as ToWorker;
      if (answer.type === 'answer') return answer;
    }
  },
);
