/**
 * `npm run bench:compat`: the drop-ins beside the packages whose calls they take, from the same starts, on each
 * Vulkan driver of the machine: 10,000 and 100,000 points; with `-- --all` 1,000,000, too. Results are held to be equal.
 */
import { clustersDbscan as theirDbscan } from '@turf/clusters-dbscan';
import { clustersKmeans as theirKmeans } from '@turf/clusters-kmeans';
import { kmeans as mlKmeans } from 'ml-kmeans';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import theirSkmeans from 'skmeans';
import { create, globals } from 'webgpu';
import { kmeans } from '../src/compat/ml_kmeans.js';
import skmeans from '../src/compat/skmeans.js';
import { clustersDbscan, clustersKmeans, type PointCollection } from '../src/compat/turf.js';
import { createRuntime, type Runtime } from '../src/index.js';
import { blobs } from './data/synthetic.js';
import { findDrivers } from './drivers.js';
import { toRows } from './workload.js';

const [D, K, ITERATIONS] = [16, 16, 20];
const DEGREES = 8;
const [DBSCAN_POINTS, KILOMETRES] = [100_000, 3];

interface Row {
  readonly call: string;
  readonly n: number;
  /** Milliseconds. */
  readonly theirs: number;
  readonly ours: number;
  readonly equal: boolean;
}

interface Pair {
  readonly call: string;
  readonly theirs: () => unknown;
  readonly ours: (where: { readonly runtime: Runtime }) => Promise<unknown>;
}

function collection(n: number): PointCollection {
  const data = blobs(n, 2, DEGREES, 2);
  return {
    type: 'FeatureCollection',
    features: Array.from({ length: n }, (_, i) => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Point', coordinates: [data[2 * i], data[2 * i + 1]] },
    })),
  };
}

function pairs(n: number): readonly Pair[] {
  const rows = toRows(blobs(n, D, K, 1), n, D);
  const starts = () => rows.slice(0, K).map((row) => row.slice());
  const options = () => ({ initialization: starts(), maxIterations: ITERATIONS });
  const points = collection(n);
  const most = { numberOfClusters: DEGREES };
  return [
    {
      call: 'skmeans',
      theirs: () => theirSkmeans(rows, K, starts(), ITERATIONS).idxs,
      ours: async (where) => (await skmeans(rows, K, starts(), ITERATIONS, null, where)).idxs,
    },
    {
      call: 'ml-kmeans',
      theirs: () => mlKmeans(rows, K, options()).clusters,
      ours: async (where) => (await kmeans(rows, K, options(), where)).clusters,
    },
    {
      call: 'turf, clustersKmeans',
      theirs: () => theirKmeans(points, { ...most }),
      ours: (where) => clustersKmeans(points, { ...most }, where),
    },
  ];
}

function dbscanPair(): Pair {
  const points = collection(DBSCAN_POINTS);
  return {
    call: 'turf, clustersDbscan',
    theirs: () => theirDbscan(points, KILOMETRES),
    ours: (where) => clustersDbscan(points, KILOMETRES, {}, where),
  };
}

async function timed<T>(work: () => T): Promise<[milliseconds: number, result: Awaited<T>]> {
  const begin = performance.now();
  const result = await work();
  return [performance.now() - begin, result];
}

/** On the driver of this process. */
async function measure(sizes: readonly number[]): Promise<{ adapter: string; rows: Row[] }> {
  Object.assign(globalThis, globals);
  const runtime = await createRuntime({ gpu: create([]) });
  const where = { runtime };
  const rows: Row[] = [];
  // Kernels compile once in a process.
  for (const { ours } of pairs(1000)) await ours(where);
  const judge = async ({ call, theirs, ours }: Pair, n: number) => {
    const [mine, found] = await timed(() => ours(where));
    const [their, expected] = await timed(theirs);
    rows.push({ call, n, theirs: their, ours: mine, equal: isDeepStrictEqual(found, expected) });
  };
  for (const n of sizes) for (const pair of pairs(n)) await judge(pair, n);
  await judge(dbscanPair(), DBSCAN_POINTS);
  runtime.dispose();
  return { adapter: runtime.info.description, rows };
}

const given = process.argv.slice(2);
const sizes = given.includes('--all') ? [10_000, 100_000, 1_000_000] : [10_000, 100_000];
if (given.includes('--child')) {
  process.stdout.write(JSON.stringify(await measure(sizes)));
} else {
  for (const { name, variables } of await findDrivers()) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [fileURLToPath(import.meta.url), '--child', ...given],
      { env: { ...process.env, ...variables }, maxBuffer: 2 ** 24 },
    );
    const { adapter, rows } = JSON.parse(stdout) as Awaited<ReturnType<typeof measure>>;
    console.log(`\n${name}: ${adapter}`);
    console.table(
      rows.map(({ call, n, theirs, ours, equal }) => ({
        call,
        points: n,
        'theirs, ms': Math.round(theirs),
        'ours, ms': Math.round(ours),
        'times as fast': (theirs / ours).toFixed(1),
        'equal results': equal,
      })),
    );
  }
}
