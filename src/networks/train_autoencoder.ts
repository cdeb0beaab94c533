/** Trains an autoencoder to give back its rows. */
import type { Algebra, Matrix } from '../ops/algebra/algebra.js';
import { corrupt } from '../ops/networks/corrupt.js';
import { squaredError } from '../ops/networks/gradients.js';
import type { Optimizer } from '../ops/networks/optimizer.js';
import type { AutoencoderNetwork, AutoencoderWeights } from './autoencoder_network.js';
import { type Chain, chain, openChain } from './chain.js';
import { TiedDense } from './dense.js';
import { mappedRows } from './mapped_rows.js';
import { ParameterBlock, parametersIn, type Weights } from './parameter_block.js';
import { freeRows, gather, type ResidentRows, residentRows } from './resident_rows.js';
import { type EpochLoss, type EpochsOptions, Trainer, type TrainerState } from './trainer.js';
import { TrainingDivergedError } from './training_diverged_error.js';

/** What is done to the rows that are to be given back as they were. */
export interface Noise {
  readonly kind: 'masking' | 'gaussian';
  readonly rate: number;
}

export interface AutoencoderTraining extends EpochsOptions {
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly clipNorm?: number | undefined;
  readonly noise?: Noise | undefined;
  /** Of the squared distance of a row: divided by the columns, or not. */
  readonly reconstruction: 'mean' | 'sum';
}

/** The parameters of an encoder and a decoder, trained together. */
export interface AutoencoderBlocks {
  readonly encoder: ParameterBlock;
  readonly decoder: ParameterBlock;
}

export const autoencoderBlocks = async (
  algebra: Algebra,
  { encoder, decoder }: AutoencoderNetwork,
  weights: AutoencoderWeights,
): Promise<AutoencoderBlocks> => ({
  encoder: await ParameterBlock.create(algebra, encoder.layers, weights.encoder, true),
  decoder: await ParameterBlock.create(algebra, decoder.layers, weights.decoder, true),
});

/** What the squared distance of a batch is multiplied by. */
export const reconstructionWeight = (kind: 'mean' | 'sum', rows: number, columns: number): number =>
  1 / (kind === 'mean' ? rows * columns : rows);

/** An encoder and a decoder for batches of some rows, to be trained. */
export async function openAutoencoder(
  algebra: Algebra,
  rows: number,
  { encoder, decoder }: AutoencoderNetwork,
  blocks: AutoencoderBlocks,
  decodes: boolean,
  control?: Matrix,
) {
  // The decoder goes back first, and leaves its share of the weights' gradients to the encoder.
  const shared = new Set(
    decoder.layers.flatMap((layer) => (layer instanceof TiedDense ? [layer.partner] : [])),
  );
  const place = {
    ...{ algebra, rows, parametersOf: parametersIn([blocks.encoder, blocks.decoder]) },
    adds: (layer: unknown) => decodes && shared.has(layer as never),
    control,
  };
  return {
    encoder: await openChain(encoder, place),
    decoder: await openChain(decoder, place),
  };
}

/** Trains `blocks` in place. */
export async function trainAutoencoder(
  algebra: Algebra,
  rows: ResidentRows,
  network: AutoencoderNetwork,
  blocks: AutoencoderBlocks,
  training: AutoencoderTraining,
): Promise<readonly EpochLoss[]> {
  const { n, columns } = rows;
  const { batch, optimizer, clipNorm, noise, reconstruction, seed } = training;
  const trainer = await Trainer.create(
    algebra,
    {
      ...{ n, batch, optimizer, clipNorm, longest: columns, parts: ['reconstruction'] },
      blocks: [blocks.encoder, blocks.decoder],
    },
    async ({ rows: count, piece, ...place }) => {
      const x = await algebra.matrix(count, columns);
      const noisy = noise && (await algebra.matrix(count, columns));
      const gradient = await algebra.matrix(count, columns);
      const loss = piece(0, columns);
      const open = await openAutoencoder(algebra, count, network, blocks, true);
      const weight = reconstructionWeight(reconstruction, count, columns);
      return async () => {
        await gather(algebra, rows, place, x);
        if (noisy) {
          const { control } = place;
          await algebra.perform(corrupt, { x, into: noisy, control, ...noise, seed, stream: 0 });
        }
        const y = await open.decoder.forward(await open.encoder.forward(noisy ?? x));
        await algebra.perform(squaredError, { y, x, weight, gradient, loss });
        const passed = await open.decoder.backward(gradient, true);
        await open.encoder.backward(passed!, false);
      };
    },
  );
  const history = await trainer.epochs(training);
  trainer.free();
  return history;
}

