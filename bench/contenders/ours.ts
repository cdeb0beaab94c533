import { Profiler } from '../../host/profiler.js';
import {
  createRuntime,
  gaussianMixture,
  type GaussianMixtureOptions,
  kmeans,
  type KMeansOptions,
  pca,
  type Runtime,
} from '../../src/index.js';
import type { Workload } from '../workload.js';
import type { Contender, Session, Tuned } from './contender.js';
import { unitFactors } from './unit_factors.js';

const MOST_ITERATIONS = 300;

/** Runs `work` with every dispatch timed; the milliseconds in all. */
async function deviceTime(runtime: Runtime, work: () => Promise<unknown>): Promise<number> {
  const profiler = new Profiler(runtime);
  runtime.profiler = profiler;
  try {
    await work();
    const times = await profiler.read();
    return [...times.values()].reduce((total, { milliseconds }) => total + milliseconds, 0);
  } finally {
    runtime.profiler = undefined;
    profiler.dispose();
  }
}

const timeable = (runtime: Runtime, iterate: (iterations: number) => Promise<unknown>) =>
  runtime.features.has('timestamp-query')
    ? { deviceTime: (iterations: number) => deviceTime(runtime, () => iterate(iterations)) }
    : {};

/** Nothing is kept between runs: every run uploads, and reads the labels back. */
const idle = { loadsEachRun: true, dispose: () => undefined };

/** For a race of the bench's: enough for a handful of kernels where each takes a second to compile. */
const RACE_MS = 10_000;

/** The race of `fit`'s kernels on a runtime that knows of none before. */
async function race(fit: (runtime: Runtime) => Promise<unknown>): Promise<Tuned | undefined> {
  const texts = new Map<string, string>();
  const store = {
    get: (key: string) => texts.get(key),
    set: (key: string, text: string) => {
      texts.set(key, text);
    },
    clear: () => {
      texts.clear();
    },
  };
  const runtime = await createRuntime({ tuning: { store, budget: RACE_MS } });
  try {
    await fit(runtime);
    const entry = runtime.tuning.entries.find(({ because }) => because === 'race');
    return entry && { ...entry, unmeasured: entry.unmeasured.length };
  } finally {
    runtime.dispose();
  }
}

const kmeansBy =
  (algorithm: 'auto' | 'lloyd'): Contender<'kmeans'> =>
  async () => {
    const runtime = await createRuntime();
    const session: Session<'kmeans'> = {
      load({ data, n, d, k, start }) {
        const points = { data, shape: [n, d] as const };
        const init = { data: start, shape: [k, d] as const };
        const fit = async (options: Omit<KMeansOptions, 'k'>) => {
          const model = await kmeans(points, { k, runtime, algorithm, ...options });
          const { centroids, iterations } = model;
          return { result: { centroids: centroids.data }, iterations };
        };
        const iterate = (maxIter: number) => fit({ init, maxIter, tol: 0 });
        return Promise.resolve({
          iterate,
          iterateSeeded: (maxIter) => fit({ init: 'k-means++', seed: 1, maxIter, tol: 0 }),
          converge: () => fit({ init, maxIter: MOST_ITERATIONS }),
          tuned: () => race((fresh) => fit({ init, maxIter: 1, tol: 0, runtime: fresh })),
          ...timeable(runtime, iterate),
          ...idle,
        });
      },
      dispose() {
        runtime.dispose();
      },
    };
    return session;
  };

/** This library's K-means. */
export const ours = kmeansBy('auto');
/** The same without bounds: what leaving distances out is worth. */
export const oursLloyd = kmeansBy('lloyd');

/** Even weights and unit covariances around the start: what every mixture starts from. */
function mixtureStart(workload: Workload) {
  const { d, k, start, covarianceType } = workload;
  const shape = covarianceType === 'full' ? [k, d, d] : [k, d];
  return {
    weights: new Float64Array(k).fill(1 / k),
    means: { data: start, shape: [k, d] },
    precisions: { data: unitFactors(workload), shape },
  };
}

/** This library's mixtures. */
export const oursMixture: Contender<'mixture'> = async () => {
  const runtime = await createRuntime();
  const session: Session<'mixture'> = {
    load(workload) {
      const { data, n, d, k, covarianceType = 'full' } = workload;
      const fit = async (options: Omit<GaussianMixtureOptions, 'k'>) => {
        const model = await gaussianMixture(
          { data, shape: [n, d] },
          { k, covarianceType, runtime, init: mixtureStart(workload), ...options },
        );
        const { weights, means, precisionsCholesky, iterations } = model;
        const result = {
          weights: weights.data,
          means: means.data,
          factors: precisionsCholesky.data,
        };
        return { result, iterations };
      };
      const iterate = (maxIter: number) => fit({ maxIter, tol: 0 });
      return Promise.resolve({ iterate, ...timeable(runtime, iterate), ...idle });
    },
    dispose() {
      runtime.dispose();
    },
  };
  return session;
};

/** This library's PCA. */
export const oursPca: Contender<'pca'> = async () => {
  const runtime = await createRuntime();
  const session: Session<'pca'> = {
    load({ data, n, d, k }) {
      const points = { data, shape: [n, d] as const };
      const iterate = async () => {
        const { mean, components } = await pca(points, { nComponents: k, runtime });
        return { result: { mean, components: components.data }, iterations: 1 };
      };
      return Promise.resolve({ iterate, ...timeable(runtime, iterate), ...idle });
    },
    dispose() {
      runtime.dispose();
    },
  };
  return session;
};
