/** Autoencoders of dense layers, and of filters over images. */
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import {
  autoencoderNetwork,
  type AutoencoderPlan,
  type AutoencoderWeights,
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
import {
  Checkpoints,
  toldOnce,
  trainerArrays,
  trainerState,
} from '../../networks/training_checkpoint.js';
import { TrainingDivergedError } from '../../networks/training_diverged_error.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { wholeRows } from '../transform_learning/rows.js';
import { AutoencoderModel } from './autoencoder_model.js';
import { layersArrays, layersIn } from './layers_state.js';
import { AUTOENCODER_DEFAULTS, AUTOENCODER_RULES, type TRAINING_DEFAULTS } from './options.js';
import {
  batchOf,
  type NetworkOptions,
  noiseOf,
  optimizerOf,
  planOf,
  rateOf,
  recipeOf,
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
  const { runtime, signal, epochs, standardize, retries } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('autoencoder', points);
  const [n, columns] = rows.shape;
  const batch = batchOf('autoencoder', checked.batchSize, n);
  const plan = planOf(checked, columns);
  const standard = standardOf(rows, standardize);
  const checkpoints = new Checkpoints(
    recipeOf('autoencoder', rows, { ...checked, ...plan, batchSize: batch }),
    checked,
  );
  const onEpoch = toldOnce(checked.onEpoch);
  const work = (algebra: Algebra) =>
    fitAutoencoder(algebra, standardized(rows, standard), n, checkpoints, {
      ...{ ...checked, plan, standard, batch, epochs },
      ...(onEpoch && { onEpoch }),
    });
  return withAlgebra(runtime, rows, signal, work, retries);
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
  checkpoints: Checkpoints,
  fit: AutoencoderFit,
): Promise<AutoencoderModel> {
  const { plan, standard, batch, epochs, layerwise, onEpoch, seed } = fit;
  const network = autoencoderNetwork(plan);
  const rows = await residentRows(algebra, data, [n, plan.columns]);
  const before = checkpoints.latest;
  const training = (
    phase: 'layers' | 'pretrain',
    count: number,
    told: number,
  ): AutoencoderTraining => ({
    ...{ batch, seed, epochs: count, rate: rateOf(fit, count) },
    ...{ optimizer: optimizerOf(fit), noise: noiseOf(fit), reconstruction: fit.reconstruction },
    ...{ clipNorm: fit.clipNorm, signal: fit.signal, patience: fit.patience, tol: fit.tol },
    onEpoch: teller(
      onEpoch,
      phase,
      phase === 'layers' ? count * network.encoder.layers.length : count,
      told,
    ),
  });
  let weights = startAutoencoder(network, createRandom(seed));
  let lastGood: (() => AutoencoderModel | Promise<AutoencoderModel>) | undefined;
  const modelOf = (made: AutoencoderWeights, history: readonly EpochLoss[]) =>
    new AutoencoderModel({
      ...{ ...stateOf(plan, standard), ...made },
      ...{ history: history.map(({ loss }) => ({ loss })), engine: algebra.description },
    });
  try {
    if (layerwise > 0 && before?.phase !== 'pretrain') {
      const from = before && layersIn(before, network);
      const told = from ? from.epochs + (from.state?.history.length ?? 0) : 0;
      await trainByLayers(algebra, rows, network, weights, {
        ...training('layers', layerwise, told),
        layersFrom: from,
        keepLayers: (read) => checkpoints.keep(async () => layersArrays(await read())),
        soFar(made) {
          weights = made;
          lastGood = () => modelOf(made, []);
        },
      });
    }
    const blocks = await autoencoderBlocks(algebra, network, weights);
    const from = before?.phase === 'pretrain' ? trainerState(before) : undefined;
    const history = [...(from?.history ?? [])];
    const modelNow = async () => {
      const [encoder, decoder] = [await blocks.encoder.read(), await blocks.decoder.read()];
      return modelOf({ encoder, decoder }, history);
    };
    const told = training('pretrain', epochs, history.length);
    if (history.length > 0) lastGood = modelNow;
    await trainAutoencoder(algebra, rows, network, blocks, {
      ...{ ...told, from },
      onEpoch(epoch, loss) {
        history.push(loss);
        lastGood = modelNow;
        told.onEpoch?.(epoch, loss);
      },
      keep: (read) =>
        checkpoints.keep(async () => {
          const state = await read();
          return { phase: 'pretrain', history: state.history, arrays: trainerArrays(state) };
        }),
    });
    const fitted = await modelNow();
    freeRows(algebra, rows);
    blocks.encoder.free();
    blocks.decoder.free();
    return fitted;
  } catch (error) {
    if (error instanceof TrainingDivergedError) error.lastGood = await lastGood?.();
    throw error;
  }
}

/** Of a model's state what its plan tells. */
export const stateOf = (plan: AutoencoderPlan, { shift, spread }: Standard) => ({
  ...{ ...plan, image: plan.image, filters: plan.filters },
  ...{ shift, spread },
});
