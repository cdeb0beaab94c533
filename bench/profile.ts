/** `npm run bench:profile`: where the device's time goes, by kernel, for each workload. */
import { create, globals } from 'webgpu';
import { Profiler } from '../host/profiler.js';
import { deviceBackend } from '../src/device/kmeans.js';
import { createRuntime, type Runtime } from '../src/index.js';
import { createRandom } from '../src/random.js';
import { oursMixture } from './contenders/ours_mixture.js';
import { mixtureWorkloads } from './mixture_workloads.js';
import { workloads } from './workloads.js';

Object.assign(globalThis, globals);
// Dawn rounds timestamps to 100 us unless told not to.
const gpu = create(['disable-dawn-features=timestamp_quantization']);
const ITERATIONS = 3;

/** Prints the device's time by kernel since the last report, a `per`-th of it. */
async function report(runtime: Runtime, what: string, per: number, wall: number): Promise<void> {
  const times = [...(await runtime.profiler!.read())].map(
    ([kernel, { dispatches, milliseconds }]) => ({
      kernel,
      dispatches: dispatches / per,
      ms: Number((milliseconds / per).toFixed(2)),
    }),
  );
  console.log(`${what} on ${runtime.info.description}, ${(wall / per).toFixed(1)} ms by the clock`);
  console.table(times);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function profileMixture(name: string): Promise<void> {
  const workload = await mixtureWorkloads[name]();
  const runtime = await createRuntime({ gpu });
  const prepared = await oursMixture(() => Promise.resolve(runtime)).prepare(workload);
  await prepared.iterate(ITERATIONS);
  runtime.profiler = new Profiler(runtime);
  const wall = await timed(() => prepared.iterate(ITERATIONS));
  // The first iteration takes its sums twice.
  await report(runtime, `${workload.name}: a pass`, ITERATIONS + 1, wall);
  prepared.dispose();
}

async function profileKMeans(name: string): Promise<void> {
  const workload = await workloads[name]();
  const { data, n, d, k, start } = workload;
  const runtime = await createRuntime({ gpu });
  const profiler = new Profiler(runtime);
  runtime.profiler = profiler;
  const load = () => deviceBackend(runtime).load({ data, shape: [n, d] }, { metric: 'euclidean' });
  (await load()).dispose();
  await profiler.read();
  let session = await load();
  await profiler.read();
  const wall = await timed(async () => {
    session.dispose();
    session = await load();
  });
  await report(runtime, `${workload.name}: load`, 1, wall);
  const centred = start.map((value, at) => value - session.shift[at % d]);
  const options = { maxIter: ITERATIONS, tolerance: 0 };
  await session.lloyd(centred, k, options);
  await profiler.read();
  const iterating = await timed(() => session.lloyd(centred, k, options));
  await report(runtime, `${workload.name}: an iteration`, ITERATIONS, iterating);
  if (k <= 64) {
    await session.seed('k-means++', k, createRandom(1));
    await profiler.read();
    const seeding = await timed(() => session.seed('k-means++', k, createRandom(1)));
    await report(runtime, `${workload.name}: k-means++`, 1, seeding);
  }
  session.dispose();
  runtime.dispose();
}

const names = process.argv.slice(2);
const all = [...Object.keys(workloads), ...Object.keys(mixtureWorkloads)];
for (const name of names.length > 0 ? names : all) {
  await (name in mixtureWorkloads ? profileMixture(name) : profileKMeans(name));
}
process.exit();
