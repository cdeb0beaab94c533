/** Hand-written gradients beside central differences, in float64. */
import { describe, expect, it } from 'vitest';
import { KeptApart } from '../../src/methods/convolutional_transform_learning/regularity.js';
import { createPause } from '../../src/math/event_loop.js';
import { createRandom } from '../../src/math/random.js';
import {
  autoencoderNetwork,
  type AutoencoderWeights,
  startAutoencoder,
} from '../../src/networks/autoencoder_network.js';
import { chain, openChain } from '../../src/networks/chain.js';
import { Convolution, TransposedConvolution } from '../../src/networks/convolution.js';
import { Dense } from '../../src/networks/dense.js';
import type { ImageSides } from '../../src/networks/images.js';
import type { Layer } from '../../src/networks/layer.js';
import { BatchCentring, NoiseLayer } from '../../src/networks/noise_layers.js';
import { ParameterBlock, parametersIn, startWeights } from '../../src/networks/parameter_block.js';
import { asPixels, asRows, Pooling } from '../../src/networks/pooling.js';
import { autoencoderBlocks, openAutoencoder } from '../../src/networks/train_autoencoder.js';
import { type Activation, ACTIVATIONS } from '../../src/ops/algebra/activation.js';
import type { Algebra, Matrix } from '../../src/ops/algebra/algebra.js';
import { hostAlgebra } from '../../src/ops/algebra/host_algebra.twin.js';
import {
  type ClusterLoss,
  clusterWeights,
  pullCentres,
  pullRows,
} from '../../src/ops/networks/clusters.js';
import { CONTROL_LENGTH } from '../../src/ops/networks/control.js';
import { crossEntropy, squaredError } from '../../src/ops/networks/gradients.js';

const STEP = 1e-5;
const [ROWS, COLUMNS, CODE, K] = [5, 4, 3, 3];

const drawn = (length: number, seed: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => 2 * random.next() - 1);
};

/** The largest difference between gradients and central differences, relative to the largest gradient. */
async function relativeError(
  algebra: Algebra,
  parameters: readonly Matrix[],
  gradients: readonly Matrix[],
  loss: () => Promise<number>,
): Promise<number> {
  await loss();
  const wanted: number[][] = [];
  for (const one of gradients) wanted.push([...(await algebra.read(one))]);
  let [worst, largest] = [0, 0];
  for (const [p, parameter] of parameters.entries()) {
    const values = await algebra.read(parameter);
    for (let at = 0; at < values.length; at++) {
      const around: number[] = [];
      for (const side of [1, -1]) {
        const moved = values.slice();
        moved[at] += side * STEP;
        algebra.write(parameter, moved);
        around.push(await loss());
      }
      algebra.write(parameter, values);
      const difference = (around[0] - around[1]) / (2 * STEP);
      worst = Math.max(worst, Math.abs(difference - wanted[p][at]));
      largest = Math.max(largest, Math.abs(difference));
    }
  }
  return worst / largest;
}

const total = async (algebra: Algebra, matrix: Matrix): Promise<number> =>
  ((await algebra.read(matrix)) as Float64Array).reduce((sum, value) => sum + value, 0);

async function networkError(activation: Activation, tied: boolean): Promise<number> {
  const algebra = hostAlgebra();
  const network = autoencoderNetwork({
    ...{ columns: COLUMNS, layers: [5], embeddingSize: 2, activation, tied },
    outputActivation: activation === 'relu' ? 'linear' : activation,
  });
  const weights: AutoencoderWeights = startAutoencoder(network, createRandom(3));
  const blocks = await autoencoderBlocks(algebra, network, weights);
  const open = await openAutoencoder(algebra, ROWS, network, blocks, true);
  const x = await algebra.matrix(ROWS, COLUMNS, drawn(ROWS * COLUMNS, 7));
  const gradient = await algebra.matrix(ROWS, COLUMNS);
  const parts = await algebra.matrix(1, COLUMNS);
  const places = [
    ...network.encoder.layers.map((layer) => blocks.encoder.of(layer)!),
    ...network.decoder.layers.map((layer) => blocks.decoder.of(layer)!),
  ];
  return relativeError(
    algebra,
    places.flatMap(({ values }) => values),
    places.flatMap(({ gradients }) => gradients!),
    async () => {
      const y = await open.decoder.forward(await open.encoder.forward(x));
      await algebra.perform(squaredError, { y, x, weight: 0.1, gradient, loss: parts });
      await open.encoder.backward((await open.decoder.backward(gradient, true))!, false);
      return total(algebra, parts);
    },
  );
}

