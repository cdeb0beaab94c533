/** Clusters of the codes of an autoencoder, learnt together with it. */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { autoencoderNetwork } from '../../networks/autoencoder_network.js';
import { autoencoderBlocks } from '../../networks/train_autoencoder.js';
import { residentRows, type ResidentRows } from '../../networks/resident_rows.js';
import { standardized, standardOf } from '../../networks/standardized.js';
import { TrainingDivergedError } from '../../networks/training_diverged_error.js';
import type { EpochLoss } from '../../networks/trainer.js';
import { Checkpoints, digestOf, toldOnce } from '../../networks/training_checkpoint.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { Points, SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { fitAutoencoder, stateOf } from '../autoencoder/autoencoder.js';
import { AutoencoderModel, mapBy } from '../autoencoder/autoencoder_model.js';
import {
  batchOf,
  type NetworkOptions,
  optimizerOf,
  planOf,
  rateOf,
  recipeOf,
  type TrainingOptions,
} from '../autoencoder/training.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkEnoughRows, checkGiven } from '../kmeans/start_centroids.js';
import { collapses, warned } from '../transform_learning/collapse.js';
import { wholeRows } from '../transform_learning/rows.js';
import { within } from '../transform_learning/within.js';
import { codeSpread } from './code_spread.js';
import { type DeepProgress, DeepClusteringModel } from './deep_clustering_model.js';
import { type Clustered, fitJointly } from './joint_fit.js';
import { jointArrays, jointStateIn, pretrainedIn } from './joint_state.js';
import { annealing, METHOD_PLANS } from './methods.js';
import { DEEP_DEFAULTS, DEEP_RULES, type DeepMethod } from './options.js';

export interface DeepClusteringOptions extends NetworkOptions, TrainingOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /** Default 'idec'. */
  readonly method?: DeepMethod;
  /** Epochs of the autoencoder alone. Default 100. */
  readonly pretrainEpochs?: number;
  /** Epochs of autoencoder and clusters together, at most. Default 150. */
  readonly clusteringEpochs?: number;
  /** An autoencoder of such rows to begin with, instead of one that is trained first. */
  readonly autoencoder?: AutoencoderModel;
  /** Of 'dec', 'idec', 'dcec', 'dekm': steps between two looks at all labels. Default: those of an epoch, of 'dcec' 140. */
  readonly updateInterval?: number;
  /** Of 'dec', 'idec', 'dcec', 'dekm': the share of labels that may still change when the fit ends. Default 1e-3. */
  readonly changeTol?: number;
  /** Of training with the clusters. Default: the method's. */
  readonly clusteringLearningRate?: number;
  /** Of the clusters' part of the loss. Default: the method's. */
  readonly clusteringWeight?: number;
  /** Degrees of freedom of 'dec', 'idec' and 'dcec' (default 1), inverse temperature of 'dkm' (default 1000). */
  readonly sharpness?: number;
  /** Of 'dkm': whether it grows from 0.1 on instead. Default false. */
  readonly annealed?: boolean;
  /** Runs of the K-means that finds the first clusters. Default 20. */
  readonly nInit?: number;
}

