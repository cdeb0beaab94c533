/** Clusters of codes that express one another. */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import { createRandom } from '../../math/random.js';
import {
  type AutoencoderNetwork,
  autoencoderNetwork,
  imageLayers,
  startAutoencoder,
} from '../../networks/autoencoder_network.js';
import { chain } from '../../networks/chain.js';
import { asPixels, asRows } from '../../networks/pooling.js';
import { residentRows } from '../../networks/resident_rows.js';
import { standardized, standardOf } from '../../networks/standardized.js';
import { autoencoderBlocks, mapRows, trainAutoencoder } from '../../networks/train_autoencoder.js';
import type { EpochLoss } from '../../networks/trainer.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { Matrix, Points, SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import {
  batchOf,
  type EpochProgress,
  type NetworkOptions,
  optimizerOf,
  planOf,
  teller,
} from '../autoencoder/training.js';
import { codeSpread } from '../deep_clustering/code_spread.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkEnoughRows, checkGiven } from '../kmeans/start_centroids.js';
import { clusterGraph } from '../spectral_clustering/spectral_clustering.js';
import { affinityOf } from '../subspace_clustering/coefficient_graph.js';
import { subspaceClustering } from '../subspace_clustering/subspace_clustering.js';
import { collapses, warned } from '../transform_learning/collapse.js';
import { wholeRows } from '../transform_learning/rows.js';
import { within } from '../transform_learning/within.js';
import { DeepSubspaceModel, type ExpressionProgress } from './deep_subspace_model.js';
import {
  DEEP_SUBSPACE_DEFAULTS,
  DEEP_SUBSPACE_PLANS,
  DEEP_SUBSPACE_RULES,
  type DeepSubspaceMethod,
  DSC_FILTERS,
} from './options.js';
import { expressCodes } from './self_expression.js';

/** Runs of K-means on the eigenvectors of |C| + |C|'. */
const RUNS = 20;
/** Coefficients of more bytes are refused: they are held six times over. */
const MOST_BYTES = 2 ** 28;

export interface DeepSubspaceOptions
  extends
    ComputeOptions,
    Pick<NetworkOptions, 'image' | 'convolutions' | 'activation' | 'standardize'> {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /** 'dscnet' (default) or 'party'. */
  readonly method?: DeepSubspaceMethod;
  /**
   * Widths of the encoder's dense layers, the last that of the codes. Default [300, 150], of 'party' [300, 200, 150]; with
   * `image` of 'dscnet' none: what the filters make is the code.
   */
  readonly layers?: readonly number[];
  /** Epochs of the autoencoder alone. Default 1000, of 'party' 100. */
  readonly pretrainEpochs?: number;
  /** Steps with all rows and their coefficients. Default 700, of 'party' 300. */
  readonly epochs?: number;
  /** Rows of a step before that, at most n. Default 256, or n. */
  readonly batchSize?: number;
  /** Of Adam. Default 1e-3. */
  readonly learningRate?: number;
  /** Of all weights. Default 0. */
  readonly weightDecay?: number;
  /** Of |Z - C Z|^2 / 2 in the loss. Default 0.2, of 'party' 10. */
  readonly expressionWeight?: number;
  /** Of |C|^2 in the loss of 'dscnet'. Default 1e-3. */
  readonly coefficientPenalty?: number;
  /** Of 'party': see `subspaceClustering`, by whose 'ssc' it expresses rows and codes. Default 20. */
  readonly alpha?: number;
  /** Of 'dscnet': the share of each row's coefficients, the largest first, of which affinities are made. Default 0.2. */
  readonly keep?: number;
  /** Of 'dscnet': that of each subspace, and the power of affinities; see `subspaceClustering`. Default 3 and 1. */
  readonly dimension?: number;
  readonly power?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onEpoch?: (progress: EpochProgress) => void;
}