async function clusterError(loss: ClusterLoss): Promise<number> {
  const algebra = hostAlgebra();
  const owner = { parameters: [{ name: 'm', rows: K, columns: CODE, start: () => 0 }] };
  const block = await ParameterBlock.create(
    ...([algebra, [owner], [Float32Array.from(drawn(K * CODE, 5))], true] as const),
  );
  const { values, gradients } = block.of(owner)!;
  const [centres] = values;
  const z = await algebra.matrix(ROWS, CODE, drawn(ROWS * CODE, 11));
  const shares = drawn(ROWS * K, 13).map((value) => value ** 2);
  const targets = await algebra.matrix(
    ROWS,
    K,
    shares.map((share, at) => {
      const own = shares.subarray(Math.floor(at / K) * K, Math.floor(at / K) * K + K);
      return share / own.reduce((sum, value) => sum + value, 0);
    }),
  );
  const control = await algebra.matrix(1, CONTROL_LENGTH, [0, 0, 0, 1, 1.5, 0, 0, 0]);
  const [weights, losses] = [await algebra.matrix(ROWS, K), await algebra.matrix(1, ROWS)];
  const gradient = await algebra.matrix(ROWS, CODE);
  return relativeError(algebra, [z, centres], [gradient, gradients![0]], async () => {
    const given = { z, centres, weights };
    await algebra.perform(clusterWeights, {
      ...{ ...given, loss, targets, control, weight: 0.25, into: weights, losses },
    });
    await algebra.perform(pullRows, { ...given, gradient, own: 0 });
    await algebra.perform(pullCentres, { ...given, into: gradients![0], follow: false });
    return total(algebra, losses);
  });
}

/** Of layers one after the other, on two images; also by what goes in, so that all of the way back is seen. */
async function layersError(layers: readonly Layer[], loss: typeof squaredError): Promise<number> {
  const algebra = hostAlgebra();
  const images = 2;
  const network = chain(layers);
  const weights = startWeights(layers, createRandom(3));
  const block = await ParameterBlock.create(algebra, layers, weights, true);
  const control = await algebra.matrix(1, CONTROL_LENGTH, [0, 3, 0, 1, 1, 0, 0, 0]);
  const open = await openChain(network, {
    ...{ algebra, rows: images, parametersOf: parametersIn([block]), adds: () => false, control },
  });
  const x = await algebra.matrix(images, network.inputs, drawn(images * network.inputs, 7));
  const shares = drawn(images * network.outputs, 9).map((value) => value ** 2);
  const wanted = await algebra.matrix(images, network.outputs, shares);
  const gradient = await algebra.matrix(images, network.outputs);
  const parts = await algebra.matrix(1, network.outputs);
  const byInput = await algebra.matrix(images, network.inputs);
  const places = layers.map((layer) => block.of(layer)!);
  // What is no parameter but kept: no gradient moves it.
  const isLearnt = (layer: Layer) => !(layer instanceof BatchCentring);
  const learnt = places.filter((_, i) => isLearnt(layers[i]));
  return relativeError(
    algebra,
    [x, ...learnt.flatMap(({ values }) => values)],
    [byInput, ...learnt.flatMap(({ gradients }) => gradients!)],
    async () => {
      const y = await open.forward(x);
      await algebra.perform(loss, { y, x: wanted, weight: 0.1, gradient, loss: parts });
      await algebra.combine([[1, (await open.backward(gradient, true))!]], { into: byInput });
      return total(algebra, parts);
    },
  );
}

