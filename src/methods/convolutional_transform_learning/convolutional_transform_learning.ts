/** Transform learning by filters that go over images or signals. */
import { withAlgebra } from '../../fit/algebra.js';
import { InvalidArgumentError } from '../../errors.js';
import { checkOptions } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import { createRandom } from '../../math/random.js';
import { openChain } from '../../networks/chain.js';
import { mappedRows } from '../../networks/mapped_rows.js';
import { ParameterBlock, parametersIn, startWeights } from '../../networks/parameter_block.js';
import { gather, residentRows } from '../../networks/resident_rows.js';
import { type Standard, standardized, standardOf } from '../../networks/standardized.js';
import { type EpochLoss, Trainer, type Visit } from '../../networks/trainer.js';
import { TrainingDivergedError } from '../../networks/training_diverged_error.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import { squaredError } from '../../ops/networks/gradients.js';
import type { Points, SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import {
  batchOf,
  type ConvolutionOptions,
  type EpochProgress,
  type NetworkOptions,
  optimizerOf,
} from '../autoencoder/training.js';
import { codeSpread } from '../deep_clustering/code_spread.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkEnoughRows } from '../kmeans/start_centroids.js';
import { subspaceClustering } from '../subspace_clustering/subspace_clustering.js';
import { collapses, warned } from '../transform_learning/collapse.js';
import { wholeRows } from '../transform_learning/rows.js';
import { within } from '../transform_learning/within.js';
import { meansOf } from '../transformed_kmeans/cluster_means.js';
import {
  type ConvolutionalProgress,
  ConvolutionalTransformModel,
  transformNetwork,
  type TransformPlan,
} from './convolutional_transform_model.js';
import { CONVOLUTIONAL_DEFAULTS, CONVOLUTIONAL_RULES, FILTERS } from './options.js';
import { KeptApart } from './regularity.js';

/** A layer of filters. */
export interface TransformFilters extends Omit<ConvolutionOptions, 'stride'> {
  /** Pixels from one place to the next. Default 1. */
  readonly stride?: number;
  /** Sides of the windows of which the largest number is kept after it. Default 1: none is dropped. */
  readonly pool?: number;
}

export interface ConvolutionalTransformOptions
  extends ComputeOptions, Pick<NetworkOptions, 'image' | 'activation' | 'standardize'> {
  /** Default: 4 filters of 5 x 5 and 8 of 3 x 3; of signals 4 of 5 and 8 of 3. */
  readonly convolutions?: readonly TransformFilters[];
  /** Number of clusters to find. Default: none. */
  readonly k?: number;
  /**
   * 'kmeans' (default): features are drawn to the centres of their clusters while filters are learnt; 'subspace': they are
   * clustered when that is done, by `subspaceClustering` with 'lsr'.
   */
  readonly clustering?: 'kmeans' | 'subspace';
  /** How hard 'kmeans' draws. Default 0.1. */
  readonly clusteringWeight?: number;
  /** Of -sum log s, which keeps filters apart. Default 0.01. */
  readonly penalty?: number;
  /** Of |T|^2. Default 1e-4. */
  readonly shrinkage?: number;
  /** Rounds through the rows. Default 40. */
  readonly epochs?: number;
  /** Rows of a step, at most n. Default 256, or n. */
  readonly batchSize?: number;
  /** Of Adam. Default 1e-3. */
  readonly learningRate?: number;
  /** Runs of K-means. Default 20. */
  readonly nInit?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onEpoch?: (progress: EpochProgress) => void;
}

/**
 * Learns filters T, layer after layer, by which rows become features that are not negative, without a network back:
 * minimises, means over rows and features,
 *
 *     |T(x) - Z|^2 + sum over layers of (shrinkage |T_l|^2 - penalty sum log s(T_l)) + clusteringWeight |Z - Z P|^2
 *
 * with Z >= 0, where s are the singular values of a layer's filters, which the logarithm keeps from vanishing and filters
 * from being alike, and Z P the mean features of each row's cluster (Maggu, Majumdar et al., "Deeply transformed
 * convolutional representation", 2020; DeConFCluster, 2021). Steps of Adam for T take turns with Z in closed form, and
 * once an epoch with K-means of Z.
 *
 * The authors' code has one more dense transform behind the filters, and Z as numbers that Adam moves and that are cut at 0.
 *
 * @param points n x d on the host, one row a point: signals of d numbers, or images; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; TrainingDivergedError where the loss becomes
 *   no number; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function convolutionalTransformLearning(
  points: Points | PointStream,
  options: ConvolutionalTransformOptions = {},
): Promise<ConvolutionalTransformModel> {
  const checked = {
    ...CONVOLUTIONAL_DEFAULTS,
    ...checkOptions('convolutionalTransformLearning', options, CONVOLUTIONAL_RULES),
  };
  const { runtime, signal, k } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('convolutionalTransformLearning', points);
  const [n, columns] = rows.shape;
  if (k !== undefined) checkEnoughRows('convolutionalTransformLearning', k, n);
  const batch = batchOf('convolutionalTransformLearning', checked.batchSize, n);
  const plan = planOf(checked, columns);
  const standard = standardOf(rows, checked.standardize);
  // Layers that do not fit are told of before anything is loaded.
  transformNetwork(plan);
  return withAlgebra(runtime, rows, signal, (algebra) =>
    fit(algebra, rows, plan, standard, batch, checked),
  );
}

type Checked = ConvolutionalTransformOptions &
  Required<Pick<ConvolutionalTransformOptions, keyof typeof CONVOLUTIONAL_DEFAULTS>>;

function planOf({ image, convolutions, activation }: Checked, columns: number): TransformPlan {
  const { width: across, height: down, channels = 1 } = image ?? { width: columns, height: 1 };
  if (across * down * channels !== columns) {
    throw new InvalidArgumentError(
      'image',
      `image is ${across} x ${down} with ${channels} channels, but points has ${columns} columns; ` +
        `give sides whose product is ${columns}.`,
    );
  }
  const given: readonly TransformFilters[] =
    convolutions ?? FILTERS[down === 1 ? 'signal' : 'image'];
  return {
    ...{ image: { down, across, channels }, activation },
    layers: given.map(({ filters, kernel, stride = 1, padding = 'same', pool = 1 }) => {
      const square = down === 1 ? 1 : Number(kernel);
      const sides = typeof kernel === 'number' ? ([square, kernel] as const) : kernel;
      return { filters, kernel: sides, stride, padding, pool };
    }),
  };
}

async function fit(
  algebra: Algebra,
  points: SeenMatrix,
  plan: TransformPlan,
  standard: Standard,
  batch: number,
  options: Checked,
): Promise<ConvolutionalTransformModel> {
  const { k = 0, clustering, seed, epochs, nInit, signal, learningRate } = options;
  const [n] = points.shape;
  const pause = createPause(signal);
  const where = within(algebra, options);
  const { all, filters } = transformNetwork(plan);
  const columns = all.outputs;
  const data = standardized(points, standard);
  const rows = await residentRows(algebra, data, points.shape);
  const weights = startWeights(all.layers, createRandom(seed));
  const block = await ParameterBlock.create(algebra, all.layers, weights, true);
  const apart: KeptApart[] = [];
  for (const layer of filters) {
    const { values, gradients } = block.of(layer)!;
    apart.push(await KeptApart.create(algebra, values[0], gradients![0], options));
  }
  const draws = k > 0 && clustering === 'kmeans' && options.clusteringWeight > 0;
  const weight = draws ? options.clusteringWeight : 0;
  const centreRows = await residentRows(
    ...([algebra, new Float32Array(n * (draws ? columns : 1)), [n, draws ? columns : 1]] as const),
  );
  const mapped = await mappedRows(algebra, rows, all, parametersIn([block]));
  const featuresNow = async () =>
    Float32Array.from(await algebra.read(await mapped.run()), (value) => Math.max(value, 0));

  const regularities: number[] = [];
  let smallest: number[] = [];
  const measure = async () => {
    let sum = 0;
    smallest = [];
    for (const layer of apart) {
      const measured = await layer.measure(pause);
      sum += measured.sum;
      smallest.push(measured.values.at(-1)!);
    }
    regularities.push(sum);
  };
  let centres: Float32Array | undefined;
  const cluster = async (features: Float32Array) => {
    const start = centres && { data: centres, shape: [k, columns] as const };
    const found = await kmeans(
      { data: features, shape: [n, columns] },
      { k, seed, ...(start ? { init: start } : { nInit }), ...where },
    );
    centres = Float32Array.from(found.centroids.data);
    return found.labels;
  };
  /** Before each epoch. */
  const visit = async (): Promise<Visit> => {
    await measure();
    if (!draws) return 'go on';
    const labels = await cluster(await featuresNow());
    for (const { start, rows: part } of centreRows.parts) {
      const values = new Float32Array(part.rows * columns);
      for (let i = 0; i < part.rows; i++) {
        const j = labels[start + i];
        values.set(centres!.subarray(j * columns, (j + 1) * columns), i * columns);
      }
      algebra.write(part, values);
    }
    return 'go on';
  };

  const trainer = await Trainer.create(
    algebra,
    {
      ...{ n, batch, blocks: [block], parts: ['misfit', 'clustering'], longest: columns },
      optimizer: optimizerOf({
        ...{ optimizer: 'adam', momentum: 0, nesterov: false, weightDecay: 0 },
      }),
    },
    async ({ rows: count, piece, ...place }) => {
      const open = await openChain(all, {
        ...{ algebra, rows: count, parametersOf: parametersIn([block]), adds: () => false },
        control: place.control,
      });
      const make = (width: number) => algebra.matrix(count, width);
      const [x, z] = [await make(all.inputs), await make(columns)];
      const [gradient, unused] = [await make(columns), await make(columns)];
      const towards = draws ? await make(columns) : undefined;
      return async () => {
        await gather(algebra, rows, place, x);
        const y = await open.forward(x);
        const own = [1 / (1 + weight), y] as const;
        if (towards) await gather(algebra, centreRows, place, towards);
        const terms = towards ? [own, [weight / (1 + weight), towards] as const] : [own];
        await algebra.combine(terms, { clampAtZero: true, into: z });
        const share = 1 / (count * columns);
        const [misfit, drawn] = [piece(0, columns), piece(1, columns)];
        await algebra.perform(squaredError, { y, x: z, weight: share, gradient, loss: misfit });
        if (towards) {
          const given = { y: z, x: towards, weight: weight * share };
          await algebra.perform(squaredError, { ...given, gradient: unused, loss: drawn });
        }
        await open.backward(gradient, false);
        for (const layer of apart) await layer.addGradient();
      };
    },
  );
  const losses: EpochLoss[] = [];
  const historyOf = (): readonly ConvolutionalProgress[] =>
    losses.map(({ loss, parts: [misfit, drawn] }, e) => {
      const regularity = regularities[Math.min(e + 1, regularities.length - 1)];
      return { loss: loss + regularity, misfit, clustering: drawn, regularity };
    });
  const modelNow = async () => {
    await measure();
    const features = await featuresNow();
    const labels = k > 0 ? await finalLabels(features) : new Uint32Array();
    const spread = codeSpread(features, columns);
    const clusters = k > 0 ? { labels, k } : undefined;
    return new ConvolutionalTransformModel({
      ...{ ...plan, ...standard, n, k, labels, features, history: historyOf() },
      weights: await block.read(),
      singularValues: Float64Array.from(smallest),
      centres:
        k > 0 ? Float32Array.from(meansOf(features, labels, k, columns)) : new Float32Array(),
      warnings: warned(
        'convolutionalTransformLearning',
        collapses({ total: 1, rank: 2 }, spread, clusters),
      ),
      engine: algebra.description,
    });
  };
  const finalLabels = async (features: Float32Array): Promise<Uint32Array> => {
    if (clustering === 'kmeans') {
      centres = undefined;
      return cluster(features);
    }
    const given = { k, method: 'lsr' as const, seed, ...where };
    return (await subspaceClustering({ data: features, shape: [n, columns] }, given)).labels;
  };
  try {
    await trainer.epochs({
      ...{ epochs, rate: () => learningRate, seed, signal },
      onEpoch: (epoch, loss) => {
        losses.push(loss);
        options.onEpoch?.({ phase: 'pretrain', epoch, epochs, ...historyOf()[epoch - 1] });
      },
      visit: { every: trainer.steps, call: visit },
    });
  } catch (error) {
    if (error instanceof TrainingDivergedError) error.lastGood = await modelNow();
    throw error;
  }
  return modelNow();
}
