/** `npm run bench:profile`: where the device's time goes, by kernel, for workloads of the bench. */
import { create, globals } from 'webgpu';
import { type KernelTime, Profiler } from '../host/profiler.js';
import {
  createRuntime,
  gaussianMixture,
  kmeans,
  pca,
  type Runtime,
  selfOrganizingMap,
} from '../src/index.js';
import { MAP, unitRows } from './map_workload.js';
import { chooseStart } from './sources.js';
import type { Workload } from './workload.js';
import { makeWorkload, WORKLOAD_NAMES } from './workloads.js';

Object.assign(globalThis, globals);
// Dawn rounds timestamps to 100 us unless told not to.
const gpu = create(['disable-dawn-features=timestamp_quantization']);
const ITERATIONS = 3;

/** A fit of so many iterations from the workload's start; PCA has none. */
function fit(runtime: Runtime, workload: Workload, maxIter: number): Promise<unknown> {
  const { method, data, n, d, k, start, covarianceType } = workload;
  const points = { data, shape: [n, d] as const };
  switch (method) {
    case 'kmeans':
      return kmeans(points, { k, init: { data: start, shape: [k, d] }, maxIter, tol: 0, runtime });
    case 'mixture':
      return gaussianMixture(points, {
        k,
        covarianceType: covarianceType!,
        init: 'random_from_data',
        maxIter,
        tol: 0,
        runtime,
      });
    case 'pca':
      return pca(points, { nComponents: k, runtime });
  }
}

async function profiled(work: () => Promise<unknown>, profiler: Profiler) {
  const begin = performance.now();
  await work();
  const wall = performance.now() - begin;
  return { times: await profiler.read(), wall };
}

/** What is fitted, by a number of iterations. */
interface Profiled {
  readonly title: string;
  readonly fit: (runtime: Runtime, iterations: number) => Promise<unknown>;
}

/** Or of epochs of a map. */
const MAP_NAME = 'map';

async function profiledBy(name: string): Promise<Profiled> {
  if (name === MAP_NAME) {
    const { n, d, side } = MAP;
    const points = { data: unitRows(), shape: [n, d] as const };
    return {
      title: `a map of ${side} x ${side} units, ${n} x ${d}`,
      fit: (runtime, epochs) =>
        selfOrganizingMap(points, { rows: side, columns: side, epochs, runtime }),
    };
  }
  const made = await makeWorkload(name);
  const workload = made.method === 'kmeans' ? chooseStart(made).workload : made;
  return {
    title: workload.title,
    fit: (runtime, iterations) => fit(runtime, workload, iterations),
  };
}

/** Prints each kernel's time in a fit of one iteration, and what each further iteration adds. */
async function profile(name: string): Promise<void> {
  const { title, fit: work } = await profiledBy(name);
  const runtime = await createRuntime({ gpu });
  // The first compiles.
  await work(runtime, 1);
  const profiler = new Profiler(runtime);
  runtime.profiler = profiler;
  const one = await profiled(() => work(runtime, 1), profiler);
  const more = await profiled(() => work(runtime, 1 + ITERATIONS), profiler);
  const added = (kernel: string, of: keyof KernelTime) =>
    ((more.times.get(kernel)?.[of] ?? 0) - (one.times.get(kernel)?.[of] ?? 0)) / ITERATIONS;
  const table = [...more.times.keys()].map((kernel) => ({
    kernel,
    'ms in a fit of 1 iteration': Number((one.times.get(kernel)?.milliseconds ?? 0).toFixed(2)),
    'ms a further iteration': Number(added(kernel, 'milliseconds').toFixed(2)),
    'its dispatches': added(kernel, 'dispatches'),
  }));
  const each = (more.wall - one.wall) / ITERATIONS;
  console.log(
    `${title} on ${runtime.info.description}, by the clock ` +
      `${one.wall.toFixed(1)} ms and ${each.toFixed(1)} ms a further iteration`,
  );
  console.table(table);
  profiler.dispose();
  runtime.dispose();
}

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : [...WORKLOAD_NAMES, MAP_NAME]) await profile(name);
process.exit();
