/** One layer of random filters of many sizes, which is enough for textures (Ustyuzhaninov et al. 2016). */
import { aSeed, checkOptions, type OptionRules, wholeNumber } from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import { type FeatureLayer, FeatureNetwork, inputOf } from '../../networks/feature_network.js';

export interface RandomFiltersOptions {
  /** Filters of each size. Default 24. */
  readonly filters?: number;
  /** Of the pictures: 1 (grey) or 3 (red, green, blue). Default 3. */
  readonly channels?: 1 | 3;
  /** Whole number from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

export const RANDOM_FILTERS_RULES = {
  filters: wholeNumber(1, 1024),
  channels: { rule: '1 or 3', holds: (value) => value === 1 || value === 3 },
  seed: aSeed,
} as const satisfies OptionRules;

export const RANDOM_FILTERS_DEFAULTS = { filters: 24, channels: 3, seed: 0 } as const;

/** Sides of filters on the picture, and on the picture made smaller: 14, 22, 36 and 52 of its own pixels. */
const SCALES = [
  { by: 1, sides: [3, 5, 7, 11] },
  { by: 2, sides: [7, 11] },
  { by: 4, sides: [9, 13] },
] as const;

/**
 * Convolutions with random filters of sides 3, 5, 7 and 11, of 14 and 22 pixels (7 and 11 of means of 2 x 2), and of
 * 36 and 52 (9 and 13 of means of 4 x 4), each followed by a ReLU; layers 'side3' to 'side52'. Weights are uniform, of variance
 * 1 / terms. The paper has sides of 3 to 55 of the picture's own pixels; large filters of means see as far for less.
 * Sides of pictures must be multiples of 4.
 *
 * @throws InvalidArgumentError
 */
export function randomFilters(options: RandomFiltersOptions = {}): FeatureNetwork {
  const { filters, channels, seed } = {
    ...RANDOM_FILTERS_DEFAULTS,
    ...checkOptions('randomFilters', options, RANDOM_FILTERS_RULES),
  };
  const random = createRandom(seed);
  const layers: FeatureLayer[] = [];
  const style: string[] = [];
  let from = '';
  for (const { by, sides } of SCALES) {
    if (by > 1) {
      const name = by === 2 ? 'half' : 'quarter';
      layers.push({ name, from: [from], kind: 'pooling', pool: 'average', size: [2, 2] });
      from = name;
    }
    for (const side of sides) {
      const terms = side * side * channels;
      const most = Math.sqrt(3 / terms);
      const name = `side${side * by}`;
      layers.push({
        ...{ name, from: [from], kind: 'convolution', kernel: [side, side], stride: 1 },
        ...{ padding: 'same', filters, activation: 'relu' },
        weights: Float32Array.from(
          { length: terms * filters },
          () => (2 * random.next() - 1) * most,
        ),
      });
      style.push(name);
    }
  }
  const ones = Array.from({ length: channels }, () => 2);
  const input = inputOf(
    ones,
    ones.map(() => -1),
  );
  return new FeatureNetwork('random filters', input, layers, style);
}