/**
 * Clusters rows by an autoencoder whose codes lie in subspaces: each code is expressed by the others, and rows that
 * express each other belong together.
 *
 * - 'dscnet' (Ji et al. 2017): the coefficients C are learnt with the network, a layer between encoder and decoder, by
 *   minimising |X - decode(C Z)|^2 / 2 + expressionWeight / 2 |Z - C Z|^2 + coefficientPenalty |C|^2. `labels` are those of
 *   the authors' code, whose affinities come from a factor of C of low rank; a good part of the published figures is
 *   that step's (Haeffele, You & Vidal 2021), so `plainLabels` are those of |C| + |C|'.
 * - 'party' (Peng et al. 2016): C is that of the rows by sparse subspace clustering and stays; the codes learn to be
 *   expressed by it, and are then clustered so themselves.
 *
 * A step takes all rows, and C 4 n^2 bytes six times over: for n to 8,192. New rows cannot be predicted.
 *
 * @param points n x d on the host, n >= 2, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; TrainingDivergedError where the loss becomes
 *   no number; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function deepSubspaceClustering(
  points: Points | PointStream,
  options: DeepSubspaceOptions,
): Promise<DeepSubspaceModel> {
  const given = {
    ...DEEP_SUBSPACE_DEFAULTS,
    ...checkOptions('deepSubspaceClustering', options, DEEP_SUBSPACE_RULES),
  };
  checkGiven('deepSubspaceClustering', given);
  const checked = { ...DEEP_SUBSPACE_PLANS[given.method], ...given };
  const { k, runtime, signal } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('deepSubspaceClustering', points);
  const [n, columns] = rows.shape;
  checkEnoughRows('deepSubspaceClustering', Math.max(2, k), n);
  if (4 * n * n > MOST_BYTES) {
    throw new InvalidArgumentError(
      'points',
      `deepSubspaceClustering: the coefficients of ${n} rows take ${4 * n * n} bytes, above ${MOST_BYTES}; ` +
        `give fewer rows.`,
    );
  }
  const batch = batchOf('deepSubspaceClustering', checked.batchSize, n);
  const network = networkOf(checked, columns);
  return withAlgebra(runtime, rows, signal, (algebra) =>
    fit(algebra, rows, network, batch, checked),
  );
}

type Checked = DeepSubspaceOptions &
  Required<
    Omit<
      DeepSubspaceOptions,
      'image' | 'convolutions' | 'batchSize' | 'onEpoch' | 'runtime' | 'signal'
    >
  >;

function networkOf(options: Checked, columns: number): AutoencoderNetwork {
  const { image, activation, method } = options;
  const convolutions = options.convolutions ?? (image && method === 'dscnet' ? DSC_FILTERS : []);
  const layers = image && method === 'dscnet' ? [] : options.layers;
  const common = {
    ...{ activation, outputActivation: 'linear' as const, tied: false },
    ...{ layers: layers.slice(0, -1), embeddingSize: layers.at(-1) ?? 1 },
  };
  // Here the code alone may be all that there is.
  if (!image && !options.convolutions && layers.length > 0) {
    return autoencoderNetwork({ ...common, columns });
  }
  const plan = planOf(
    {
      ...common,
      ...(image && { image }),
      ...(convolutions.length > 0 && { convolutions }),
    },
    columns,
  );
  if (layers.length > 0 || !plan.image) return autoencoderNetwork(plan);
  const images = imageLayers(plan.image, plan.filters ?? [], activation, 'linear');
  return {
    encoder: chain([...images.there, asRows(images.made)]),
    decoder: chain([asPixels(images.made), ...images.back]),
  };
}

async function fit(
  algebra: Algebra,
  points: SeenMatrix,
  network: AutoencoderNetwork,
  batch: number,
  options: Checked,
): Promise<DeepSubspaceModel> {
  const { k, method, seed, pretrainEpochs, epochs, learningRate, alpha, signal } = options;
  const [n, columns] = points.shape;
  const where = within(algebra, options);
  const learns = method === 'dscnet';
  const data = standardized(points, standardOf(points, options.standardize));
  const sparse = { k, method: 'ssc' as const, alpha, seed, ...where };
  const start = learns
    ? undefined
    : await subspaceClustering({ data, shape: points.shape }, sparse);
  const rows = await residentRows(algebra, data, [n, columns]);
  const blocks = await autoencoderBlocks(
    ...([algebra, network, startAutoencoder(network, createRandom(seed))] as const),
  );
  const optimizer = optimizerOf({
    ...{ optimizer: 'adam', momentum: 0, nesterov: false, weightDecay: options.weightDecay },
  });
  const common = { optimizer, rate: () => learningRate, seed, signal };
  if (pretrainEpochs > 0) {
    await trainAutoencoder(algebra, rows, network, blocks, {
      ...{ ...common, batch, epochs: pretrainEpochs, reconstruction: 'sum' },
      onEpoch: teller(options.onEpoch, 'pretrain', pretrainEpochs),
    });
  }
  const codes = () => mapRows(algebra, rows, network.encoder, [blocks.encoder]);
  const before = await codes();
  const history: ExpressionProgress[] = [];
  const take = (epoch: number, { loss, parts }: EpochLoss) => {
    const [reconstruction, expression, penalty] = parts;
    history.push({ loss, reconstruction, expression, penalty });
    options.onEpoch?.({
      ...{ phase: 'cluster', epoch, epochs, loss, reconstruction },
      clustering: expression + penalty,
    });
  };
  const expressed = await expressCodes(algebra, rows, network, blocks, {
    ...{ ...common, epochs, onEpoch: take, learns, weight: options.expressionWeight },
    penalty: options.coefficientPenalty,
    coefficients: start ? Float32Array.from(start.coefficients.data) : new Float32Array(n * n),
  });
  const embedding = await codes();
  const size = network.encoder.outputs;
  const cut = learns
    ? await cutOf(expressed.coefficients, n, algebra, options)
    : await cutOfCodes({ data: embedding, shape: [n, size] }, sparse);
  const spreads = [before, embedding].map((one) => codeSpread(one, size));
  const found = collapses(spreads[0], spreads[1], { labels: cut.labels, k });
  return new DeepSubspaceModel({
    ...{ shape: [n, size], k, method, ...cut, embedding, history },
    ...{ warnings: warned('deepSubspaceClustering', found), engine: algebra.description },
  });
}

interface Cut {
  readonly labels: Uint32Array;
  readonly plainLabels: Uint32Array;
  readonly coefficients: Float32Array;
}

/** With what DSC-Net's code does to coefficients, and without. */
async function cutOf(
  coefficients: Float32Array,
  n: number,
  algebra: Algebra,
  options: Checked,
): Promise<Cut> {
  const { k, seed, keep, dimension, power, signal } = options;
  const cut = async (
    graph: Parameters<typeof affinityOf>[1],
    others: Pick<
      Parameters<typeof clusterGraph>[2],
      'laplacian' | 'regularization' | 'assignLabels'
    >,
  ) => {
    const matrix = { data: coefficients, shape: [n, n] as const };
    const affinity = await affinityOf(matrix, graph, createPause(signal));
    const given = { k, seed, nInit: RUNS, ...others, ...within(algebra, options) };
    const { labels } = await clusterGraph(affinity, algebra.description, given, () => undefined);
    return labels;
  };
  const shared = { k, dimension, power };
  return {
    coefficients,
    labels: await cut(
      { ...shared, keep, rowScale: 'none', affinity: 'dscNet' },
      { laplacian: 'normalized', regularization: 0, assignLabels: 'discretize' },
    ),
    plainLabels: await cut(
      { ...shared, keep: 1, rowScale: 'largest', affinity: 'magnitudes' },
      { laplacian: 'ngJordanWeiss', regularization: 0.4, assignLabels: 'kmeans' },
    ),
  };
}

/** By sparse subspace clustering of the codes. */
async function cutOfCodes(
  codes: Matrix,
  options: Parameters<typeof subspaceClustering>[1],
): Promise<Cut> {
  const { labels, coefficients } = await subspaceClustering(codes, options);
  return { labels, plainLabels: labels, coefficients: Float32Array.from(coefficients.data) };
}
