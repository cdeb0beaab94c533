/** What people are told of the options of `autoencoder`. */
import { COMMON, type OptionEntry, type OptionTable } from '../../fit/option_table.js';
import type { AutoencoderOptions } from './autoencoder.js';
import { AUTOENCODER_DEFAULTS, AUTOENCODER_RULES } from './options.js';
import type { NetworkOptions, TrainingOptions } from './training.js';

export const NETWORK_OPTIONS: { readonly [Name in keyof Required<NetworkOptions>]: OptionEntry } = {
  layers: {
    meaning: 'widths of the dense layers between rows and code; the decoder has them backwards',
    otherwise:
      '`[500, 500, 2000]` for rows of 256 columns and more, else `[128, 128, 256]`; with `image` none',
    flag: '--layers <list>',
  },
  image: {
    meaning:
      '`{ width, height, channels }` of rows that are images, pixel after pixel: filters come before the dense layers',
    otherwise: "dense layers alone; of `'dcec'` a square",
  },
  convolutions: {
    meaning: "`{ filters, kernel, stride: 2, padding: 'same' }` of each layer of filters",
    otherwise: "with `image`, DCEC's: 32 of 5 x 5, 64 of 5 x 5, 128 of 3 x 3",
  },
  embeddingSize: { meaning: 'columns of the code', flag: '--embedding-size <number>' },
  activation: {
    meaning: 'what the layers between do to their sums; the code is linear',
    flag: '--activation <name>',
  },
  outputActivation: {
    meaning: 'what the last layer does to its sums',
    flag: '--output-activation <name>',
  },
  tied: { meaning: "the decoder's weights are the encoder's, transposed", flag: '--tied' },
  standardize: {
    meaning:
      "`'all'`: rows less the means of their columns, divided by one number so that the mean square is 1; `'none'`: as they are",
    flag: '--standardize <kind>',
  },
};

type OfTraining = Omit<TrainingOptions, 'signal' | 'runtime' | 'retries' | 'reconstruction'>;

export const TRAINING_OPTIONS: { readonly [Name in keyof Required<OfTraining>]: OptionEntry } = {
  batchSize: {
    meaning: 'rows of a step, at most all',
    otherwise: '256, or all rows where there are fewer',
    flag: '--batch-size <number>',
  },
  learningRate: { meaning: 'how far a step goes', flag: '--learning-rate <number>' },
  schedule: {
    meaning:
      "how the rate falls: `'cosine'` to 0, `'step'` to a tenth after each third, or a function of the share of the epochs that are done, whose value multiplies it",
    flag: '--schedule <kind>',
    help: 'how the rate falls',
    words: ['constant', 'cosine', 'step'],
  },
  optimizer: { meaning: 'how weights follow their gradients', flag: '--optimizer <name>' },
  momentum: { meaning: "of `'sgd'`", flag: '--momentum <number>' },
  nesterov: { meaning: "of `'sgd'`: Nesterov's momentum", flag: '--nesterov' },
  weightDecay: { meaning: 'how much weights shrink', flag: '--weight-decay <number>' },
  clipNorm: {
    meaning: 'the length that all gradients together may have',
    otherwise: 'any',
    flag: '--clip-norm <number>',
  },
  noise: {
    meaning:
      "denoising: the share of numbers set to 0, or the standard deviation of `'gaussian'` noise, in the rows that are to be given back without",
    flag: '--noise <number>',
    help: 'denoising: the share of numbers set to 0, or the standard deviation',
  },
  noiseKind: { meaning: 'of the noise', flag: '--noise-kind <kind>' },
  layerwise: {
    meaning: 'epochs that each layer is trained by itself before all are together',
    flag: '--layerwise <number>',
  },
  patience: {
    meaning: 'ends training when the loss has not sunk for so many epochs',
    otherwise: 'never',
    flag: '--patience <number>',
  },
  tol: {
    meaning: 'by what share of itself a loss must sink to count as sunk',
    flag: '--tol <number>',
  },
  seed: COMMON.seed,
  onEpoch: {
    meaning: 'called after each epoch with `{ phase, epoch, epochs, loss }`',
    otherwise: 'none',
  },
  onCheckpoint: {
    meaning: 'called after each epoch with a `TrainingCheckpoint`, which has `toJSON()`',
    otherwise: 'none',
  },
  resume: {
    meaning:
      'a checkpoint to go on from, to the same bits; points and options are those it was made with',
    otherwise: 'none',
  },
};

export const optionTable: OptionTable<AutoencoderOptions> = {
  method: 'autoencoder',
  rules: AUTOENCODER_RULES,
  defaults: AUTOENCODER_DEFAULTS,
  options: {
    ...NETWORK_OPTIONS,
    epochs: { meaning: 'rounds through the rows', flag: '--epochs <number>' },
    ...TRAINING_OPTIONS,
    reconstruction: {
      meaning: 'whether the squared distance of a row is divided by its columns',
      flag: '--reconstruction <kind>',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
    retries: COMMON.retries,
  },
};
