/** Networks of random filters, which need no file. */
import { FeatureNetwork, randomFilters } from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';
import { type FeatureLayer, inputOf } from '../../src/networks/feature_network.js';
import type { MakeSettings } from './jobs.js';

const CHANNELS = 3;
const KERNEL = 3;
/** Of the filters of the layer before. */
const GROWTH = [1, 1.5, 2, 3];
/** Pixels that filters see of the layers that are compared: as much as all eight sizes, for less than half of the work. */
const SIZES = [3, 7, 14, 22, 36, 52];

export const layerName = (depth: number): string => `layer${depth}`;

/**
 * Four layers of filters of 3 x 3, weights uniform and of variance 2 / terms (He et al. 2015), each followed by a ReLU, and
 * means of 2 x 2 between them: each sees more of the picture than the one before, and knows less of it.
 */
function deepFilters(filters: number): FeatureNetwork {
  const random = createRandom(0);
  const layers: FeatureLayer[] = [];
  let [from, channels] = ['', CHANNELS];
  GROWTH.forEach((growth, i) => {
    if (i > 0) {
      const name = `means${i}`;
      layers.push({ name, from: [from], kind: 'pooling', pool: 'average', size: [2, 2] });
      from = name;
    }
    const own = Math.round(filters * growth);
    const terms = KERNEL * KERNEL * channels;
    const most = Math.sqrt(6 / terms);
    const name = layerName(i + 1);
    layers.push({
      ...{ name, from: [from], kind: 'convolution', kernel: [KERNEL, KERNEL], stride: 1 },
      ...{ padding: 'same', filters: own, activation: 'relu' },
      weights: Float32Array.from({ length: terms * own }, () => (2 * random.next() - 1) * most),
    });
    [from, channels] = [name, own];
  });
  const input = inputOf([2, 2, 2], [-1, -1, -1]);
  return new FeatureNetwork('random filters in four layers', input, layers, []);
}

export const networkFor = ({
  kind,
  filters,
}: Pick<MakeSettings, 'kind' | 'filters'>): FeatureNetwork =>
  kind === 'texture' ? randomFilters({ filters }) : deepFilters(filters);

export const styleLayers = (reach: number): readonly string[] =>
  SIZES.filter((size) => size <= reach).map((size) => `side${size}`);
