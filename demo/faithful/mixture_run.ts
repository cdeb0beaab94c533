/** A mixture by half iterations of expectation maximisation. */
import { gaussianMixture, type GaussianMixtureModel, type KMeansModel } from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { Eruptions } from './data.js';
import {
  inMinutes,
  logLikelihood,
  lowerBound,
  matchLabels,
  matrixOf,
  unfittedMixture,
} from './em.js';
import type { Comparison, MixtureNumbers, StartSettings, State } from './jobs.js';
import type { Stepper } from './stepper.js';

/** The run ends when an iteration raises the mean log-likelihood by less than this. */
export const TOL = 1e-6;
const START_VARIANCE = 1;

/** What stays the same over a run. */
interface Given {
  readonly settings: StartSettings;
  readonly eruptions: Eruptions;
  /** Where K-means ends from the same start. */
  readonly kmeans: KMeansModel;
}

interface MixtureState {
  readonly model: GaussianMixtureModel;
  readonly responsibilities?: Float32Array;
  readonly phase: State['phase'];
  readonly iteration: number;
  /** The mean log-likelihood before the last E-step. */
  readonly before: number;
  readonly converged: boolean;
  readonly engine: string;
}

/** @param means k x 2, of standardized columns */
export function beginMixture(given: Given, means: Float64Array): Stepper {
  const { covarianceType, variance } = given.settings;
  return mixtureAt(given, {
    model: unfittedMixture(
      means,
      covarianceType,
      covarianceType === 'fixed' ? variance : START_VARIANCE,
    ),
    phase: 'start',
    iteration: 0,
    before: -Infinity,
    converged: false,
    engine: given.kmeans.engine,
  });
}

/** A fit that was done whole, after its last E-step. */
export async function fittedMixture(
  given: Given,
  model: GaussianMixtureModel,
  options: RunOptions,
): Promise<State & { readonly mixture: MixtureNumbers }> {
  const { data: responsibilities } = await model.predictProba(given.eruptions.points, options);
  const { iterations: iteration, converged, engine } = model;
  return stateOf(
    given,
    { model, responsibilities, phase: 'E', iteration, before: 0, converged, engine },
    options,
  );
}

function mixtureAt(given: Given, at: MixtureState): Stepper {
  return {
    means: Float64Array.from(at.model.means.data),
    step: async (options) =>
      mixtureAt(given, await (at.phase === 'E' ? maximization : expectation)(given, at, options)),
    state: (options) => stateOf(given, at, options),
  };
}

async function compare(
  { kmeans: { labels, centroids }, eruptions }: Given,
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

async function stateOf(
  given: Given,
  { model, responsibilities, phase, iteration, converged, engine }: MixtureState,
  options: RunOptions,
): Promise<State & { readonly mixture: MixtureNumbers }> {
  const { eruptions } = given;
  const { deviation, points } = eruptions;
  const { means, covariances, covarianceType, k } = model;
  const centres = Array.from({ length: k }, (_, c) => inMinutes(eruptions, means.data, c));
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
    mixture: {
      logLikelihood: logLikelihood(model, points.data),
      ...(responsibilities && { bound: lowerBound(model, points.data, responsibilities) }),
      comparison: await compare(given, model, options),
    },
    converged,
    engine,
    ...(responsibilities && { responsibilities }),
  };
}

async function expectation(
  { eruptions: { points } }: Given,
  at: MixtureState,
  options: RunOptions,
): Promise<MixtureState> {
  const { data } = await at.model.predictProba(points, options);
  const now = logLikelihood(at.model, points.data);
  return {
    ...at,
    responsibilities: data,
    phase: 'E',
    iteration: at.iteration + 1,
    before: now,
    converged: now - at.before < TOL,
  };
}

async function maximization(
  { eruptions: { points }, settings: { k, covarianceType, variance } }: Given,
  at: MixtureState,
  options: RunOptions,
): Promise<MixtureState> {
  const model = await gaussianMixture(points, {
    k,
    covarianceType,
    ...(covarianceType === 'fixed' && { fixedVariance: variance }),
    warmStart: at.model,
    maxIter: 1,
    ...options,
  });
  return { ...at, model, phase: 'M', engine: model.engine };
}
