/** `npm run bench:profile`: where the device's time goes, by kernel, for each workload. */
import { create, globals } from 'webgpu';
import { Profiler } from '../host/profiler.js';
import { deviceBackend } from '../src/device/kmeans.js';
import { createRuntime } from '../src/index.js';
import { createRandom } from '../src/random.js';
import { workloads } from './workloads.js';

Object.assign(globalThis, globals);
// Dawn rounds timestamps to 100 us unless told not to.
const gpu = create(['disable-dawn-features=timestamp_quantization']);
const ITERATIONS = 3;

for (const name of process.argv.slice(2).length > 0
  ? process.argv.slice(2)
  : Object.keys(workloads)) {
  const workload = await workloads[name]();
  const { data, n, d, k, start } = workload;
  const runtime = await createRuntime({ gpu });
  const profiler = new Profiler(runtime);
  runtime.profiler = profiler;
  const report = async (stage: string, per: number, wall: number) => {
    const times = [...(await profiler.read())].map(([kernel, { dispatches, milliseconds }]) => ({
      kernel,
      dispatches: dispatches / per,
      ms: Number((milliseconds / per).toFixed(2)),
    }));
    console.log(
      `${workload.name}: ${stage} on ${runtime.info.description}, ${(wall / per).toFixed(1)} ms by the clock`,
    );
    console.table(times);
  };
  const timed = async (work: () => Promise<unknown>) => {
    const begin = performance.now();
    await work();
    return performance.now() - begin;
  };
  const load = () => deviceBackend(runtime).load({ data, shape: [n, d] }, { metric: 'euclidean' });
  (await load()).dispose();
  await profiler.read();
  let session = await load();
  await profiler.read();
  const wall = await timed(async () => {
    session.dispose();
    session = await load();
  });
  await report('load', 1, wall);
  const centred = start.map((value, at) => value - session.shift[at % d]);
  const options = { maxIter: ITERATIONS, tolerance: 0 };
  await session.lloyd(centred, k, options);
  await profiler.read();
  const iterating = await timed(() => session.lloyd(centred, k, options));
  await report('an iteration', ITERATIONS, iterating);
  if (k <= 64) {
    await session.seed('k-means++', k, createRandom(1));
    await profiler.read();
    const seeding = await timed(() => session.seed('k-means++', k, createRandom(1)));
    await report('k-means++', 1, seeding);
  }
  session.dispose();
  runtime.dispose();
}
process.exit();
