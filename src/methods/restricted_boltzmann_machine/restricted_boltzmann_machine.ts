/** Restricted Boltzmann machines of units that are on or off. */
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createRandom, standardNormal } from '../../math/random.js';
import { ParameterBlock, type Weights } from '../../networks/parameter_block.js';
import { gather, residentRows } from '../../networks/resident_rows.js';
import { Trainer } from '../../networks/trainer.js';
import { TrainingDivergedError } from '../../networks/training_diverged_error.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { corrupt } from '../../ops/networks/corrupt.js';
import { squaredError } from '../../ops/networks/gradients.js';
import type { Optimizer } from '../../ops/networks/optimizer.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { batchOf } from '../autoencoder/training.js';
import type { LossProgress } from '../autoencoder/autoencoder_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { wholeRows } from '../transform_learning/rows.js';
import { BOLTZMANN_DEFAULTS, BOLTZMANN_RULES } from './options.js';
import { BoltzmannModel } from './boltzmann_model.js';
import { hiddenOf, rangeOf, visibleOf, withinRange } from './units.js';

/** Of the weights to start from. */
const START = 0.01;
const DEFAULT_BATCH = 10;

export interface BoltzmannOptions extends ComputeOptions {
  /** Hidden units. Default 256. */
  readonly components?: number;
  /** Rounds through the rows. Default 10. */
  readonly epochs?: number;
  /** How far a step goes. Default 0.1. */
  readonly rate?: number;
  /** Gibbs steps of contrastive divergence. Default 1. */
  readonly steps?: number;
  /** Whether the chains go on from step to step (Tieleman 2008) instead of from the data. Default false. */
  readonly persistent?: boolean;
  /** Rows of a step. Default 10, or n. */
  readonly batchSize?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  /** After each epoch: the mean squared error of what one step of the chains makes of the rows. */
  readonly onEpoch?: (progress: {
    readonly epoch: number;
    readonly epochs: number;
    readonly loss: number;
  }) => void;
}

