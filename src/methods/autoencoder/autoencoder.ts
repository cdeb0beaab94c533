/** Autoencoders of dense layers, and of filters over images. */
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import {
  autoencoderNetwork,
  type AutoencoderPlan,
  startAutoencoder,
} from '../../networks/autoencoder_network.js';
import { freeRows, residentRows } from '../../networks/resident_rows.js';
import { type Standard, standardized, standardOf } from '../../networks/standardized.js';
import {
  autoencoderBlocks,
  type AutoencoderTraining,
  trainAutoencoder,
  trainByLayers,
} from '../../networks/train_autoencoder.js';
import type { EpochLoss } from '../../networks/trainer.js';
import { TrainingDivergedError } from '../../networks/training_diverged_error.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { wholeRows } from '../transform_learning/rows.js';
import { AutoencoderModel } from './autoencoder_model.js';
import { AUTOENCODER_DEFAULTS, AUTOENCODER_RULES, type TRAINING_DEFAULTS } from './options.js';
import {
  batchOf,
  type NetworkOptions,
  noiseOf,
  optimizerOf,
  planOf,
  rateOf,
  teller,
  type TrainingOptions,
} from './training.js';

export interface AutoencoderOptions extends NetworkOptions, TrainingOptions {
  /** Rounds through the rows. Default 100. */
  readonly epochs?: number;
}

/**
 * Learns a network that gives its rows back through a code of few numbers: minimises the mean over the rows x of
 * |decode(encode(x)) - x|^2, divided by the columns (`reconstruction: 'sum'`: not), in standardized units.
 *
 * An epoch takes 6 FLOPs for each weight and row; a step reads nothing back from the device. What is on the device:
 * the rows once in float32, 5 times the weights, and of a batch what each layer makes, twice; of filters besides 16 MiB of
 * what their windows see, for each layer.
 *
 * A code as wide as its rows can have loss 0 by giving them back as they are; a narrow one, noise on the rows (`noise`),
 * or weights shared by encoder and decoder (`tied`) are the remedies.
 *
 * @param points n x d on the host, one row a point; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; TrainingDivergedError where the loss becomes
 *   no number; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function autoencoder(
  points: Points | PointStream,
  options: AutoencoderOptions = {},
): Promise<AutoencoderModel> {
  const checked = {
    ...AUTOENCODER_DEFAULTS,
    ...checkOptions('autoencoder', options, AUTOENCODER_RULES),
  };
  const { runtime, signal, epochs, standardize } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('autoencoder', points);
  const [n, columns] = rows.shape;
  const batch = batchOf('autoencoder', checked.batchSize, n);
  const plan = planOf(checked, columns);
  const standard = standardOf(rows, standardize);
  return withAlgebra(runtime, rows, signal, (algebra) =>
    fitAutoencoder(algebra, standardized(rows, standard), n, {
      ...checked,
      ...{ plan, standard, batch, epochs },
    }),
  );
}

/** Options that are checked, and what comes of them. */
export type AutoencoderFit = Omit<TrainingOptions, keyof typeof TRAINING_DEFAULTS> &
  Required<Pick<TrainingOptions, keyof typeof TRAINING_DEFAULTS | 'reconstruction'>> & {
    readonly plan: AutoencoderPlan;
    readonly standard: Standard;
    readonly batch: number;
    readonly epochs: number;
  };

/** @param data standardized rows */
export async function fitAutoencoder(
  algebra: Algebra,
  data: Float32Array,
  n: number,
  fit: AutoencoderFit,
): Promise<AutoencoderModel> {
  const { plan, standard, batch, epochs, layerwise, onEpoch, seed } = fit;
  const network = autoencoderNetwork(plan);
  const rows = await residentRows(algebra, data, [n, plan.columns]);
  const training = (phase: 'layers' | 'pretrain', count: number): AutoencoderTraining => ({
    ...{ batch, seed, epochs: count, rate: rateOf(fit, count) },
    ...{ optimizer: optimizerOf(fit), noise: noiseOf(fit), reconstruction: fit.reconstruction },
    ...{ clipNorm: fit.clipNorm, signal: fit.signal, patience: fit.patience, tol: fit.tol },
    onEpoch: teller(
      onEpoch,
      phase,
      phase === 'layers' ? count * network.encoder.layers.length : count,
    ),
  });
  let weights = startAutoencoder(network, createRandom(seed));
  if (layerwise > 0) {
    const trained = await trainByLayers(
      ...([algebra, rows, network, weights, training('layers', layerwise)] as const),
    );
    ({ weights } = trained);
  }
  const blocks = await autoencoderBlocks(algebra, network, weights);
  const model = async (history: readonly EpochLoss[]) =>
    new AutoencoderModel({
      ...stateOf(plan, standard),
      encoder: await blocks.encoder.read(),
      decoder: await blocks.decoder.read(),
      history: history.map(({ loss }) => ({ loss })),
      engine: algebra.description,
    });
  const history: EpochLoss[] = [];
  const told = training('pretrain', epochs);
  try {
    await trainAutoencoder(algebra, rows, network, blocks, {
      ...told,
      onEpoch: (epoch, loss) => {
        history.push(loss);
        told.onEpoch?.(epoch, loss);
      },
    });
  } catch (error) {
    if (error instanceof TrainingDivergedError && history.length > 0) {
      error.lastGood = await model(history);
    }
    throw error;
  }
  const fitted = await model(history);
  freeRows(algebra, rows);
  blocks.encoder.free();
  blocks.decoder.free();
  return fitted;
}

const stateOf = (plan: AutoencoderPlan, { shift, spread }: Standard) => ({
  ...{ ...plan, image: plan.image, filters: plan.filters },
  ...{ shift, spread },
});
