/** What a layer of a network knows of a picture: the picture that has its features (Mahendran & Vedaldi 2015). */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { RasterImage } from '../../rows/image.js';
import { aimsAt, measure } from './objective.js';
import { INVERT_DEFAULTS, INVERT_RULES } from './options.js';
import { paint, type PaintedImage, type PaintOptions, startOf } from './paint.js';
import { pictureOf } from './picture.js';

export interface InvertFeaturesOptions extends PaintOptions {
  readonly network: FeatureNetwork;
  /** Whose features are given back. */
  readonly layer: string;
  /** Of the total variation, over the number of values of the picture. Default 0.01. */
  readonly lambda?: number;
  /** The exponent of the length of a step from pixel to pixel, above 0. Default 2. */
  readonly beta?: number;
  /** What to begin with, of the picture's sides, in the place of noise. */
  readonly start?: RasterImage;
}

/** A picture made of features. */
export interface InvertedImage extends PaintedImage {
  /** |phi(x) - phi_0|^2 / |phi_0|^2 */
  readonly featureError: number;
  /** The mean squared difference of values from the picture that the features are of, black 0 and white 1. */
  readonly meanSquaredError: number;
}

/**
 * The smoothest of the pictures that a layer cannot tell from the one given: from noise,
 *   x* = argmin |phi(x) - phi_0|^2 / |phi_0|^2 + lambda R(x) / values,
 *   R(x) = sum_ij ((x_i,j+1 - x_ij)^2 + (x_i+1,j - x_ij)^2)^(beta / 2), channel by channel.
 *
 * @param image whose features phi_0 are given back; bytes or numbers from 0 to 255
 * @throws as synthesizeTexture does
 */
export async function invertFeatures(
  image: RasterImage,
  options: InvertFeaturesOptions,
): Promise<InvertedImage> {
  const given = checkOptions('invertFeatures', options, INVERT_RULES);
  const { runtime, signal, seed, start, lambda, beta, ...how } = { ...INVERT_DEFAULTS, ...given };
  const { network, layer } = how as Partial<InvertFeaturesOptions>;
  for (const [name, value] of Object.entries({ network, layer })) {
    if (value !== undefined) continue;
    throw new InvalidArgumentError(
      name,
      `invertFeatures: ${name} is missing; give a network and the name of one of its layers.`,
    );
  }
  signal?.throwIfAborted();
  const { channels } = network!;
  const picture = pictureOf('image', image, channels);
  const { width, height } = picture;
  const aim = { layer: layer!, kind: 'content' as const, weight: 1 };
  network!.neededFor('layer', [aim.layer]);
  const begin = startOf(start, picture, channels, seed);
  const points = { data: begin, shape: [width * height, channels] as const };
  return withAlgebra(runtime, points, signal, async (algebra) => {
    const measured = await measure(algebra, network!, picture, [aim]);
    const plan = {
      ...{ network: network!, width, height },
      aims: aimsAt('content', [aim], measured),
      smoothness: lambda > 0 ? { weight: lambda, beta } : undefined,
    };
    const made = await paint(algebra, plan, begin, { ...how, signal });
    let error = 0;
    made.data.forEach((value, at) => (error += (value / 255 - picture.data[at]) ** 2));
    return Object.freeze({
      ...made,
      featureError: made.losses.content,
      meanSquaredError: error / made.data.length,
    });
  });
}
