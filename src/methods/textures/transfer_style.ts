/** One picture in the style of another (Gatys, Ecker & Bethge 2016). */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { RasterImage } from '../../rows/image.js';
import { type Aim, aimsAt, measure } from './objective.js';
import { TRANSFER_DEFAULTS, TRANSFER_RULES } from './options.js';
import { paint, type PaintedImage, type PaintOptions, startOf } from './paint.js';
import { pictureOf } from './picture.js';
import { randomFilters } from './random_filters.js';
import { channelsOf, weightedLayers } from './synthesize_texture.js';

export interface TransferStyleOptions extends PaintOptions {
  /** Default: `randomFilters()` for as many channels as the style has. */
  readonly network?: FeatureNetwork;
  /** Layers whose Gram matrices are the style. Default: the network's `styleLayers`. */
  readonly styleLayers?: readonly string[];
  /** Layers whose features are the content. Default: the last but one of `styleLayers`, or the only one. */
  readonly contentLayers?: readonly string[];
  /** Of the layers' E_l, see synthesizeTexture. Default 1. */
  readonly styleWeight?: number;
  /** Of the layers' |F - F^|^2, over |F^|^2. Default 0.1. */
  readonly contentWeight?: number;
  /** Of the total variation (beta 2) over the number of values. Default 0. */
  readonly smoothness?: number;
  /** What to begin with, of the content's sides. Default: the content. */
  readonly start?: RasterImage;
}

/**
 * What one picture shows in the style of another: minimizes
 *   styleWeight sum_l E_l / E(0) + contentWeight sum_l |F_l - F^_l|^2 / sum_l |F^_l|^2 + smoothness R / values,
 * E_l of the style, see synthesizeTexture, F^ of the content, R the total variation.
 *
 * @param content grey or in colour, bytes or numbers from 0 to 255; what is made has its sides
 * @param style of any sides
 * @throws as synthesizeTexture does
 */
export async function transferStyle(
  content: RasterImage,
  style: RasterImage,
  options: TransferStyleOptions = {},
): Promise<PaintedImage> {
  const given = checkOptions('transferStyle', options, TRANSFER_RULES);
  const { runtime, signal, seed, start, ...how } = { ...TRANSFER_DEFAULTS, ...given };
  signal?.throwIfAborted();
  const network = given.network ?? randomFilters({ channels: channelsOf('style', style) });
  const { channels } = network;
  const shown = pictureOf('content', content, channels);
  const example = pictureOf('style', style, channels);
  const styleLayers = given.styleLayers ?? network.styleLayers;
  weightedLayers('transferStyle', styleLayers, undefined);
  const contentLayers = given.contentLayers ?? [styleLayers.at(-2) ?? styleLayers[0]];
  if (how.styleWeight === 0 && how.contentWeight === 0) {
    throw new InvalidArgumentError(
      'styleWeight',
      'transferStyle: styleWeight and contentWeight are both 0; give one of them a weight.',
    );
  }
  network.neededFor('styleLayers', styleLayers);
  network.neededFor('contentLayers', contentLayers);
  const { width, height } = shown;
  const begin = start === undefined ? shown.data : startOf(start, shown, channels, seed);
  const points = { data: begin, shape: [width * height, channels] as const };
  return withAlgebra(runtime, points, signal, async (algebra) => {
    const wanted = async (
      picture: typeof shown,
      layers: readonly string[],
      kind: Aim['kind'],
      weight: number,
    ): Promise<readonly Aim[]> => {
      if (weight === 0) return [];
      const named = layers.map((layer) => ({ layer, kind, weight: 1 }));
      return aimsAt(kind, named, await measure(algebra, network, picture, named), weight);
    };
    const aims = [
      ...(await wanted(example, styleLayers, 'style', how.styleWeight)),
      ...(await wanted(shown, contentLayers, 'content', how.contentWeight)),
    ];
    const smoothness = how.smoothness > 0 ? { weight: how.smoothness, beta: 2 } : undefined;
    const plan = { network, aims, smoothness, width, height };
    return paint(algebra, plan, begin, { ...how, signal });
  });
}
