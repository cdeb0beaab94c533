/**
 * Networks that need no file: one layer of random filters of many sizes, which is enough for textures (Ustyuzhaninov et
 * al. 2016), or some layers of them, each of which sees more and knows less than the one before.
 */
import { aSeed, checkOptions, type OptionRules, wholeNumber } from '../../fit/options.js';
import { createRandom } from '../../math/random.js';
import { type FeatureLayer, FeatureNetwork, inputOf } from '../../networks/feature_network.js';

export interface RandomFiltersOptions {
  /** Filters of each size. Default 24. */
  readonly filters?: number;
  /** Of the pictures: 1 (grey) or 3 (red, green, blue). Default 3. */
  readonly channels?: 1 | 3;
  /** Layers, one after the other, 1 to 6. Default 1: filters of many sizes side by side. */
  readonly depth?: number;
  /** Whole number from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

export const RANDOM_FILTERS_RULES = {
  filters: wholeNumber(1, 1024),
  channels: { rule: '1 or 3', holds: (value) => value === 1 || value === 3 },
  depth: wholeNumber(1, 6),
  seed: aSeed,
} as const satisfies OptionRules;

export const RANDOM_FILTERS_DEFAULTS = { filters: 24, channels: 3, depth: 1, seed: 0 } as const;

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
 * With a `depth` of 2 or more: so many layers of filters of 3 x 3, each followed by a ReLU, with means of 2 x 2 between them,
 * 'layer1', 'layer2' ..., each of half as many filters more than the one before; weights are uniform, of variance 2 / terms
 * (He et al. 2015). Sides must be multiples of 2^(depth - 1).
 *
 * @throws InvalidArgumentError
 */
export function randomFilters(options: RandomFiltersOptions = {}): FeatureNetwork {
  const { filters, channels, depth, seed } = {
    ...RANDOM_FILTERS_DEFAULTS,
    ...checkOptions('randomFilters', options, RANDOM_FILTERS_RULES),
  };
  const random = createRandom(seed);
  const uniform = (length: number, variance: number) => {
    const most = Math.sqrt(3 * variance);
    return Float32Array.from({ length }, () => (2 * random.next() - 1) * most);
  };
  const ones = Array.from({ length: channels }, () => 2);
  const input = inputOf(
    ones,
    ones.map(() => -1),
  );
  const made = depth > 1 ? deep : sideBySide;
  return new FeatureNetwork('random filters', input, ...made(filters, channels, uniform, depth));
}

type Uniform = (length: number, variance: number) => Float32Array;
type Made = [layers: readonly FeatureLayer[], styleLayers: readonly string[]];

const means = (name: string, from: string): FeatureLayer => ({
  ...{ name, from: [from], kind: 'pooling', pool: 'average', size: [2, 2] },
});

function sideBySide(filters: number, channels: number, uniform: Uniform): Made {
  const layers: FeatureLayer[] = [];
  const style: string[] = [];
  let from = '';
  for (const { by, sides } of SCALES) {
    if (by > 1) {
      const name = by === 2 ? 'half' : 'quarter';
      layers.push(means(name, from));
      from = name;
    }
    for (const side of sides) {
      const terms = side * side * channels;
      const name = `side${side * by}`;
      layers.push({
        ...{ name, from: [from], kind: 'convolution', kernel: [side, side], stride: 1 },
        ...{ padding: 'same', filters, activation: 'relu' },
        weights: uniform(terms * filters, 1 / terms),
      });
      style.push(name);
    }
  }
  return [layers, style];
}

/** Filters of a layer, of those of the layer before. */
const GROWTH = 1.5;

function deep(filters: number, channels: number, uniform: Uniform, depth: number): Made {
  const layers: FeatureLayer[] = [];
  const style: string[] = [];
  let [from, given, own] = ['', channels, filters];
  for (let i = 1; i <= depth; i++) {
    if (i > 1) {
      layers.push(means(`means${i - 1}`, from));
      from = `means${i - 1}`;
    }
    const terms = 9 * given;
    layers.push({
      ...{ name: `layer${i}`, from: [from], kind: 'convolution', kernel: [3, 3], stride: 1 },
      ...{ padding: 'same', filters: own, activation: 'relu' },
      weights: uniform(terms * own, 2 / terms),
    });
    style.push(`layer${i}`);
    [from, given, own] = [`layer${i}`, own, Math.round(GROWTH * own)];
  }
  return [layers, style];
}
