/** Takes the steps of expectation maximisation, and of K-means. */
import { gaussianMixture, kmeans, type KMeansModel } from '../../src/index.js';
import { type JobContext, type RunOptions, serveJobs } from '../shared/worker_host.js';
import { type Eruptions, readEruptions } from './data.js';
import { startMeans } from './em.js';
import type { FaithfulJobs, Moved, Plot, Shrunk, StartInput, State } from './jobs.js';
import { beginLloyd } from './lloyd_run.js';
import { beginMixture, fittedMixture, TOL } from './mixture_run.js';
import type { Stepper } from './stepper.js';

const MAX_ITER = 500;
/** A step is shown this long. */
const FRAME_MS = 120;
/** ε is halved so often, from 1 on. */
const HALVINGS = 10;

interface Current {
  readonly settings: StartInput;
  readonly eruptions: Eruptions;
  /** Where it began, k x 2. */
  readonly means: Float64Array;
  /** Where K-means ends from there. */
  readonly kmeans: KMeansModel;
  readonly stepper: Stepper;
}

let current: Current | undefined;

const pause = () => new Promise((later) => setTimeout(later, FRAME_MS));

function running(): Current {
  if (!current) throw new Error('There is no start yet; press Start anew.');
  return current;
}

async function beginAt(
  settings: StartInput,
  eruptions: Eruptions,
  means: Float64Array,
  options: RunOptions,
): Promise<Current> {
  const k = means.length / 2;
  const init = { data: means, shape: [k, 2] } as const;
  const centroids = await kmeans(eruptions.points, { k, init, ...options });
  const stepper =
    settings.method === 'kmeans'
      ? beginLloyd(eruptions, means)
      : beginMixture({ settings, eruptions, kmeans: centroids }, means);
  return { settings, eruptions, means, kmeans: centroids, stepper };
}

async function start(input: StartInput, { signal, runtime }: JobContext) {
  const options = { signal, runtime };
  const eruptions = readEruptions(input.csv);
  const { points, minutes, names } = eruptions;
  const begun = await beginAt(input, eruptions, startMeans(input, points.data), options);
  signal.throwIfAborted();
  current = begun;
  const column = (j: number) =>
    Float32Array.from({ length: points.shape[0] }, (_, i) => minutes[2 * i + j]);
  const plot: Plot = {
    x: column(0),
    y: column(1),
    xName: `${names[0]} (minutes)`,
    yName: `${names[1]} for the next (minutes)`,
  };
  return { plot, state: await begun.stepper.state(options) };
}

async function move({ cluster, to }: Moved, { signal, runtime }: JobContext): Promise<State> {
  const options = { signal, runtime };
  const { settings, eruptions, stepper } = running();
  const { mean, deviation } = eruptions;
  const means = stepper.means.slice();
  means.set([(to.x - mean[0]) / deviation[0], (to.y - mean[1]) / deviation[1]], 2 * cluster);
  const begun = await beginAt(settings, eruptions, means, options);
  current = { ...begun, stepper: await begun.stepper.step(options) };
  return current.stepper.state(options);
}

async function step(options: RunOptions): Promise<State> {
  const before = running();
  const stepper = await before.stepper.step(options);
  options.signal.throwIfAborted();
  current = { ...before, stepper };
  return stepper.state(options);
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
  const given = running();
  const { k } = given.settings;
  for (let halving = 0; halving <= HALVINGS; halving++) {
    const variance = 2 ** -halving;
    onProgress({ value: halving, max: HALVINGS, text: `Fitting with ε = 1/${2 ** halving}` });
    const model = await gaussianMixture(given.eruptions.points, {
      k,
      covarianceType: 'fixed',
      fixedVariance: variance,
      init: {
        weights: new Float64Array(k).fill(1 / k),
        means: { data: given.means, shape: [k, 2] },
      },
      tol: TOL,
      maxIter: MAX_ITER,
      ...options,
    });
    const state = await fittedMixture(given, model, options);
    send({ variance, state, comparison: state.mixture.comparison });
    await pause();
    signal.throwIfAborted();
  }
  return undefined;
}

serveJobs<FaithfulJobs>({
  start,
  move,
  step: (_, { signal, runtime }) => step({ signal, runtime }),
  run: (_, context) => runOn(context),
  shrink: (_, context) => shrink(context),
});
