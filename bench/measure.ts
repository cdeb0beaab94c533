/** One contender on one workload, in a process of its own; prints one line of JSON. */
import { globals, create } from 'webgpu';
import { Bench } from 'tinybench';
import { createRuntime } from '../src/index.js';
import type { Contender } from './contenders/contender.js';
import { mixtureWorkloads, type MixtureWorkload } from './mixture_workloads.js';
import { objective, workloads } from './workloads.js';

const OBJECTIVE_ITERATIONS = 2;

/** What a measurement prints. */
export interface Measurement {
  readonly contender: string;
  readonly workload: string;
  readonly adapter: string;
  /** Median over the samples of the milliseconds an iteration takes, data loaded and compiled for. */
  readonly iteration: number;
  readonly samples: number;
  readonly iterations: number;
  /** From nothing to the first iteration's centroids: loading, compiling, iterating, reading back. */
  readonly first: number;
  /** The float64 objective of the centroids after OBJECTIVE_ITERATIONS iterations. */
  readonly objective: number;
  readonly deviceBytes?: number;
}

const contenders: Readonly<Record<string, () => Promise<Contender>>> = {
  'webgpu-clustering': async () => (await import('./contenders/ours.js')).ours,
  'ml-kmeans': async () => (await import('./contenders/ml_kmeans.js')).mlKMeans,
  skmeans: async () => (await import('./contenders/skmeans.js')).skMeans,
  'tfjs-webgpu': async () => (await import('./contenders/tfjs.js')).tfjsWebGpu,
};

const mixtureContenders: Readonly<Record<string, () => Promise<Contender<MixtureWorkload>>>> = {
  'webgpu-clustering': async () =>
    (await import('./contenders/ours_mixture.js')).oursMixture(createRuntime),
  'tfjs-webgpu': async () => (await import('./contenders/tfjs_mixture.js')).tfjsMixture,
  'scikit-learn': async () => (await import('./contenders/sklearn_mixture.js')).sklearnMixture,
};

/** A contender for a workload, and the workload: data are made before anything is timed. */
async function choose(name: string, workloadName: string) {
  if (workloadName in mixtureWorkloads) {
    const contender = await mixtureContenders[name]();
    const workload = await mixtureWorkloads[workloadName]();
    return { contender, workload, prepare: () => contender.prepare(workload) };
  }
  const contender = await contenders[name]();
  const workload = await workloads[workloadName]();
  return { contender, workload, prepare: () => contender.prepare(workload) };
}

/** Gives libraries made for pages the page's GPU, from Dawn. */
async function installGpu(): Promise<string> {
  const gpu = create([]);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'node' },
    configurable: true,
  });
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const { vendor, architecture, description } = adapter.info;
  return [vendor, architecture, description].filter(Boolean).join(' ');
}

const [contenderName, workloadName, iterationsText, samplesText] = process.argv.slice(2);
const iterations = Number(iterationsText);
const samples = Number(samplesText);
const adapter = await installGpu();
const { contender, workload, prepare } = await choose(contenderName, workloadName);

const begin = performance.now();
const prepared = await prepare();
await prepared.iterate(1);
const first = performance.now() - begin;

// An iteration's time is the slope between a long and a short run: what a run costs once (upload
// of the start, read-back) drops out.
const time = async (count: number): Promise<number> => {
  const bench = new Bench({ iterations: samples, time: 0, warmup: false, throws: true });
  bench.add(String(count), async () => {
    await prepared.iterate(count);
  });
  await bench.run();
  const { result } = bench.tasks[0];
  if (!('latency' in result)) throw new Error(`${contender.name} gave no timing`);
  return result.latency.p50;
};
const short = await time(1);
const long = await time(1 + iterations);
// Every contender's centroids after as many iterations, so that the objectives compare.
const centroids = await prepared.iterate(OBJECTIVE_ITERATIONS);
const measurement: Measurement = {
  contender: contender.name,
  workload: workload.name,
  adapter: contender.onDriver ? adapter : 'cpu',
  iteration: (long - short) / iterations,
  samples,
  iterations,
  first,
  objective: objective(workload, centroids, workload.k),
  ...(prepared.deviceBytes && { deviceBytes: prepared.deviceBytes() }),
};
prepared.dispose();
console.log(JSON.stringify(measurement));
process.exit();
