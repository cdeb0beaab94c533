/** Gaussian mixtures of rows in shards: the coordinator's part. */
import { InvalidArgumentError } from '../errors.js';
import { familyOf } from '../methods/gaussian_mixture/gaussian_mixture.js';
import { GaussianMixtureModel } from '../methods/gaussian_mixture/gaussian_mixture_model.js';
import { tooFewDistinct } from '../methods/gaussian_mixture/distinct_rows.js';
import { fitMixture, maximizeSoundly } from '../methods/gaussian_mixture/mixture_fit.js';
import { KMEANS } from '../methods/gaussian_mixture/mixture_start.js';
import { MIXTURE_DEFAULTS } from '../methods/gaussian_mixture/options.js';
import { checkEnoughRows } from '../methods/kmeans/start_centroids.js';
import { formOf, type MixtureParameters, type MixtureRules } from '../ops/mixtures/parameters.js';
import type {
  CovarianceType,
  Expectation,
  FactorForm,
  Frame,
  Scorer,
  Statistics,
} from '../ops/mixtures/scorer.js';
import type { Checkpoints } from './checkpoint.js';
import { lloydOfShards } from './kmeans_shards.js';
import { type Message, numbersOf } from './message.js';
import { type Moments, momentsOf } from './moments.js';
import type { Shards } from './shards.js';

export interface ShardMixtureOptions {
  readonly k: number;
  /** Default 'full'. */
  readonly covarianceType?: Exclude<CovarianceType, 'fixed'>;
  /** As for `gaussianMixture`. Default 1e-3. */
  readonly tol?: number;
  /** Default 1e-6. */
  readonly regCovar?: number;
  /** Default 100. */
  readonly maxIter?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onIteration?: (iteration: number, lowerBound: number) => void;
  /** Told of the K-means that it starts from. */
  readonly onStart?: (iteration: number, inertia: number) => void;
  readonly checkpoints?: Checkpoints;
  /** See ShardKMeansOptions. */
  readonly parts?: string;
}

export interface ShardMixtureResult {
  /** Its `labels` are empty: they are as many as the rows. */
  readonly model: GaussianMixtureModel;
  /** Rows of which each component's score is the largest, [k]. */
  readonly counts: Float64Array;
}

/**
 * A Gaussian mixture of rows in shards, from the clusters of K-means over the same shards: see
 * `gaussianMixture`. The same bits as `kmeansOfShards` says.
 *
 * @throws as gaussianMixture; what the shards and the adapter throw
 */
export async function mixtureOfShards(
  shards: Shards,
  options: ShardMixtureOptions,
): Promise<ShardMixtureResult> {
  const { k, covarianceType = 'full', seed, signal, checkpoints, parts, onStart } = options;
  const { regCovar, tol, maxIter } = { ...MIXTURE_DEFAULTS, ...options };
  const { shape } = shards;
  const [n, d] = shape;
  checkEnoughRows('gaussianMixture', k, n);
  const rules: MixtureRules = { covarianceType, regCovar, fixedVariance: 0 };
  const family = familyOf(shape, rules);
  const form = formOf(covarianceType);
  const moments = await momentsOf(shards, checkpoints);
  const scale = scaleOf(moments, regCovar);
  const begun = stateOf(checkpoints?.read('em'));
  if (begun && begun.parameters.means.length !== k * d) {
    throw new InvalidArgumentError(
      'resume',
      `the checkpoint has ${begun.parameters.weights.length} components, but k is ${k}; resume with the options of the run that wrote it.`,
    );
  }
  let start = begun?.parameters;
  if (!start) {
    const centroids = await startCentroids(shards, moments, {
      ...KMEANS,
      k,
      ...(seed === undefined ? {} : { seed }),
      ...(signal ? { signal } : {}),
      ...(checkpoints ? { checkpoints } : {}),
      ...(onStart ? { onIteration: onStart } : {}),
    });
    shards.load({ as: 'columns', shift: [...moments.shift] });
    const take = async (frame: Frame) =>
      statisticsOf(
        await shards.ask({
          header: { op: 'begin', form },
          arrays: { centroids, scale, ...framed(frame) },
        }),
      );
    const frame = { centres: Float64Array.from(centroids) };
    start = (await maximizeSoundly(family, take, frame)).parameters;
  }
  shards.load({ as: 'columns', shift: [...moments.shift] });
  const { parameters, history, converged } =
    begun?.converged === true
      ? { ...begun, history: Float64Array.from(begun.history) }
      : await fitMixture(
          (scorer, frame) => expectationOf(shards, scorer, frame, scale),
          family,
          start,
          {
            ...{ maxIter, tol, signal },
            history: Float64Array.from(begun?.history ?? []),
            onIteration: options.onIteration,
            onParameters: async (reached, bounds, isLast) => {
              await checkpoints?.write('em', messageOf(reached, bounds, isLast));
            },
          },
        );
  const last = await shards.ask({
    header: { op: 'densities', form, ...(parts === undefined ? {} : { parts }) },
    arrays: { scale, ...scoring(family.scorer(parameters)) },
  });
  const [logLikelihood] = numbersOf(last, 'totals', Float64Array, 1);
  const model = new GaussianMixtureModel({
    covarianceType,
    shift: moments.shift,
    scale,
    parameters,
    labels: new Uint32Array(0),
    logLikelihood,
    history,
    converged,
    engine: `${shards.count} shards`,
  });
  return { model, counts: numbersOf(last, 'counts', Float64Array, k) };
}