const IMAGE = { down: 6, across: 4, channels: 3 };
const ODD = { down: 5, across: 7, channels: 2 };
const LINE = { down: 1, across: 8, channels: 2 };
const filter = {
  ...{ kernel: [3, 2] as const, stride: 2, padding: 'same' as const, filters: 5 },
  activation: 'tanh' as const,
};

/** From rows of images to rows of images again. */
const between = (image: ImageSides, ...layers: readonly (Layer & { made?: ImageSides })[]) => [
  asPixels(image),
  ...layers,
  asRows(layers.at(-1)!.made ?? image),
];
const noisy = (kind: 'dropout' | 'gaussian') =>
  new NoiseLayer({ columns: 4, kind, rate: 0.3, seed: 5, stream: 1 });
const dense = (inputs: number, outputs: number, activation: Activation = 'tanh') =>
  new Dense({ inputs, outputs, activation });

const LAYERS: Readonly<Record<string, readonly Layer[]>> = {
  'a convolution': between(IMAGE, new Convolution({ ...filter, image: IMAGE })),
  'one of odd sides': between(
    ODD,
    new Convolution({ ...filter, image: ODD, kernel: [2, 3], stride: 1, padding: 'valid' }),
  ),
  'one of signals': between(
    LINE,
    new Convolution({ ...filter, image: LINE, kernel: [1, 5], stride: 1, activation: 'selu' }),
  ),
  'a transposed convolution': [
    ...between(
      ODD,
      new Convolution({ ...filter, image: ODD }),
      new TransposedConvolution({ ...filter, image: ODD, activation: 'sigmoid' }),
    ).slice(0, -1),
    asRows(ODD),
  ],
  'the largest of windows': between(
    IMAGE,
    new Pooling({ image: IMAGE, kind: 'max', size: [2, 2] }),
  ),
  'means of windows': between(LINE, new Pooling({ image: LINE, kind: 'average', size: [1, 4] })),
  dropout: [dense(3, 4), noisy('dropout'), dense(4, 2)],
  noise: [dense(3, 4), noisy('gaussian'), dense(4, 2)],
  'centred batches': [dense(3, 4), new BatchCentring(4), dense(4, 2)],
};

/** Of shrinkage |T|^2 - penalty sum log s, by filters of more and of fewer terms than filters. */
async function regularityError(rows: number, columns: number): Promise<number> {
  const algebra = hostAlgebra();
  const weight = await algebra.matrix(rows, columns, drawn(rows * columns, 4));
  const gradient = await algebra.matrix(rows, columns);
  const layer = await KeptApart.create(algebra, weight, gradient, { shrinkage: 0.3, penalty: 0.2 });
  const pause = createPause(undefined);
  return relativeError(algebra, [weight], [gradient], async () => {
    const { sum } = await layer.measure(pause);
    algebra.write(gradient, new Float64Array(rows * columns));
    await layer.addGradient();
    return sum;
  });
}

describe('gradients beside central differences', () => {
  it('of what keeps filters apart, within 1e-7', async () => {
    expect(await regularityError(5, 3)).toBeLessThan(1e-7);
    expect(await regularityError(2, 4)).toBeLessThan(1e-7);
  });

  it.each(Object.keys(LAYERS))('of %s, within 1e-7', async (name) => {
    expect(await layersError(LAYERS[name], squaredError)).toBeLessThan(1e-7);
  });

  it('of the cross-entropy, within 1e-7', async () => {
    expect(await layersError([dense(3, 4), dense(4, 5, 'sigmoid')], crossEntropy)).toBeLessThan(
      1e-7,
    );
  });

  it.each(ACTIVATIONS)('of dense layers with %s, within 1e-7', async (activation) => {
    expect(await networkError(activation, false)).toBeLessThan(1e-7);
  });

  it('of a decoder with the weights of its encoder, within 1e-7', async () => {
    // A step adds to what its gradients held: cleared by the encoder's own layers first.
    expect(await networkError('tanh', true)).toBeLessThan(1e-7);
  });

  it.each(['divergence', 'soft', 'nearest'] as const)(
    'of the loss %s by codes and centres, within 1e-7',
    async (loss) => {
      expect(await clusterError(loss)).toBeLessThan(1e-7);
    },
  );
});
