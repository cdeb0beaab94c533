/** From options to what the training loop takes. */
import { InvalidArgumentError } from '../../errors.js';
import type { AutoencoderPlan } from '../../networks/autoencoder_network.js';
import type { Standardization } from '../../networks/standardized.js';
import type { Noise } from '../../networks/train_autoencoder.js';
import type { EpochLoss } from '../../networks/trainer.js';
import {
  digestOf,
  type Phase,
  type Recipe,
  type TrainingCheckpoint,
  type TrainingCheckpointJson,
} from '../../networks/training_checkpoint.js';
import type { Activation } from '../../ops/algebra/activation.js';
import type { Optimizer, OptimizerName } from '../../ops/networks/optimizer.js';
import type { SeenMatrix } from '../../rows/matrix.js';
import type { ComputeOptions } from '../kmeans/placed.js';

/** What makes a network. */
export interface NetworkOptions {
  /**
   * Widths of the dense layers between rows and code; the decoder has them the other way round. Default
   * [500, 500, 2000] for rows of 256 columns and more, else [128, 128, 256].
   */
  readonly layers?: readonly number[];
  /** Columns of the code. Default 10. */
  readonly embeddingSize?: number;
  /** Of the layers between. Default 'relu'; the code is linear. */
  readonly activation?: Activation;
  /** Of the last layer. Default 'linear'. */
  readonly outputActivation?: Activation;
  /** Whether the decoder's weights are the encoder's, transposed. Default false. */
  readonly tied?: boolean;
  /**
   * 'all': rows less the means of their columns, divided by one number for all so that the mean square is 1; 'none':
   * as they are. Default 'all'.
   */
  readonly standardize?: Standardization;
}

/** After one epoch: `onEpoch`. */
export interface EpochProgress {
  readonly phase: Phase;
  /** Of the phase, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The mean over all rows. */
  readonly loss: number;
  /** What it is made of, of phase 'cluster'. */
  readonly reconstruction?: number;
  readonly clustering?: number;
}

/** How a network is trained. */
export interface TrainingOptions extends ComputeOptions {
  /** Rows of a step, at most n. Default 256, or n. */
  readonly batchSize?: number;
  /** Default 1e-3. */
  readonly learningRate?: number;
  /**
   * 'constant', 'cosine' (down to 0), 'step' (a tenth after each third), or a function of the share of the epochs
   * that are done, 0 to 1, whose value multiplies the rate. Default 'constant'.
   */
  readonly schedule?: 'constant' | 'cosine' | 'step' | ((done: number) => number);
  /** Default 'adam'. */
  readonly optimizer?: OptimizerName;
  /** Of 'sgd'. Default 0.9. */
  readonly momentum?: number;
  /** Of 'sgd'. Default false. */
  readonly nesterov?: boolean;
  /** Default 0. */
  readonly weightDecay?: number;
  /** The length that all gradients together may have. Default: any. */
  readonly clipNorm?: number;
  /** Of denoising: the share of numbers set to 0, or the standard deviation of 'gaussian'. Default 0. */
  readonly noise?: number;
  /** Default 'masking'. */
  readonly noiseKind?: 'masking' | 'gaussian';
  /** Whether the squared distance of a row is divided by its columns. */
  readonly reconstruction?: 'mean' | 'sum';
  /** Epochs that each layer is trained by itself before all are together. Default 0. */
  readonly layerwise?: number;
  /** Ends training when the loss has not sunk for so many epochs. Default: never. */
  readonly patience?: number;
  /** By what share of itself the loss must sink to count as sunk. Default 1e-3. */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onEpoch?: (progress: EpochProgress) => void;
  /** After each epoch, with what training can go on from: see `resume`. Costs reading 3 times the weights. */
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint) => void;
  /**
   * What to go on from, to the bits of training that was not interrupted. Points and options are those that it was
   * made with; only epochs, rates, clipNorm, patience and tolerances may be others. Default: from the start.
   */
  readonly resume?: TrainingCheckpoint | TrainingCheckpointJson;
  /**
   * How often training goes on, on a fresh device and to the same bits, where one was lost. Default 1, with a
   * `runtime` of your own 0.
   */
  readonly retries?: number;
}

