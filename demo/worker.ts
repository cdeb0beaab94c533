/** Reads and clusters off the page's thread, so that the page always answers at once. */
import { kmeans } from '../src/index.js';
import { formatNumber } from '../src/cli/format.js';
import type {
  CancelMessage,
  ClusterResult,
  ClusterSettings,
  JobName,
  Jobs,
  Progress,
  StartMessage,
  WorkerMessage,
} from './protocol.js';
import { columnValues, type DataTable, summarize, toPoints } from './table.js';

interface JobContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

type Handlers = {
  readonly [J in JobName]: (
    input: Jobs[J]['takes'],
    context: JobContext,
  ) => Promise<Jobs[J]['gives']>;
};

let table: DataTable = { rows: 0, columns: [] };

async function hasAdapter(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: GPU };
  return Boolean(await gpu?.requestAdapter());
}

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
    ...((await hasAdapter()) ? {} : { runtime: 'cpu' }),
  });
  const { labels, counts, inertia, iterations, converged, history, engine } = model;
  const milliseconds = performance.now() - start;
  return { labels, counts, inertia, iterations, converged, history, engine, milliseconds };
}

const handlers: Handlers = {
  findAdapter: hasAdapter,
  load,
  cluster,
  readPair: ([x, y]) => Promise.resolve([columnValues(table, x), columnValues(table, y)]),
};

const running = new Map<number, AbortController>();

function send(message: WorkerMessage): void {
  postMessage(message);
}

async function run<J extends JobName>({ id, job, input }: StartMessage<J>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const output = await handlers[job](input, {
      signal: controller.signal,
      onProgress: (progress) => {
        send({ type: 'progress', id, progress });
      },
    });
    send({ type: 'done', id, output });
  } catch (error) {
    send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    running.delete(id);
  }
}

addEventListener('message', ({ data }: MessageEvent<StartMessage | CancelMessage>) => {
  if (data.type === 'start') void run(data);
  else running.get(data.id)?.abort();
});
