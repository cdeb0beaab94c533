/** What the layers of a network make of a picture. */
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { RasterImage } from '../../rows/image.js';
import type { RealMatrix } from '../image_features/gram_matrix.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { measure } from './objective.js';
import { FEATURE_MAPS_RULES } from './options.js';
import { pictureOf } from './picture.js';

export interface FeatureMapsOptions extends ComputeOptions {
  /** Default: the network's `styleLayers`. */
  readonly layers?: readonly string[];
}

/** The features of a layer, F: channels x places, as `gramMatrix` takes them; a row is [height][width]. */
export interface LayerFeatures extends RealMatrix {
  readonly layer: string;
  readonly width: number;
  readonly height: number;
}

/**
 * The feature maps of some layers, in the order of their names.
 *
 * @param image grey or in colour, bytes or numbers from 0 to 255; opacity is left out; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function featureMaps(
  image: RasterImage,
  network: FeatureNetwork,
  options: FeatureMapsOptions = {},
): Promise<readonly LayerFeatures[]> {
  const given = checkOptions('featureMaps', options, FEATURE_MAPS_RULES);
  const { runtime, signal } = given;
  checkOptions('featureMaps', { network }, FEATURE_MAPS_RULES);
  signal?.throwIfAborted();
  const layers = given.layers ?? network.styleLayers;
  const picture = pictureOf('image', image, network.channels);
  const { data, width, height } = picture;
  const points = { data, shape: [width * height, network.channels] as const };
  return withAlgebra(runtime, points, signal, async (algebra) => {
    const wanted = layers.map((layer) => ({ layer, kind: 'content' as const }));
    const found = await measure(algebra, network, picture, wanted);
    return found.map(({ values, channels, places, sides: { down, across } }, i) => ({
      layer: layers[i],
      data: values.map((_, at) => values[(at % places) * channels + Math.floor(at / places)]),
      ...{ shape: [channels, places] as const, width: across, height: down },
    }));
  });
}
