/** Textures from noise (Gatys, Ecker & Bethge 2015; Ustyuzhaninov et al. 2016). */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { RasterImage } from '../../rows/image.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { aimsAt, measure, type Measured } from './objective.js';
import { SYNTHESIZE_DEFAULTS, SYNTHESIZE_RULES, TEXTURE_LOSS_RULES } from './options.js';
import { paint, type PaintedImage, type PaintOptions, startOf } from './paint.js';
import { coloursOf, pictureOf } from './picture.js';
import { randomFilters } from './random_filters.js';

export interface TextureOptions {
  /** Whose features are compared. Default: `randomFilters()` for as many channels as the example has. */
  readonly network?: FeatureNetwork;
  /** Layers whose Gram matrices count. Default: the network's `styleLayers`. */
  readonly layers?: readonly string[];
  /** w_l, a number a layer. Default: all 1. */
  readonly layerWeights?: readonly number[];
}

export interface SynthesizeTextureOptions extends PaintOptions, TextureOptions {
  /** Of the picture that is made. Default: the example's. */
  readonly width?: number;
  readonly height?: number;
  /** What to begin with, of these sides, in the place of noise. */
  readonly start?: RasterImage;
}

export type TextureLossOptions = ComputeOptions & TextureOptions;

/** The layers that count, and how much. */
export function weightedLayers(
  method: string,
  layers: readonly string[],
  layerWeights: readonly number[] | undefined,
): readonly { readonly layer: string; readonly weight: number }[] {
  if (layers.length === 0) {
    throw new InvalidArgumentError(
      'layers',
      `${method}: the network names no layers that tell textures; name some by layers.`,
    );
  }
  if (layerWeights && layerWeights.length !== layers.length) {
    throw new InvalidArgumentError(
      'layerWeights',
      `${method}: layerWeights has ${layerWeights.length} numbers, but there are ${layers.length} layers; give one a layer.`,
    );
  }
  return layers.map((layer, i) => ({ layer, weight: layerWeights?.[i] ?? 1 }));
}

/**
 * A picture of the same texture as the example, and of nothing else that it shows: from noise, until the Gram matrices of
 * its features are those of the example's. Minimizes
 *   sum_l w_l E_l,   E_l = |G_l - G^_l|^2 / (4 N_l^2 M_l^2),   G_l = F_l F_l^T,
 * F_l the features of layer l, N_l channels x M_l places, over what it is where all features are 0 (so that losses of networks
 * can be compared); where the sizes differ G^ is that of as many places.
 * 4 to 6 FLOPs a weight and place in an evaluation.
 *
 * @param example grey or in colour, bytes or numbers from 0 to 255; opacity is left out; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function synthesizeTexture(
  example: RasterImage,
  options: SynthesizeTextureOptions = {},
): Promise<PaintedImage> {
  const given = checkOptions('synthesizeTexture', options, SYNTHESIZE_RULES);
  const { runtime, signal, seed, start, ...how } = { ...SYNTHESIZE_DEFAULTS, ...given };
  signal?.throwIfAborted();
  const network = given.network ?? randomFilters({ channels: channelsOf('example', example) });
  const { channels } = network;
  const picture = pictureOf('example', example, channels);
  const layers = weightedLayers(
    'synthesizeTexture',
    given.layers ?? network.styleLayers,
    given.layerWeights,
  );
  const { width = picture.width, height = picture.height } = given;
  const begin = startOf(start, { width, height }, channels, seed);
  network.neededFor(
    'layers',
    layers.map(({ layer }) => layer),
  );
  const points = { data: begin, shape: [width * height, channels] as const };
  return withAlgebra(runtime, points, signal, async (algebra) => {
    const style = layers.map(({ layer }) => ({ layer, kind: 'style' as const }));
    const aims = aimsAt('style', layers, await measure(algebra, network, picture, style));
    return paint(algebra, { network, aims, width, height }, begin, { ...how, signal });
  });
}

const apart = (one: Measured, other: Measured): number => {
  let sum = 0;
  one.values.forEach((value, at) => (sum += (value - other.values[at]) ** 2));
  return sum;
};

/** Of what may be none. */
export function channelsOf(what: string, image: RasterImage): 1 | 3 {
  pictureOf(what, image, 1);
  return coloursOf(image);
}

/**
 * How far the texture of one picture is from that of another, of any sizes: what `synthesizeTexture` makes small.
 *
 * @throws as synthesizeTexture does
 */
export async function textureLoss(
  image: RasterImage,
  example: RasterImage,
  options: TextureLossOptions = {},
): Promise<number> {
  const { runtime, signal, ...given } = checkOptions('textureLoss', options, TEXTURE_LOSS_RULES);
  signal?.throwIfAborted();
  const network = given.network ?? randomFilters({ channels: channelsOf('example', example) });
  const [picture, wanted] = [
    pictureOf('image', image, network.channels),
    pictureOf('example', example, network.channels),
  ];
  const layers = weightedLayers(
    'textureLoss',
    given.layers ?? network.styleLayers,
    given.layerWeights,
  );
  const points = {
    data: picture.data,
    shape: [picture.width * picture.height, network.channels] as const,
  };
  return withAlgebra(runtime, points, signal, async (algebra) => {
    const style = layers.map(({ layer }) => ({ layer, kind: 'style' as const }));
    const own = await measure(algebra, network, picture, style);
    const others = await measure(algebra, network, wanted, style);
    return aimsAt('style', layers, others).reduce(
      (sum, { weight }, i) =>
        sum + (weight * apart(own[i], others[i])) / (4 * own[i].channels ** 2),
      0,
    );
  });
}
