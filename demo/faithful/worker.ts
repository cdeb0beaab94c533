/** Takes the steps of expectation maximisation. */
import {
  gaussianMixture,
  type GaussianMixtureModel,
  kmeans,
  type KMeansModel,
} from '../../src/index.js';
import { type JobContext, type RunOptions, serveJobs } from '../shared/worker_host.js';
import { type Eruptions, readEruptions } from './data.js';
import {
  logLikelihood,
  lowerBound,
  matchLabels,
  matrixOf,
  startMeans,
  unfittedMixture,
} from './em.js';
import type { Comparison, FaithfulJobs, Plot, Shrunk, StartInput, State } from './jobs.js';

/** The run ends when an iteration raises the mean log-likelihood by less than this. */
const TOL = 1e-6;
const MAX_ITER = 500;
/** A step is shown this long. */
const FRAME_MS = 120;
/** ε is halved so often, from 1 on. */
const HALVINGS = 10;
const START_VARIANCE = 1;

interface Run {
  readonly settings: StartInput;
  readonly eruptions: Eruptions;
  readonly means: Float64Array;
  readonly kmeans: KMeansModel;
  readonly model: GaussianMixtureModel;
  readonly responsibilities?: Float32Array;
  readonly phase: State['phase'];
  readonly iteration: number;
  /** The mean log-likelihood before the last E-step. */
  readonly before: number;
  readonly converged: boolean;
  readonly engine: string;
}

let current: Run | undefined;

const pause = () => new Promise((later) => setTimeout(later, FRAME_MS));

function running(): Run {
  if (!current) throw new Error('There is no start yet; press Start anew.');
  return current;
}

function fixedVariance({ covarianceType, variance }: StartInput) {
  return covarianceType === 'fixed' ? { fixedVariance: variance } : {};
}

async function start(input: StartInput, { signal, runtime }: JobContext) {
  const options = { signal, runtime };
  const eruptions = readEruptions(input.csv);
  const { points, minutes, names } = eruptions;
  const { k, covarianceType } = input;
  const means = startMeans(input, points.data);
  const centroids = await kmeans(points, { k, init: { data: means, shape: [k, 2] }, ...options });
  const variance = covarianceType === 'fixed' ? input.variance : START_VARIANCE;
  current = {
    settings: input,
    eruptions,
    means,
    kmeans: centroids,
    model: unfittedMixture(means, covarianceType, variance),
    phase: 'start',
    iteration: 0,
    before: -Infinity,
    converged: false,
    engine: centroids.engine,
  };
  const column = (j: number) =>
    Float32Array.from({ length: points.shape[0] }, (_, i) => minutes[2 * i + j]);
  const plot: Plot = {
    x: column(0),
    y: column(1),
    xName: `${names[0]} (minutes)`,
    yName: `${names[1]} for the next (minutes)`,
  };
  return { plot, state: await stateOf(current, options) };
}

async function compare(
  { kmeans: { labels, centroids }, eruptions }: Run,
  model: GaussianMixtureModel,
  options: RunOptions,
): Promise<Comparison> {
  const likeliest = await model.predict(eruptions.points, options);
  const { differing, names } = matchLabels(likeliest, labels, model.k);
  const { data } = model.means;
  const distances = names.map((name, c) =>
    Math.hypot(
      data[2 * c] - centroids.data[2 * name],
      data[2 * c + 1] - centroids.data[2 * name + 1],
    ),
  );
  return { rows: differing, distance: Math.max(...distances) };
}

async function stateOf(run: Run, options: RunOptions): Promise<State> {
  const { model, eruptions, responsibilities, phase, iteration, converged, engine } = run;
  const { mean, deviation, points } = eruptions;
  const { means, covariances, covarianceType, k } = model;
  const centres = Array.from({ length: k }, (_, c) => ({
    x: mean[0] + deviation[0] * means.data[2 * c],
    y: mean[1] + deviation[1] * means.data[2 * c + 1],
  }));
  const ellipses = centres.map((centre, c) => {
    const [xx, xy, yy] = matrixOf(covariances.data, covarianceType, c);
    return {
      ...centre,
      xx: xx * deviation[0] ** 2,
      xy: xy * deviation[0] * deviation[1],
      yy: yy * deviation[1] ** 2,
    };
  });
  return {
    phase,
    iteration,
    centres,
    ellipses,
    logLikelihood: logLikelihood(model, points.data),
    comparison: await compare(run, model, options),
    converged,
    engine,
    ...(responsibilities && {
      responsibilities,
      bound: lowerBound(model, points.data, responsibilities),
    }),
  };
}

async function expectation(run: Run, options: RunOptions): Promise<Run> {
  const { points } = run.eruptions;
  const { data } = await run.model.predictProba(points, options);
  const now = logLikelihood(run.model, points.data);
  return {
    ...run,
    responsibilities: data,
    phase: 'E',
    iteration: run.iteration + 1,
    before: now,
    converged: now - run.before < TOL,
  };
}

async function maximization(run: Run, options: RunOptions): Promise<Run> {
  const { k, covarianceType } = run.settings;
  const model = await gaussianMixture(run.eruptions.points, {
    k,
    covarianceType,
    ...fixedVariance(run.settings),
    warmStart: run.model,
    maxIter: 1,
    ...options,
  });
  return { ...run, model, phase: 'M', engine: model.engine };
}

async function step(options: RunOptions): Promise<State> {
  const run = running();
  const next = await (run.phase === 'E' ? maximization : expectation)(run, options);
  options.signal.throwIfAborted();
  current = next;
  return stateOf(next, options);
}

async function runOn({ signal, runtime, onProgress, send }: JobContext<State>): Promise<State> {
  let state = await step({ signal, runtime });
  while (!(state.phase === 'E' && state.converged) && state.iteration < MAX_ITER) {
    const { iteration, phase } = state;
    onProgress({
      value: iteration,
      max: MAX_ITER,
      text: `${phase}-step of iteration ${iteration}`,
    });
    send(state);
    await pause();
    state = await step({ signal, runtime });
  }
  return state;
}

async function shrink({
  signal,
  runtime,
  onProgress,
  send,
}: JobContext<Shrunk>): Promise<undefined> {
  const options = { signal, runtime };
  const run = running();
  const { points } = run.eruptions;
  const { k } = run.settings;
  for (let halving = 0; halving <= HALVINGS; halving++) {
    const variance = 2 ** -halving;
    onProgress({ value: halving, max: HALVINGS, text: `Fitting with ε = 1/${2 ** halving}` });
    const model = await gaussianMixture(points, {
      k,
      covarianceType: 'fixed',
      fixedVariance: variance,
      init: {
        weights: new Float64Array(k).fill(1 / k),
        means: { data: run.means, shape: [k, 2] },
      },
      tol: TOL,
      maxIter: MAX_ITER,
      ...options,
    });
    const { data } = await model.predictProba(points, options);
    const fitted: Run = {
      ...run,
      model,
      responsibilities: data,
      phase: 'E',
      iteration: model.iterations,
      converged: model.converged,
      engine: model.engine,
    };
    send({ variance, state: await stateOf(fitted, options) });
    await pause();
    signal.throwIfAborted();
  }
  return undefined;
}

serveJobs<FaithfulJobs>({
  start,
  step: (_, { signal, runtime }) => step({ signal, runtime }),
  run: (_, context) => runOn(context),
  shrink: (_, context) => shrink(context),
});