/**
 * Clusters by what an autoencoder makes of rows, after which the autoencoder is trained to make of them.
 *
 * - 'ae+kmeans': K-means of the codes, after training.
 * - 'dec' (Xie et al. 2016): the encoder and the centres minimise KL(P | Q), Q the soft assignments of codes to centres
 *   by Student's distribution, P the same sharpened, over all rows, every `updateInterval` steps.
 * - 'idec' (Guo et al. 2017): the decoder's loss is kept, plus 0.1 KL(P | Q).
 * - 'dcec' (Guo et al. 2017): 'idec' with filters, for rows that are images: a square, or what `image` says.
 * - 'dcn' (Yang et al. 2017): the decoder's loss plus the squared distances of codes to their centres, which follow them.
 * - 'dkm' (Fard et al. 2020): likewise, by shares that hang on the distances smoothly, with trained centres.
 * - 'dekm' (Guo et al. 2021): codes are drawn to their centres in the one direction that tells least, with K-means
 *   anew every `updateInterval` steps.
 *
 * Labels are those of the nearest centre. `warnings` tells with its figure when codes or clusters have collapsed.
 *
 * @param points n x d on the host, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; TrainingDivergedError where the loss becomes
 *   no number; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function deepClustering(
  points: Points | PointStream,
  options: DeepClusteringOptions,
): Promise<DeepClusteringModel> {
  const checked = {
    ...DEEP_DEFAULTS,
    ...checkOptions('deepClustering', options, DEEP_RULES),
  };
  checkGiven('deepClustering', checked);
  const { k, runtime, signal, autoencoder: given, retries } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('deepClustering', points, given?.state.columns);
  const [n, columns] = rows.shape;
  checkEnoughRows('deepClustering', k, n);
  const batch = batchOf('deepClustering', checked.batchSize, n);
  const settled = checked.method === 'dcec' ? ofImages(checked, columns) : checked;
  const recipe = recipeOf('deepClustering', rows, {
    ...{ ...settled, ...planOf(settled, columns), batchSize: batch },
    coder: given ? digestOf(given.state.encoder[0]) : 'its own',
  });
  const checkpoints = new Checkpoints(recipe, settled);
  const onEpoch = toldOnce(settled.onEpoch);
  const fitted = { ...settled, ...(onEpoch && { onEpoch }) };
  const work = (algebra: Algebra) => fit(algebra, rows, fitted, batch, checkpoints);
  return withAlgebra(runtime, rows, signal, work, retries);
}

/** With the image that rows are where none was given. */
function ofImages(options: Checked, columns: number): Checked {
  if (options.autoencoder) {
    if (options.autoencoder.state.image) return options;
    throw new InvalidArgumentError(
      'autoencoder',
      "deepClustering: 'dcec' is for autoencoders of images, but that given has dense layers alone; " +
        "train it with image, or use 'idec'.",
    );
  }
  const side = Math.sqrt(columns);
  if (options.image ?? Number.isInteger(side)) {
    return { ...options, image: options.image ?? { width: side, height: side } };
  }
  throw new InvalidArgumentError(
    'image',
    `deepClustering: 'dcec' is for images, but ${columns} columns are no square; ` +
      `give image: { width, height, channels }.`,
  );
}

type Checked = DeepClusteringOptions &
  Required<Pick<DeepClusteringOptions, keyof typeof DEEP_DEFAULTS>>;

async function fit(
  algebra: Algebra,
  points: SeenMatrix,
  options: Checked,
  batch: number,
  checkpoints: Checkpoints,
): Promise<DeepClusteringModel> {
  const { k, method, seed } = options;
  const where = within(algebra, options);
  const [n, columns] = points.shape;
  const before = await pretrained(algebra, points, options, batch, checkpoints);
  const data = standardized(points, before.state);
  const rows = await residentRows(algebra, data, [n, columns]);
  const codes = await mapBy(algebra, rows, before.state, 'encode');
  const size = before.embeddingSize;
  const from = jointStateIn(checkpoints.latest, { n, k, size });
  const start =
    from ?? (await clustersOf(codes, size, { k, nInit: options.nInit, seed, ...where }));
  const trained =
    method === 'ae+kmeans'
      ? { model: before, centres: start.centres, history: [], converged: true }
      : await trainedJointly(algebra, rows, before, start, options, batch, checkpoints);
  const embedding =
    trained.model === before ? codes : await mapBy(algebra, rows, trained.model.state, 'encode');
  const model = {
    ...{ n, k, method, embedding, centres: trained.centres, autoencoder: trained.model },
    ...{ history: trained.history, converged: trained.converged },
    sharpness: METHOD_SHARPNESS(options),
    engine: algebra.description,
  };
  const { labels } = new DeepClusteringModel({ ...model, warnings: [] });
  const spreads = [codes, embedding].map((one) => codeSpread(one, size));
  const found = collapses(spreads[0], spreads[1], { labels, k });
  return new DeepClusteringModel({ ...model, warnings: warned('deepClustering', found) });
}