/** Where training layer by layer stands. */
export interface LayersState {
  /** Of the layers that are done, encoder and decoder: weights, and how many epochs it took. */
  readonly done: readonly AutoencoderWeights[];
  readonly epochs: number;
  /** Of the next. */
  readonly state?: TrainerState | undefined;
}

export interface LayersTraining extends AutoencoderTraining {
  readonly layersFrom?: LayersState | undefined;
  readonly keepLayers?: ((read: () => Promise<LayersState>) => Promise<void>) | undefined;
  /** Told all weights whenever a layer is done, and as they were before a layer's loss was no number. */
  readonly soFar: (weights: AutoencoderWeights) => void;
}

/**
 * Trains each layer of the encoder with its counterpart by itself, on what the layers before it make of the rows
 * (Vincent et al., Stacked Denoising Autoencoders, 2010). What it comes to is told to `soFar`.
 */
export async function trainByLayers(
  algebra: Algebra,
  rows: ResidentRows,
  { encoder, decoder }: AutoencoderNetwork,
  weights: AutoencoderWeights,
  { layersFrom, keepLayers, soFar, ...training }: LayersTraining,
): Promise<void> {
  const last = encoder.layers.length - 1;
  const done = [...(layersFrom?.done ?? [])];
  let epochs = layersFrom?.epochs ?? 0;
  const tell = () => {
    const all = encoder.layers.map((_, i) => done[i] ?? startOf(i));
    soFar({
      encoder: all.flatMap((one) => [...one.encoder]),
      decoder: all.toReversed().flatMap((one) => [...one.decoder]),
    });
  };
  const startOf = (i: number): AutoencoderWeights => ({
    encoder: ofLayer(encoder, weights.encoder, i),
    decoder: ofLayer(decoder, weights.decoder, last - i),
  });
  const isDone = done.length;
  let given = rows;
  for (const [i, layer] of encoder.layers.entries()) {
    const network = { encoder: chain([layer]), decoder: chain([decoder.layers[last - i]]) };
    const blocks = await autoencoderBlocks(algebra, network, done[i] ?? startOf(i));
    const take = async () => {
      done[i] = { encoder: await blocks.encoder.read(), decoder: await blocks.decoder.read() };
      // The rows of the next layer are those of weights in float32, which is what a checkpoint has.
      blocks.encoder.write(done[i].encoder);
      tell();
    };
    if (i >= isDone) {
      const before = { done: [...done], epochs };
      try {
        const history = await trainAutoencoder(algebra, given, network, blocks, {
          ...training,
          from: i === isDone ? layersFrom?.state : undefined,
          keep: (read) =>
            keepLayers?.(async () => ({ ...before, state: await read() })) ?? Promise.resolve(),
        });
        epochs += history.length;
      } catch (error) {
        if (error instanceof TrainingDivergedError && epochs + error.epoch > 1) await take();
        throw error;
      }
    }
    await take();
    if (i < last) {
      const parametersOf = parametersIn([blocks.encoder]);
      const mapped = await mappedRows(algebra, given, network.encoder, parametersOf);
      const values = Float32Array.from(await algebra.read(await mapped.run()));
      mapped.free();
      if (given !== rows) freeRows(algebra, given);
      given = await residentRows(algebra, values, [rows.n, layer.outputs]);
    }
    blocks.encoder.free();
    blocks.decoder.free();
  }
  if (given !== rows) freeRows(algebra, given);
}

/** Of all weights of a chain those of its layer `i`. */
function ofLayer({ layers }: Chain, weights: Weights, i: number): Weights {
  const before = layers.slice(0, i).reduce((sum, { parameters }) => sum + parameters.length, 0);
  return weights.slice(before, before + layers[i].parameters.length);
}

/** What a chain makes of rows, n x outputs, by weights that nobody trains. */
export async function mapRows(
  algebra: Algebra,
  rows: ResidentRows,
  layers: Chain,
  blocks: readonly ParameterBlock[],
): Promise<Float32Array> {
  const mapped = await mappedRows(algebra, rows, layers, parametersIn(blocks));
  const made: Matrix = await mapped.run();
  const values = Float32Array.from(await algebra.read(made));
  mapped.free();
  return values;
}
