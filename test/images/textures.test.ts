import { describe, expect, test } from 'vitest';
import {
  FeatureNetwork,
  invertFeatures,
  randomFilters,
  synthesizeTexture,
  textureLoss,
  transferStyle,
} from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';
import { type FeatureLayer, inputOf } from '../../src/networks/feature_network.js';
import { hostAlgebra } from '../../src/ops/algebra/host_algebra.twin.js';
import { Objective, type ObjectivePlan, totalOf } from '../../src/methods/textures/objective.js';

const runtime = 'cpu' as const;
const random = createRandom(4);
const numbers = (length: number) =>
  Float32Array.from({ length }, () => 2 * random.next() - 1);
const side = 16;

const picture = (value: (x: number, y: number) => number) => ({
  data: Uint8Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side))),
  ...{ width: side, height: side, channels: 1 },
});

/** All kinds of layers, over pictures of 8 x 8. */
const layers: readonly FeatureLayer[] = [
  {
    ...{ name: 'a', from: [''], kind: 'convolution', kernel: [3, 2], stride: 1, filters: 3 },
    padding: { top: 1, left: 0, bottom: 1, right: 1 },
    ...{ weights: numbers(3 * 2 * 2 * 3), bias: numbers(3), activation: 'tanh' },
  },
  { name: 'b', from: ['a'], kind: 'scale', scale: numbers(3), shift: numbers(3), activation: 'relu' },
  { name: 'c', from: ['a', 'b'], kind: 'sum', activation: 'leakyRelu' },
  { name: 'd', from: ['c'], kind: 'pooling', pool: 'max', size: [2, 2] },
  { name: 'e', from: ['c'], kind: 'pooling', pool: 'average', size: [2, 2] },
  { name: 'f', from: ['d', 'e'], kind: 'sum', activation: 'linear' },
  {
    ...{ name: 'g', from: ['f'], kind: 'convolution', kernel: [3, 3], stride: 2, filters: 4 },
    ...{ padding: 'same', weights: numbers(9 * 3 * 4), activation: 'sigmoid' },
  },
];
const small = new FeatureNetwork('all kinds', inputOf([2, 3], [-1, 0.5]), layers, ['b', 'f', 'g']);

describe('the gradient by the picture', () => {
  const plan: ObjectivePlan = {
    ...{ network: small, width: 8, height: 8 },
    aims: [
      { layer: 'b', kind: 'style', weight: 0.7, wanted: numbers(9) },
      { layer: 'g', kind: 'style', weight: 1.3, wanted: numbers(16) },
      { layer: 'f', kind: 'content', weight: 0.4, wanted: numbers(48) },
      { layer: 'f', kind: 'style', weight: 0.2, wanted: numbers(9) },
      { layer: 'f', kind: 'content', weight: 0.1, wanted: numbers(48) },
    ],
  };

  test.each([1, 1.5, 2, 3])('is that of central differences, beta %s', async (beta) => {
    const algebra = hostAlgebra();
    const objective = await Objective.open(algebra, { ...plan, smoothness: { weight: 0.3, beta } });
    const recorded = await objective.recordEvaluation();
    const x = Float64Array.from({ length: 128 }, () => random.next());
    const lossAt = async (at: number, by: number) => {
      const moved = x.slice();
      moved[at] += by;
      objective.write(moved);
      objective.begin(0, 0);
      await recorded.repeat(1);
      return totalOf((await objective.losses(1))[0]);
    };
    await lossAt(0, 0);
    const gradient = await objective.readGradient();
    expect(gradient.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    const step = 1e-6;
    for (let at = 0; at < 128; at += 3) {
      const slope = ((await lossAt(at, step)) - (await lossAt(at, -step))) / (2 * step);
      expect(gradient[at]).toBeCloseTo(slope, 7);
    }
    algebra.dispose();
  });
});

describe('synthesizeTexture', () => {
  const network = randomFilters({ filters: 6, channels: 1 });
  const examples = {
    stripes: picture((x, y) => ((x + 2 * y) % 8 < 4 ? 220 : 30)),
    checks: picture((x, y) => (Math.floor(x / 4) + Math.floor(y / 4)) % 2 ? 200 : 50),
    grains: picture(() => 100 + random.below(60)),
  };

  test.each(Object.entries(examples))('falls a thousandfold from noise: %s', async (_, example) => {
    const made = await synthesizeTexture(example, { network, maxIter: 300, runtime });
    const shuffled = { ...example, data: example.data.slice() };
    for (let i = shuffled.data.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [shuffled.data[i], shuffled.data[j]] = [shuffled.data[j], shuffled.data[i]];
    }
    const control = await textureLoss(shuffled, example, { network, runtime });
    console.log(made.startLoss, made.loss, control, made.iterations);
    expect(made.loss).toBeLessThan(made.startLoss / 1000);
    expect(made.loss).toBeLessThan(control);
  });
});
