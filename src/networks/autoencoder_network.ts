/** The layers of an autoencoder: an encoder to few numbers, by filters where rows are images, and a decoder back. */
import type { Random } from '../math/random.js';
import type { Activation } from '../ops/algebra/activation.js';
import { type Chain, chain } from './chain.js';
import { Convolution, TransposedConvolution } from './convolution.js';
import { Dense, TiedDense } from './dense.js';
import { type FilterPlan, type ImageSides, numbersOf } from './images.js';
import type { Layer } from './layer.js';
import { asPixels, asRows } from './pooling.js';
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
  /** Of rows that are images, pixel after pixel: filters come before the dense layers. */
  readonly image?: ImageSides | undefined;
  readonly filters?: readonly FilterLayer[] | undefined;
}

export interface AutoencoderNetwork {
  readonly encoder: Chain;
  readonly decoder: Chain;
}

/** Filters of one layer, and how they go over what is before them. */
export interface FilterLayer extends FilterPlan {
  readonly filters: number;
}

/** Layers of filters, from rows of images to their pixels, and the way back with weights of its own. */
export function imageLayers(
  image: ImageSides,
  filters: readonly FilterLayer[],
  activation: Activation,
  outputActivation: Activation,
): {
  /** From rows of images to pixels of `made`. */
  readonly there: readonly Layer[];
  readonly made: ImageSides;
  /** From pixels of `made` to rows of images. */
  readonly back: readonly Layer[];
} {
  let made = image;
  const there: Layer[] = [asPixels(image)];
  const back: Layer[] = [asRows(image)];
  for (const [i, one] of filters.entries()) {
    const plan = { ...one, image: made };
    const convolution = new Convolution({ ...plan, activation });
    there.push(convolution);
    const last = i === 0 ? outputActivation : activation;
    back.unshift(new TransposedConvolution({ ...plan, activation: last }));
    ({ made } = convolution);
  }
  return { there, made, back };
}

/** @throws ShapeError where a filter does not fit on what is before it */
export function autoencoderNetwork(plan: AutoencoderPlan): AutoencoderNetwork {
  const { columns, layers, embeddingSize, activation, outputActivation, tied, image } = plan;
  const images = image && imageLayers(image, plan.filters ?? [], activation, outputActivation);
  const sizes = [images ? numbersOf(images.made) : columns, ...layers, embeddingSize];
  const encoder = sizes.slice(1).map(
    (outputs, i) =>
      new Dense({
        ...{ inputs: sizes[i], outputs },
        activation: i === layers.length ? 'linear' : activation,
      }),
  );
  const decoder = encoder.toReversed().map((partner, i) => {
    const own = i === layers.length && !images ? outputActivation : activation;
    if (tied) return new TiedDense(partner, own);
    return new Dense({ inputs: partner.outputs, outputs: partner.inputs, activation: own });
  });
  if (!images) return { encoder: chain(encoder), decoder: chain(decoder) };
  const { there, made, back } = images;
  return {
    encoder: chain([...there, asRows(made), ...encoder]),
    decoder: chain([...decoder, asPixels(made), ...back]),
  };
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
