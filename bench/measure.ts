/** Measures one contender on one workload, wherever it runs: Node, or a page. */
import type { Contender, Loaded, Run, Tuned } from './contenders/contender.js';
import type { Method, Result, Workload } from './workload.js';

/** How much time to spend. */
export interface Effort {
  /** Pairs of a short and a long run at least, of which the median counts. */
  readonly samples: number;
  /** What a long run should take beyond a short one, and all samples together at least. */
  readonly sampleMilliseconds: number;
  /** Iterations at most in a long run. */
  readonly mostIterations: number;
  /** A contender whose first run takes longer is slow: one iteration has to do. */
  readonly slowMilliseconds: number;
  /** Also time whole fits to convergence, and k-means++. */
  readonly wholeFits: boolean;
}

/** Iterations of an end-to-end run. */
export const END_TO_END_ITERATIONS = 10;
/** After so many iterations (where it is slow: after one) objectives are compared. */
export const COMPARED_ITERATIONS = 2;
const PROFILED_ITERATIONS = 3;
/** Short runs are repeated more often, as they vary more. */
const MOST_SAMPLES = 25;

/** Times in milliseconds; each is there once it is known. */
export interface Measured {
  /** From nothing to the first iteration's result: device, load, compile, iterate, read back. */
  first?: number;
  /** Load, one iteration and read-back, all compiled. What `first` takes longer is compilation. */
  warm?: number;
  /** One iteration: for PCA a whole fit. */
  iteration?: number;
  /** Iterations that it was taken from, and how often. */
  iterations?: number;
  samples?: number;
  /** By the device's own clock. */
  deviceIteration?: number;
  /** Load, END_TO_END_ITERATIONS iterations from the start, read-back. */
  endToEnd?: number;
  /** k-means++, without its data's load. */
  seeding?: number;
  /** Load, iterations to convergence from the start, read-back. */
  wholeFit?: { milliseconds: number; iterations: number; result: Result };
  /** What a race of its kernels came to. */
  tuned?: Tuned;
  /** Bytes of GPU buffers at most. */
  deviceBytes?: number;
  /** After how many iterations, and what came out. */
  compared?: { iterations: number; result: Result };
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const begin = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - begin };
}

