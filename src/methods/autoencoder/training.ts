/** From options to what the training loop takes. */
import { InvalidArgumentError } from '../../errors.js';
import {
  autoencoderNetwork,
  type AutoencoderPlan,
  type FilterLayer,
} from '../../networks/autoencoder_network.js';
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

/** What rows are that hold an image: pixel after pixel, line by line, each with all its channels. */
export interface ImageShape {
  readonly width: number;
  /** 1 of a signal. */
  readonly height: number;
  /** Default 1. */
  readonly channels?: number;
}

/** Filters that go over an image. */
export interface ConvolutionOptions {
  readonly filters: number;
  /** Its sides in pixels, [down, across], or the one of a square. */
  readonly kernel: number | readonly [down: number, across: number];
  /** Pixels from one place to the next. Default 2. */
  readonly stride?: number;
  /** 'same' (default): ceil(side / stride) places a side; 'valid': those that lie on the image whole. */
  readonly padding?: 'same' | 'valid';
}

/** What makes a network. */
export interface NetworkOptions {
  /**
   * Widths of the dense layers between rows and code; the decoder has them the other way round. Default
   * [500, 500, 2000] for rows of 256 columns and more, else [128, 128, 256]; with `image` none.
   */
  readonly layers?: readonly number[];
  /** Rows are images: filters come before the dense layers, and after them in the decoder. */
  readonly image?: ImageShape;
  /**
   * With `image`. Default: 32 filters of 5 x 5, 64 of 5 x 5 and 128 of 3 x 3, every second pixel, as DCEC has them (Guo et
   * al. 2017).
   */
  readonly convolutions?: readonly ConvolutionOptions[];
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

type Plain = Required<Omit<NetworkOptions, 'layers' | 'standardize' | 'image' | 'convolutions'>> &
  Pick<NetworkOptions, 'layers' | 'image' | 'convolutions'>;

/** @throws InvalidArgumentError where rows are no such images, or options do not go together; ShapeError */
export function planOf(
  options: Plain & { readonly layerwise?: number },
  columns: number,
): AutoencoderPlan {
  const { layers, embeddingSize, activation, outputActivation, tied, image } = options;
  const common = { columns, embeddingSize, activation, outputActivation, tied };
  if (!image) {
    if (options.convolutions) {
      throw new InvalidArgumentError(
        'convolutions',
        `convolutions are given, but no image; give image: { width, height, channels } of the ${columns} columns.`,
      );
    }
    if (layers?.length === 0) {
      throw new InvalidArgumentError(
        'layers',
        'layers is empty; give a width at least, or image for filters in their place.',
      );
    }
    return { ...common, layers: layers ?? (columns >= WIDE ? [500, 500, 2000] : [128, 128, 256]) };
  }
  const { width: across, height: down, channels = 1 } = image;
  if (across * down * channels !== columns) {
    throw new InvalidArgumentError(
      'image',
      `image is ${across} x ${down} with ${channels} channels, but points has ${columns} columns; ` +
        `give sides whose product is ${columns}.`,
    );
  }
  const name = tied ? 'tied' : (options.layerwise ?? 0) > 0 ? 'layerwise' : undefined;
  if (name) {
    throw new InvalidArgumentError(
      name,
      `${name} is for dense layers alone, but image is given; leave out one of the two.`,
    );
  }
  const sides = { down, across, channels };
  const plan: AutoencoderPlan = {
    ...{ ...common, layers: layers ?? [], image: sides },
    filters: (options.convolutions ?? dcec(down)).map(filterLayer),
  };
  // Filters that do not fit are told of before anything is loaded.
  autoencoderNetwork(plan);
  return plan;
}

/** As XifengGuo/DCEC has them. */
const dcec = (side: number): readonly ConvolutionOptions[] => [
  { filters: 32, kernel: 5 },
  { filters: 64, kernel: 5 },
  { filters: 128, kernel: 3, padding: side % 8 === 0 ? 'same' : 'valid' },
];

const filterLayer = ({
  filters,
  kernel,
  stride = 2,
  padding = 'same',
}: ConvolutionOptions): FilterLayer => {
  const [down, across] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  return { filters, kernel: [down, across], stride, padding };
};

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
  const words = kept.map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : value,
  ]);
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