/** Degrees of freedom of the soft assignments that a model gives. */
const METHOD_SHARPNESS = ({ method, sharpness }: Checked): number =>
  (['dec', 'idec', 'dcec'].includes(method) ? sharpness : undefined) ?? 1;

async function pretrained(
  algebra: Algebra,
  points: SeenMatrix,
  options: Checked,
  batch: number,
  checkpoints: Checkpoints,
): Promise<AutoencoderModel> {
  if (options.autoencoder) return options.autoencoder;
  const [n, columns] = points.shape;
  const standard = standardOf(points, options.standardize);
  const plan = planOf(options, columns);
  const before = checkpoints.latest;
  if (before?.phase === 'cluster') {
    return pretrainedIn(before, { ...stateOf(plan, standard), engine: algebra.description });
  }
  return fitAutoencoder(algebra, standardized(points, standard), n, checkpoints, {
    ...{ reconstruction: 'mean', ...options, epochs: options.pretrainEpochs },
    ...{ batch, standard, plan },
  });
}

async function clustersOf(
  codes: Float32Array,
  size: number,
  options: ComputeOptions & {
    readonly k: number;
    readonly seed: number;
    readonly nInit?: number;
    readonly init?: { readonly data: Float32Array; readonly shape: readonly [number, number] };
  },
): Promise<Clustered> {
  const { labels, centroids } = await kmeans(
    { data: codes, shape: [codes.length / size, size] },
    options,
  );
  return { labels, centres: Float32Array.from(centroids.data) };
}

async function trainedJointly(
  algebra: Algebra,
  rows: ResidentRows,
  before: AutoencoderModel,
  start: Clustered,
  options: Checked,
  batch: number,
  checkpoints: Checkpoints,
) {
  const { k, seed, clusteringEpochs: epochs, annealed, signal, onEpoch } = options;
  const own = METHOD_PLANS[options.method as keyof typeof METHOD_PLANS];
  const plan = {
    ...own,
    weight: options.clusteringWeight ?? own.weight,
    reconstruction: options.reconstruction ?? own.reconstruction,
  };
  const sharpness = options.sharpness ?? own.sharpness;
  const network = autoencoderNetwork(before.state);
  const blocks = await autoencoderBlocks(algebra, network, before.state);
  const where = within(algebra, options);
  const told = ({ loss, parts: [reconstruction, clustering] }: EpochLoss): DeepProgress => ({
    ...{ loss, reconstruction, clustering },
  });
  const modelNow = async () =>
    new AutoencoderModel({
      ...before.state,
      encoder: await blocks.encoder.read(),
      decoder: await blocks.decoder.read(),
      engine: algebra.description,
    });
  try {
    const result = await fitJointly(algebra, rows, network, blocks, start, {
      ...{ plan, batch, epochs, seed, signal, clipNorm: options.clipNorm },
      onEpoch: (epoch, loss) => onEpoch?.({ phase: 'cluster', epoch, epochs, ...told(loss) }),
      keepJoint: (read) =>
        checkpoints.keep(async () => jointArrays(await read(), before, options.autoencoder)),
      ...{ optimizer: optimizerOf(options), changeTol: options.changeTol },
      updateInterval: options.updateInterval ?? own.updateInterval ?? Math.ceil(rows.n / batch),
      rate: rateOf(
        {
          learningRate: options.clusteringLearningRate ?? own.learningRate,
          schedule: options.schedule,
        },
        epochs,
      ),
      sharpness: annealed ? annealing(epochs) : () => sharpness,
      cluster: (codes, centres) =>
        clustersOf(codes, before.embeddingSize, {
          ...{ k, seed, ...where },
          ...(centres
            ? { init: { data: centres, shape: [k, before.embeddingSize] as const } }
            : { nInit: options.nInit }),
        }),
    });
    const { centres, converged, history } = result;
    return { model: await modelNow(), centres, history: history.map(told), converged };
  } catch (error) {
    if (error instanceof TrainingDivergedError) error.lastGood = await modelNow();
    throw error;
  }
}
