/**
 * `npm run bench:splats`: beside the GpuKmeans of @playcanvas/splat-transform (a port of flash-kmeans) on its own
 * ground, the colours of splats in float16, from the same start for the same iterations. Each contender has a
 * process of its own on each driver. Options: --rows SHARE of the rows, --shapes NUMBERS by comma, --drivers NAMES
 * by comma, --iterations COUNT.
 */
import { execFile } from 'node:child_process';
import { register } from 'node:module';
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import { create, globals } from 'webgpu';
import { createRuntime, kmeans } from '../src/index.js';
import { countDeviceMemory } from './device_memory.js';
import { findDrivers } from './drivers.js';
import { inertiaOf } from './objective.js';
import { distinctRows, splats } from './data/synthetic.js';
import type { Workload } from './workload.js';

const D = 45;
/** What people cluster: a palette of a scene's colours, small to large. */
const SHAPES = [
  { n: 200_000, k: 1024 },
  { n: 60_000, k: 16_384 },
  { n: 700_000, k: 65_536 },
] as const;
/** Rows by which results are judged, at most. */
const JUDGED_ROWS = 20_000;
const CONTENDERS = ['webgpu-clustering', 'splat-transform'] as const;

interface Task {
  readonly contender: (typeof CONTENDERS)[number];
  readonly n: number;
  readonly k: number;
  readonly iterations: number;
}

interface Outcome {
  readonly milliseconds: number;
  /** Mean squared distance of the judged rows, in float64. */
  readonly spread: number;
  readonly megabytes: number;
}

/** So many iterations from the start; the centroids. */
type Iterate = (iterations: number) => Promise<Float32Array>;

/** What is inside splat-transform's command, which exports only `main`. */
interface Inside {
  createDevice: () => Promise<unknown>;
  GpuKmeans: new (
    device: unknown,
    columns: number,
    clusters: number,
  ) => {
    run(
      points: Float32Array,
      rows: number,
      centroids: Float32Array,
      labels: Uint32Array,
      iterations: number,
    ): Promise<void>;
  };
}

const HOOK = `export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/splat-transform/dist/cli.mjs')) return loaded;
  return { ...loaded, source: loaded.source.toString() + '\\nexport { GpuKmeans, createDevice };' };
}`;

async function theirs({ data, n, k, start }: Workload): Promise<Iterate> {
  register(`data:text/javascript,${encodeURIComponent(HOOK)}`);
  const entry = import.meta.resolve('@playcanvas/splat-transform');
  const { createDevice, GpuKmeans } = (await import(
    /* @vite-ignore */ new URL('cli.mjs', entry).href
  )) as Inside;
  const gpuKmeans = new GpuKmeans(await createDevice(), D, k);
  return async (iterations) => {
    const centroids = start.slice();
    await gpuKmeans.run(data, n, centroids, new Uint32Array(n), iterations);
    return centroids;
  };
}

async function ours({ data, n, k, start }: Workload): Promise<Iterate> {
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.assign(globalThis, { gpu });
  const runtime = await createRuntime({ gpu });
  const init = { data: start, shape: [k, D] as const };
  return async (maxIter) => {
    const options = { k, init, maxIter, tol: 0, storage: 'float16', runtime } as const;
    const { centroids } = await kmeans({ data, shape: [n, D] }, options);
    return Float32Array.from(centroids.data);
  };
}

/** In a process of its own: what an iteration takes, by the slope between a short and a long run. */
async function measure({ contender, n, k, iterations }: Task): Promise<Outcome> {
  const data = splats(n, 6);
  const start = distinctRows(data, n, k, 1);
  const workload: Workload = {
    ...{ name: 'splats', title: 'splats', n, d: D, k, data, start },
    method: 'kmeans',
  };
  // Theirs defines what buffers are when it is loaded.
  Object.assign(globalThis, globals);
  const peak = countDeviceMemory();
  const iterate = await (contender === 'webgpu-clustering' ? ours : theirs)(workload);
  // The first compiles.
  await iterate(1);
  const timed = async (count: number) => {
    const begin = performance.now();
    const centroids = await iterate(count);
    return { centroids, took: performance.now() - begin };
  };
  const short = await timed(1);
  const long = await timed(1 + iterations);
  const rows = Math.min(n, JUDGED_ROWS);
  const judged = { ...workload, n: rows, data: data.subarray(0, rows * D) };
  return {
    milliseconds: (long.took - short.took) / iterations,
    spread: inertiaOf(judged, long) / rows,
    megabytes: peak() / 2 ** 20,
  };
}

const { values } = parseArgs({
  options: {
    task: { type: 'string' },
    rows: { type: 'string', default: '1' },
    shapes: { type: 'string', default: '0,1' },
    drivers: { type: 'string' },
    iterations: { type: 'string', default: '9' },
  },
});
if (values.task !== undefined) {
  console.log(`outcome ${JSON.stringify(await measure(JSON.parse(values.task) as Task))}`);
  process.exit();
}
const wanted = values.drivers?.split(',');
const table: Record<string, string | number>[] = [];
for (const { name, variables } of await findDrivers()) {
  if (wanted && !wanted.includes(name)) continue;
  for (const at of values.shapes.split(',')) {
    const { n, k } = SHAPES[Number(at)];
    const rows = Math.round(n * Number(values.rows));
    // So many clusters of few rows would have a row each.
    const clusters = Math.min(k, Math.floor(rows / 3));
    const times: number[] = [];
    for (const contender of CONTENDERS) {
      const iterations = Number(values.iterations);
      const task: Task = { contender, n: rows, k: clusters, iterations };
      const env = { ...process.env, ...variables };
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [process.argv[1], '--task', JSON.stringify(task)],
        { env, maxBuffer: 2 ** 26 },
      );
      const said = /^outcome (.*)$/m.exec(stdout);
      if (!said) throw new Error(`${contender} on ${name} gave no outcome: ${stdout}`);
      const { milliseconds, spread, megabytes } = JSON.parse(said[1]) as Outcome;
      times.push(milliseconds);
      table.push({
        ...{ driver: name, shape: `${rows} x ${D}, K ${clusters}`, contender },
        'ms an iteration': Number(milliseconds.toFixed(1)),
        'ours is faster by': times.length > 1 ? `${(milliseconds / times[0]).toFixed(1)}x` : '',
        'mean squared distance': Number(spread.toPrecision(7)),
        'MiB on the device': Math.round(megabytes),
      });
      console.error(JSON.stringify(table.at(-1)));
    }
  }
}
const others = loadavg()[0];
console.log(
  `${cpus().length} cores; load ${others.toFixed(1)} (what ran beside this counts in it)`,
);
console.table(table);
process.exit();