/** A run with its time: by the contender's own clock where it has one. */
async function timedRun<R>(work: () => Promise<Run<R>>): Promise<Run<R> & { took: number }> {
  const { value, milliseconds } = await timed(work);
  return { ...value, took: value.milliseconds ?? milliseconds };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Numbers as plain arrays, which pass as JSON. */
const plainResult = (result: Result): Result =>
  Object.fromEntries(
    Object.entries(result as Record<string, ArrayLike<number>>).map(([name, values]) => [
      name,
      Array.from(values),
    ]),
  ) as unknown as Result;

/**
 * Measures and tells each figure as soon as it is known, so that a contender cut off by the clock
 * leaves what it got to.
 */
export async function measure<M extends Method>(
  contender: Contender<M>,
  workload: Workload,
  effort: Effort,
  report: (figures: Measured) => void,
  deviceBytes: () => number,
): Promise<void> {
  const begin = performance.now();
  const session = await contender();
  const loaded = await session.load(workload);
  await loaded.iterate(1);
  const first = performance.now() - begin;
  report({ first, deviceBytes: deviceBytes() });

  let isDone = true;
  if (workload.method === 'pca') await measureFits(loaded, effort, report);
  else isDone = await measureIterations(loaded, first, effort, report);
  // It may have grown.
  report({ deviceBytes: deviceBytes() });
  const tuned = isDone ? undefined : await loaded.tuned?.();
  if (tuned) report({ tuned });
  // Where every run brings the data, what is loaded serves all of them.
  if (loaded.loadsEachRun) {
    if (!isDone) await measureWhole(() => Promise.resolve(loaded), effort, report);
    loaded.dispose();
  } else {
    loaded.dispose();
    if (!isDone) await measureWhole(() => session.load(workload), effort, report);
  }
  session.dispose();
}

/** PCA: a fit is the iteration. */
async function measureFits<R extends Result>(
  loaded: Loaded<R>,
  { samples }: Effort,
  report: (figures: Measured) => void,
): Promise<void> {
  const runs: (Run<R> & { took: number })[] = [];
  for (let i = 0; i < samples; i++) runs.push(await timedRun(() => loaded.iterate(1)));
  const iteration = median(runs.map(({ took }) => took));
  const compared = { iterations: 1, result: plainResult(runs[0].result) };
  report({ iteration, iterations: 1, samples, warm: iteration, endToEnd: iteration, compared });
}

/**
 * An iteration's time is the slope between a long and a short run: what a run costs once (load,
 * upload of the start, read-back) drops out.
 *
 * @returns whether one iteration had to do
 */
async function measureIterations<R extends Result>(
  loaded: Loaded<R>,
  first: number,
  effort: Effort,
  report: (figures: Measured) => void,
): Promise<boolean> {
  const one = await timedRun(() => loaded.iterate(1));
  const isSlow = first > effort.slowMilliseconds && one.took > effort.slowMilliseconds;
  if (isSlow && !loaded.loadsEachRun) {
    const compared = { iterations: 1, result: plainResult(one.result) };
    report({ iteration: one.took, iterations: 1, samples: 1, compared });
    return true;
  }
  const two = await timedRun(() => loaded.iterate(COMPARED_ITERATIONS));
  report({ compared: { iterations: two.iterations, result: plainResult(two.result) } });
  // Whatever disturbs one of the two must not make the estimate absurdly small.
  const least = one.took / (loaded.loadsEachRun ? 100 : 10);
  const estimate = Math.max(two.took - one.took, least, 0.05);
  if (isSlow) {
    report({ iteration: estimate, iterations: 1, samples: 1 });
    return true;
  }
  // Where a run costs more than its iterations, these should not drown in how much that varies.
  const target = Math.max(effort.sampleMilliseconds, loaded.loadsEachRun ? one.took : 0);
  const wanted = Math.round(target / estimate);
  const count = Math.min(effort.mostIterations, Math.max(1, wanted));
  const slopes: number[] = [];
  let iterations = 0;
  const begin = performance.now();
  const isEnough = () =>
    slopes.length >= effort.samples &&
    (slopes.length >= MOST_SAMPLES || performance.now() - begin >= effort.sampleMilliseconds);
  while (!isEnough()) {
    const short = await timedRun(() => loaded.iterate(1));
    const long = await timedRun(() => loaded.iterate(1 + count));
    iterations = long.iterations - short.iterations;
    if (iterations < 1) throw new Error('it converged in its first iteration');
    slopes.push((long.took - short.took) / iterations);
  }
  const iteration = median(slopes);
  if (!(iteration > 0)) throw new Error('an iteration is too short for the clock');
  report({ iteration, iterations, samples: slopes.length });
  if (loaded.deviceTime) {
    const short = await loaded.deviceTime(1);
    const long = await loaded.deviceTime(1 + PROFILED_ITERATIONS);
    report({ deviceIteration: (long - short) / PROFILED_ITERATIONS });
  }
  return false;
}

/** From data on the host to a result on the host, all compiled. */
async function measureWhole<R extends Result>(
  load: () => Promise<Loaded<R>>,
  effort: Effort,
  report: (figures: Measured) => void,
): Promise<void> {
  const whole = async (work: (loaded: Loaded<R>) => Promise<Run<R>>) => {
    const { value: loaded, milliseconds } = await timed(load);
    const run = await timedRun(() => work(loaded));
    if (!loaded.loadsEachRun) loaded.dispose();
    return { ...run, took: run.took + (run.milliseconds === undefined ? milliseconds : 0) };
  };
  const warm = (await whole((loaded) => loaded.iterate(1))).took;
  report({ warm });
  report({ endToEnd: (await whole((loaded) => loaded.iterate(END_TO_END_ITERATIONS))).took });
  if (!effort.wholeFits) return;
  const loaded = await load();
  if (loaded.iterateSeeded) {
    // The first compiles.
    await loaded.iterateSeeded(1);
    const seeded = await timedRun(() => loaded.iterateSeeded!(1));
    const given = await timedRun(() => loaded.iterate(1));
    report({ seeding: Math.max(0, seeded.took - given.took) });
  }
  if (!loaded.loadsEachRun) loaded.dispose();
  if (!loaded.converge) return;
  const { took, iterations, result } = await whole((fresh) => fresh.converge!());
  report({ wholeFit: { milliseconds: took, iterations, result: plainResult(result) } });
}