const DEFAULT_BATCH = 256;
/** Columns from which rows count as wide. */
const WIDE = 256;

type Plain = Required<
  Omit<NetworkOptions, 'layers' | 'standardize'> & Pick<TrainingOptions, 'momentum'>
> & { readonly layers?: readonly number[] };

export const planOf = (
  { layers, embeddingSize, activation, outputActivation, tied }: Omit<Plain, 'momentum'>,
  columns: number,
): AutoencoderPlan => ({
  ...{ columns, embeddingSize, activation, outputActivation, tied },
  layers: layers ?? (columns >= WIDE ? [500, 500, 2000] : [128, 128, 256]),
});

/** @throws InvalidArgumentError where there are fewer rows than a batch has */
export function batchOf(method: string, batchSize: number | undefined, n: number): number {
  if (batchSize === undefined) return Math.min(DEFAULT_BATCH, n);
  if (batchSize <= n) return batchSize;
  throw new InvalidArgumentError(
    'batchSize',
    `${method}: batchSize is ${batchSize}, but points has only ${n} rows; give at most ${n}.`,
  );
}

export const optimizerOf = ({
  optimizer: name,
  momentum,
  nesterov,
  weightDecay,
}: Required<
  Pick<TrainingOptions, 'optimizer' | 'momentum' | 'nesterov' | 'weightDecay'>
>): Optimizer => ({
  ...{ name, momentum, nesterov, weightDecay },
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
});

export const noiseOf = ({
  noise: rate,
  noiseKind: kind,
}: Required<Pick<TrainingOptions, 'noise' | 'noiseKind'>>): Noise | undefined =>
  rate > 0 ? { kind, rate } : undefined;

/** The rate of each epoch, from 0. */
export function rateOf(
  { learningRate, schedule }: Required<Pick<TrainingOptions, 'learningRate' | 'schedule'>>,
  epochs: number,
): (epoch: number) => number {
  const factor =
    typeof schedule === 'function'
      ? schedule
      : {
          constant: () => 1,
          cosine: (done: number) => (1 + Math.cos(Math.PI * done)) / 2,
          step: (done: number) => 0.1 ** Math.floor(3 * done),
        }[schedule];
  return (epoch) => {
    const times = factor(epoch / epochs);
    if (Number.isFinite(times) && times >= 0) return learningRate * times;
    throw new InvalidArgumentError(
      'schedule',
      `schedule gave ${times} for epoch ${epoch + 1} of ${epochs}; give a finite number >= 0.`,
    );
  };
}

/** Options that training may go on with in other ways, or that are no part of what it comes to. */
const FREE: ReadonlySet<string> = new Set([
  ...['runtime', 'signal', 'retries', 'onEpoch', 'onCheckpoint', 'resume', 'autoencoder'],
  ...['epochs', 'pretrainEpochs', 'clusteringEpochs', 'learningRate', 'clusteringLearningRate'],
  ...['schedule', 'clipNorm', 'patience', 'tol', 'changeTol'],
]);

/** What a checkpoint is compared by: the method, its rows and its options. */
export function recipeOf(
  method: string,
  { data, shape }: Pick<SeenMatrix, 'data' | 'shape'>,
  options: object,
): Recipe {
  const kept = Object.entries(options as Readonly<Record<string, unknown>>).filter(
    ([name]) => !FREE.has(name),
  );
  const words = kept.map(([name, value]) => [name, Array.isArray(value) ? value.join() : value]);
  return {
    ...(Object.fromEntries(words) as Recipe),
    ...{ of: method, rows: shape.join(' x '), numbers: digestOf(data) },
  };
}

/** What the training loop is to tell, as `onEpoch` wants to hear it; `told` have been before. */
export function teller(
  onEpoch: TrainingOptions['onEpoch'],
  phase: EpochProgress['phase'],
  epochs: number,
  told = 0,
): ((epoch: number, loss: EpochLoss) => void) | undefined {
  if (!onEpoch) return undefined;
  return (_, { loss }) => {
    told++;
    onEpoch({ phase, epoch: told, epochs, loss });
  };
}
