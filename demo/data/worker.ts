/** Reads and clusters off the page's thread, so that the page always answers at once. */
import { kmeans } from '../../src/index.js';
import { formatNumber } from '../../src/cli/format.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import type { ClusterResult, ClusterSettings, DataJobs } from './jobs.js';
import { columnValues, type DataTable, summarize, toPoints } from './table.js';

let table: DataTable = { rows: 0, columns: [] };

async function load(file: File, context: JobContext) {
  // Only now: the page is there sooner, and a reader costs nothing until it is needed.
  const { readCsv } = await import('./csv.js');
  const loaded = await readCsv(file, context);
  context.signal.throwIfAborted();
  table = loaded;
  return summarize(table);
}

async function cluster(settings: ClusterSettings, context: JobContext): Promise<ClusterResult> {
  const { k, metric, seed, columns, standardize } = settings;
  const { signal, onProgress } = context;
  const points = toPoints(table, columns, standardize);
  const start = performance.now();
  const model = await kmeans(points, {
    k,
    metric,
    seed,
    signal,
    onIteration: ({ iteration, maxIter, inertia }) => {
      onProgress({
        value: iteration,
        max: maxIter,
        text: `Iteration ${iteration} of at most ${maxIter}, objective ${formatNumber(inertia)}`,
      });
    },
  });
  const { labels, counts, inertia, iterations, converged, history, engine } = model;
  const milliseconds = performance.now() - start;
  return { labels, counts, inertia, iterations, converged, history, engine, milliseconds };
}

serveJobs<DataJobs>({
  load,
  cluster,
  readPair: ([x, y]) => [columnValues(table, x), columnValues(table, y)],
});
