/** Fits, whole or one iteration after the other so that each can be drawn. */
import {
  gaussianMixture,
  type GaussianMixtureModel,
  kmeans,
  type KMeansModel,
} from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { FitSettings } from './jobs.js';
import type { PointMatrix } from './table.js';

/** The library's own defaults. */
const KMEANS_MAX_ITER = 300;
const MIXTURE_MAX_ITER = 100;
const MIXTURE_TOL = 1e-3;
/** Of steps that take longer the next has twice the iterations, up to so many: each loads all rows anew. */
const SLOW_STEP_MS = 150;
const MOST_AT_ONCE = 8;

type Model = KMeansModel | GaussianMixtureModel;

export interface Fit<M extends Model = Model> {
  readonly model: M;
  readonly history: Float64Array;
  readonly converged: boolean;
  /** Spent in the library. */
  readonly milliseconds: number;
}

export interface FitOptions extends RunOptions {
  /** Told of every iteration; of its model only where each is shown. It may pause the fit. */
  readonly onIteration: (iteration: Iteration) => Promise<void> | void;
}

export interface Iteration {
  /** From 1. */
  readonly iteration: number;
  readonly maxIter: number;
  /** The objective or bound of this iteration. */
  readonly objective: number;
  readonly model?: Model;
}

type Wanted = Pick<FitSettings, 'method' | 'k' | 'seed' | 'live'>;

export function fit(points: PointMatrix, wanted: Wanted, options: FitOptions): Promise<Fit> {
  const whole = wanted.method.method === 'kmeans' ? wholeKMeans : wholeMixture;
  const stepped = wanted.method.method === 'kmeans' ? steppedKMeans : steppedMixture;
  return (wanted.live ? stepped : whole)(points, wanted, options);
}

function kMeansOptions({ method, k, seed }: Wanted) {
  return { k, seed, ...(method.method === 'kmeans' && { metric: method.metric }) };
}

function mixtureOptions({ method, k, seed }: Wanted) {
  return {
    k,
    seed,
    ...(method.method === 'mixture' && { covarianceType: method.covarianceType }),
  };
}

async function wholeKMeans(
  points: PointMatrix,
  wanted: Wanted,
  { signal, runtime, onIteration }: FitOptions,
): Promise<Fit> {
  const start = performance.now();
  const model = await kmeans(points, {
    ...kMeansOptions(wanted),
    signal,
    runtime,
    onIteration: ({ iteration, maxIter, inertia }) =>
      void onIteration({ iteration, maxIter, objective: inertia }),
  });
  const { history, converged } = model;
  return { model, history, converged, milliseconds: performance.now() - start };
}

async function wholeMixture(
  points: PointMatrix,
  wanted: Wanted,
  { signal, runtime, onIteration }: FitOptions,
): Promise<Fit> {
  const start = performance.now();
  const model = await gaussianMixture(points, {
    ...mixtureOptions(wanted),
    signal,
    runtime,
    onIteration: ({ iteration, maxIter, lowerBound }) =>
      void onIteration({ iteration, maxIter, objective: lowerBound }),
  });
  const { history, converged } = model;
  return { model, history, converged, milliseconds: performance.now() - start };
}

/**
 * Takes steps of one iteration each, or of some where rows are many. The library gives neither labels nor
 * centroids before the end of a fit, so that each step is a fit of its own from where the one before ended.
 */
async function takeSteps<M extends Model>(
  maxIter: number,
  step: (before: M | undefined, iterations: number) => Promise<M>,
  isLast: (model: M, history: readonly number[]) => boolean,
  { onIteration, signal }: FitOptions,
  mostAtOnce = 1,
): Promise<Fit<M>> {
  const history: number[] = [];
  let milliseconds = 0;
  let model: M | undefined;
  let converged = false;
  let atOnce = 1;
  while (!converged && history.length < maxIter) {
    const start = performance.now();
    model = await step(model, Math.min(atOnce, maxIter - history.length));
    const taken = performance.now() - start;
    milliseconds += taken;
    if (taken > SLOW_STEP_MS) atOnce = Math.min(2 * atOnce, mostAtOnce);
    const { length } = model.history;
    for (const [i, objective] of model.history.entries()) {
      history.push(objective);
      const shown = i === length - 1 ? { model } : {};
      await onIteration({ iteration: history.length, maxIter, objective, ...shown });
    }
    converged = isLast(model, history);
    signal.throwIfAborted();
  }
  return { model: model!, history: Float64Array.from(history), converged, milliseconds };
}

function steppedKMeans(
  points: PointMatrix,
  wanted: Wanted,
  options: FitOptions,
): Promise<Fit<KMeansModel>> {
  return takeSteps(
    KMEANS_MAX_ITER,
    (before, maxIter) =>
      kmeans(points, {
        ...kMeansOptions(wanted),
        maxIter,
        signal: options.signal,
        runtime: options.runtime,
        ...(before && { init: before.centroids }),
      }),
    ({ converged }) => converged,
    options,
    MOST_AT_ONCE,
  );
}

function steppedMixture(
  points: PointMatrix,
  wanted: Wanted,
  options: FitOptions,
): Promise<Fit<GaussianMixtureModel>> {
  return takeSteps(
    MIXTURE_MAX_ITER,
    (before) =>
      gaussianMixture(points, {
        ...mixtureOptions(wanted),
        maxIter: 1,
        signal: options.signal,
        runtime: options.runtime,
        ...(before && { warmStart: before }),
      }),
    (_, history) => {
      const [previous, last] = history.slice(-2);
      return history.length > 1 && Math.abs(last - previous) < MIXTURE_TOL;
    },
    options,
  );
}