/** Centroids of clusters none of which is empty. */
async function startCentroids(
  shards: Shards,
  moments: Moments,
  options: Parameters<typeof lloydOfShards>[2],
): Promise<Float32Array> {
  shards.load({ as: 'rows', shift: [...moments.shift] });
  const { centroids } = await lloydOfShards(shards, moments, options);
  const question = { header: { op: 'counts' }, arrays: { candidates: centroids } };
  const counts = numbersOf(await shards.ask(question), 'counts', Float64Array, options.k);
  const used = counts.filter((count) => count > 0).length;
  if (used < options.k) throw tooFewDistinct(options.k, used);
  return centroids;
}

/** Powers of two that bring the columns to deviations of about 1, as a device that holds them all would. */
function scaleOf({ variances }: Moments, leastVariance: number): Float64Array {
  return variances.map((variance) => {
    const counted = Math.max(variance, leastVariance);
    return counted > 0 ? 2 ** -Math.floor(Math.log2(counted) / 2) : 1;
  });
}

const framed = ({ centres, factors }: Frame) => ({
  centres,
  ...(factors ? { frame: factors } : {}),
});

const scoring = ({ offsets, means, factors }: Scorer) => ({ offsets, means, factors });

async function expectationOf(
  shards: Shards,
  scorer: Scorer,
  frame: Frame,
  scale: Float64Array,
): Promise<Expectation> {
  const header: { op: string; form: FactorForm } = { op: 'expectation', form: scorer.form };
  const arrays = { scale, ...scoring(scorer), ...framed(frame) };
  const answer = await shards.ask({ header, arrays });
  const [logLikelihood, entropy] = numbersOf(answer, 'totals', Float64Array, 2);
  return { ...statisticsOf(answer), logLikelihood, entropy };
}

function statisticsOf(answer: Message): Statistics {
  const of = (name: string) => numbersOf(answer, name, Float64Array);
  return {
    frame: {
      centres: of('centres'),
      ...('frame' in answer.arrays ? { factors: of('frame') } : {}),
    },
    noise: of('noise')[0],
    weights: of('weights'),
    sums: of('sums'),
    products: of('products'),
  };
}

interface EmState {
  readonly parameters: MixtureParameters;
  readonly history: readonly number[];
  readonly converged: boolean;
}

function messageOf(
  { weights, means, covariances, factors }: MixtureParameters,
  history: readonly number[],
  converged: boolean,
): Message {
  return {
    header: { converged },
    arrays: { weights, means, covariances, factors, history: Float64Array.from(history) },
  };
}

function stateOf(message: Message | undefined): EmState | undefined {
  if (!message) return undefined;
  const of = (name: string) => numbersOf(message, name, Float64Array);
  return {
    parameters: {
      weights: of('weights'),
      means: of('means'),
      covariances: of('covariances'),
      factors: of('factors'),
    },
    history: [...of('history')],
    converged: message.header.converged === true,
  };
}