/**
 * Learns a distribution of rows of numbers from 0 to 1, of energy E(x, h) = -b'x - a'h - x'W h, by contrastive
 * divergence (Hinton 2002): W += rate (x0' h0 - x1' h1) / rows, x1 what `steps` Gibbs steps make of x0.
 *
 * The hidden units' probabilities are features of the rows (`transform`). Nothing in such a machine is a cluster, and
 * no loss of clusters goes with its energy: for clusters, run K-means on its features.
 *
 * Points that are not within 0 to 1 are brought there by the smallest and the largest number of all.
 *
 * @param points n x d on the host, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; TrainingDivergedError where the loss becomes
 *   no number; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function restrictedBoltzmannMachine(
  points: Points | PointStream,
  options: BoltzmannOptions = {},
): Promise<BoltzmannModel> {
  const checked = {
    ...BOLTZMANN_DEFAULTS,
    ...checkOptions('restrictedBoltzmannMachine', options, BOLTZMANN_RULES),
  };
  const { runtime, signal, components, seed } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('restrictedBoltzmannMachine', points);
  const [n, d] = rows.shape;
  const size = checked.batchSize ?? Math.min(DEFAULT_BATCH, n);
  const batch = batchOf('restrictedBoltzmannMachine', size, n);
  const range = rangeOf(rows);
  const random = createRandom(seed);
  const start = [
    Float32Array.from({ length: d * components }, () => START * standardNormal(random)),
    new Float32Array(components),
    new Float32Array(d),
  ];
  return withAlgebra(runtime, rows, signal, async (algebra) => {
    const data = withinRange(rows.data, range);
    const modelOf: MadeModel = ([weights, hiddenBias, visibleBias], history) =>
      new BoltzmannModel({
        ...{ columns: d, k: components, weights, hiddenBias, visibleBias, ...range },
        ...{ history, engine: algebra.description },
      });
    return fit(algebra, data, [n, d], start, modelOf, { ...checked, batch });
  });
}

const PLAIN: Optimizer = {
  ...{ name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

type Checked = BoltzmannOptions &
  Required<Pick<BoltzmannOptions, keyof typeof BOLTZMANN_DEFAULTS>> & { readonly batch: number };

type MadeModel = (weights: Weights, history: readonly LossProgress[]) => BoltzmannModel;

async function fit(
  algebra: Algebra,
  data: Float32Array,
  [n, d]: readonly [number, number],
  start: readonly Float32Array[],
  modelOf: MadeModel,
  { components, epochs, rate, steps, persistent, batch, seed, signal, onEpoch }: Checked,
) {
  const shapes = [
    { name: 'weights', rows: d, columns: components, start: () => 0 },
    { name: 'hidden bias', rows: 1, columns: components, start: () => 0 },
    { name: 'visible bias', rows: 1, columns: d, start: () => 0 },
  ];
  const owner = { parameters: shapes };
  const block = await ParameterBlock.create(algebra, [owner], start, true);
  const { values, gradients } = block.of(owner)!;
  const machine = { weights: values[0], hiddenBias: values[1], visibleBias: values[2] };
  const rows = await residentRows(algebra, data, [n, d]);
  const width = 4 * Math.ceil(components / 4);
  const chains = await algebra.matrix(1, batch * width);
  const trainer = await Trainer.create(
    algebra,
    { n, batch, optimizer: PLAIN, blocks: [block], parts: ['reconstruction'], longest: d },
    async ({ rows: count, piece, ...place }) => {
      const sized = (columns: number) => algebra.matrix(count, columns);
      const [x, h0, h1, v1] = [
        await sized(d),
        await sized(components),
        await sized(components),
        await sized(d),
      ];
      const difference = await sized(d);
      const state = algebra.part(chains, 0, count, components);
      const { control } = place;
      return async () => {
        await gather(algebra, rows, place, x);
        await hiddenOf(algebra, machine, x, h0);
        if (!persistent) {
          await algebra.perform(corrupt, {
            x: h0,
            into: state,
            control,
            kind: 'bernoulli',
            seed,
            stream: 0,
          });
        }
        for (let step = 0; step < steps; step++) {
          await visibleOf(algebra, machine, state, v1);
          const drawn = { x: v1, into: difference, control, kind: 'bernoulli' as const, seed };
          await algebra.perform(corrupt, { ...drawn, stream: 2 * step + 1 });
          await hiddenOf(algebra, machine, difference, h1);
          const next = { x: h1, into: state, control, kind: 'bernoulli' as const, seed };
          await algebra.perform(corrupt, { ...next, stream: 2 * step + 2 });
        }
        // `difference` holds the visible units that were drawn last.
        await contrast(algebra, [x, h0], [difference, h1], gradients!);
        const loss = piece(0, d);
        const weight = 1 / (count * d);
        await algebra.perform(squaredError, { y: v1, x, weight, gradient: difference, loss });
      };
    },
  );
  const history: LossProgress[] = [];
  const modelNow = async () => modelOf(await block.read(), history);
  try {
    await trainer.epochs({
      ...{ epochs, rate: () => rate, seed, signal },
      onEpoch(epoch, { loss }) {
        history.push({ loss });
        onEpoch?.({ epoch, epochs, loss });
      },
    });
  } catch (error) {
    if (error instanceof TrainingDivergedError && error.epoch > 1) {
      error.lastGood = await modelNow();
    }
    throw error;
  }
  return modelNow();
}

/** The gradients: what the machine makes of the rows, less the rows. */
async function contrast(
  algebra: Algebra,
  [x0, h0]: readonly [Matrix, Matrix],
  [x1, h1]: readonly [Matrix, Matrix],
  [weights, hiddenBias, visibleBias]: readonly Matrix[],
): Promise<void> {
  const share = 1 / x0.rows;
  await algebra.product(x1, h1, { transposeA: true, alpha: share, into: weights });
  await algebra.product(x0, h0, { transposeA: true, alpha: -share, beta: 1, into: weights });
  for (const [made, given, into] of [
    [h1, h0, hiddenBias],
    [x1, x0, visibleBias],
  ]) {
    const sums = [await algebra.sums(made, 'columns'), await algebra.sums(given, 'columns')];
    await algebra.combine(
      [
        [share, sums[0]],
        [-share, sums[1]],
      ],
      { into },
    );
    algebra.free(...sums);
  }
}
