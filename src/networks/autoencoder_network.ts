/** The layers of an autoencoder of dense layers: an encoder to few numbers, and a decoder back. */
import type { Random } from '../math/random.js';
import type { Activation } from '../ops/algebra/activation.js';
import { type Chain, chain } from './chain.js';
import { Dense, TiedDense } from './dense.js';
import { startWeights, type Weights } from './parameter_block.js';

/** What an autoencoder is made of. */
export interface AutoencoderPlan {
  /** Of its rows. */
  readonly columns: number;
  /** Columns of the layers between rows and code, in this order; the decoder has them the other way round. */
  readonly layers: readonly number[];
  /** Columns of the code, which is linear. */
  readonly embeddingSize: number;
  /** Of the layers between. */
  readonly activation: Activation;
  /** Of the decoder's last layer. */
  readonly outputActivation: Activation;
  /** Whether the decoder's weights are the encoder's, transposed. */
  readonly tied: boolean;
}

export interface AutoencoderNetwork {
  readonly encoder: Chain;
  readonly decoder: Chain;
}

export function autoencoderNetwork(plan: AutoencoderPlan): AutoencoderNetwork {
  const { columns, layers, embeddingSize, activation, outputActivation, tied } = plan;
  const sizes = [columns, ...layers, embeddingSize];
  const encoder = sizes.slice(1).map(
    (outputs, i) =>
      new Dense({
        ...{ inputs: sizes[i], outputs },
        activation: i === layers.length ? 'linear' : activation,
      }),
  );
  const decoder = encoder.toReversed().map((partner, i) => {
    const own = i === layers.length ? outputActivation : activation;
    if (tied) return new TiedDense(partner, own);
    return new Dense({ inputs: partner.outputs, outputs: partner.inputs, activation: own });
  });
  return { encoder: chain(encoder), decoder: chain(decoder) };
}

/** Those of the encoder and the decoder. */
export interface AutoencoderWeights {
  readonly encoder: Weights;
  readonly decoder: Weights;
}

export const startAutoencoder = (
  { encoder, decoder }: AutoencoderNetwork,
  random: Random,
): AutoencoderWeights => ({
  encoder: startWeights(encoder.layers, random),
  decoder: startWeights(decoder.layers, random),
});

/** How many numbers each of a chain's parameters has. */
export const weightLengths = ({ layers }: Chain): readonly number[] =>
  layers.flatMap(({ parameters }) => parameters.map(({ rows, columns }) => rows * columns));
