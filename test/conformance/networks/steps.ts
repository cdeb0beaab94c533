/** Steps of an autoencoder beside PyTorch's. */
import { autoencoderNetwork } from '../../../src/networks/autoencoder_network.js';
import { chain, openChain } from '../../../src/networks/chain.js';
import { Convolution, TransposedConvolution } from '../../../src/networks/convolution.js';
import { ParameterBlock, parametersIn } from '../../../src/networks/parameter_block.js';
import { asPixels, asRows } from '../../../src/networks/pooling.js';
import { gather, residentRows } from '../../../src/networks/resident_rows.js';
import {
  autoencoderBlocks,
  openAutoencoder,
  reconstructionWeight,
} from '../../../src/networks/train_autoencoder.js';
import type { Algebra } from '../../../src/ops/algebra/algebra.js';
import { endStep } from '../../../src/ops/networks/batches.js';
import { CONTROL_LENGTH, MOST_PARTS } from '../../../src/ops/networks/control.js';
import { squaredError } from '../../../src/ops/networks/gradients.js';
import type { Optimizer } from '../../../src/ops/networks/optimizer.js';
import { onAlgebra, pattern } from '../algebra/index.js';
import type { ConformanceContext } from '../case.js';
import { expectClose } from '../expect.js';

/** See make_networks.py. */
interface Trained {
  readonly steps: number;
  readonly losses: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

const [ROWS, BATCH, COLUMNS] = [200, 32, 64];
const SIZES = [COLUMNS, 32, 10, 32, COLUMNS];
const PLAIN: Optimizer = {
  ...{ name: 'adam', momentum: 0, nesterov: false, weightDecay: 0 },
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

const RUNS: Readonly<Record<string, Optimizer & { readonly rate: number }>> = {
  adam: { ...PLAIN, rate: 1e-3 },
  adamw: { ...PLAIN, name: 'adamw', weightDecay: 0.1, rate: 1e-2 },
  sgd: { ...PLAIN, name: 'sgd', momentum: 0.9, rate: 0.5 },
  nesterov: {
    ...{ ...PLAIN, name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01, rate: 0.5 },
  },
};

async function follow(
  algebra: Algebra,
  { rate, ...optimizer }: (typeof RUNS)[string],
  { steps, losses, weights }: Trained,
): Promise<void> {
  const network = autoencoderNetwork({
    ...{ columns: COLUMNS, layers: [32], embeddingSize: 10, tied: false },
    ...{ activation: 'relu', outputActivation: 'linear' },
  });
  const start = SIZES.slice(1).flatMap((outputs, at) => {
    const inputs = SIZES[at];
    const scale = 2 / Math.sqrt(inputs);
    return [
      pattern(inputs, outputs, 57 + at).map((value) => scale * value),
      new Float32Array(outputs),
    ];
  });
  const blocks = await autoencoderBlocks(algebra, network, {
    encoder: start.slice(0, 4),
    decoder: start.slice(4),
  });
  const points = pattern(ROWS, COLUMNS, 31).map((value) => 2 * value);
  const rows = await residentRows(algebra, points, [ROWS, COLUMNS]);
  const numbers = Array.from({ length: steps * BATCH }, (_, i) => (i * 7) % ROWS);
  const order = await algebra.matrix(1, numbers.length, numbers);
  const state = [0, 0, rate, 1, ...new Array<number>(CONTROL_LENGTH - 4).fill(0)];
  const control = await algebra.matrix(1, CONTROL_LENGTH, state);
  const open = await openAutoencoder(algebra, BATCH, network, blocks, true);
  const [x, gradient] = [
    await algebra.matrix(BATCH, COLUMNS),
    await algebra.matrix(BATCH, COLUMNS),
  ];
  const pieces = await algebra.matrix(1, COLUMNS);
  const told = await algebra.matrix(steps, MOST_PARTS);
  const weight = reconstructionWeight('mean', BATCH, COLUMNS);
  const recorded = await algebra.record(async () => {
    await gather(algebra, rows, { order, control, batch: BATCH }, x);
    const y = await open.decoder.forward(await open.encoder.forward(x));
    await algebra.perform(squaredError, { y, x, weight, gradient, loss: pieces });
    await open.encoder.backward((await open.decoder.backward(gradient, true))!, false);
    for (const block of [blocks.encoder, blocks.decoder]) await block.update(optimizer, control);
    await algebra.perform(endStep, { pieces, losses: told, control, updates: true });
  });
  await recorded.repeat(steps);
  const found = await algebra.read(told);
  const because = 'float32 on a device, over so many steps';
  const exact = algebra.rounding < 1e-12;
  expectClose(
    losses.map((_, step) => found[step * MOST_PARTS]),
    losses,
    { relative: exact ? 1e-7 : 1e-4, because },
  );
  const trained = [...(await blocks.encoder.read()), ...(await blocks.decoder.read())];
  for (const [i, wanted] of weights.entries()) {
    const sample = wanted.map((_, at) => trained[i][at * 37]);
    expectClose(sample, wanted, { absolute: exact ? 1e-6 : 1e-4, because });
  }
}

/** See `convolved` of make_networks.py. */
interface Convolved {
  readonly loss: number;
  readonly gradients: readonly (readonly number[])[];
}

async function convolve(algebra: Algebra, { loss, gradients }: Convolved): Promise<void> {
  const image = { down: 7, across: 6, channels: 2 };
  const first = {
    ...{ image, kernel: [3, 3] as const, stride: 2, padding: 'same' as const, filters: 5 },
    activation: 'selu' as const,
  };
  const convolution = new Convolution(first);
  const second = {
    ...{ image: convolution.made, kernel: [2, 3] as const, stride: 1, padding: 'valid' as const },
    ...{ filters: 4, activation: 'tanh' as const },
  };
  const layers = [
    ...[asPixels(image), convolution, new Convolution(second)],
    ...[new TransposedConvolution(second), asRows(convolution.made)],
    ...[asPixels(convolution.made)],
    ...[new TransposedConvolution({ ...first, activation: 'linear' }), asRows(image)],
  ];
  const places = [0, 1, 3, 2];
  const shapes = layers.flatMap(({ parameters }) => parameters);
  const weights = shapes.map(({ name, rows, columns }, i) => {
    const at = places[Math.floor(i / 2)];
    return pattern(rows, columns, (name === 'bias' ? 91 : 67) + at);
  });
  const block = await ParameterBlock.create(algebra, layers, weights, true);
  const network = chain(layers);
  const [images, columns] = [3, network.inputs];
  const open = await openChain(network, {
    ...{ algebra, rows: images, parametersOf: parametersIn([block]), adds: () => false },
  });
  const values = pattern(images, columns, 41).map((value) => 2 * value);
  const x = await algebra.matrix(images, columns, values);
  const [gradient, parts] = [
    await algebra.matrix(images, columns),
    await algebra.matrix(1, columns),
  ];
  const y = await open.forward(x);
  const weight = 1 / (images * columns);
  await algebra.perform(squaredError, { y, x, weight, gradient, loss: parts });
  await open.backward(gradient, false);
  const relative = algebra.rounding < 1e-12 ? 1e-7 : 1e-4;
  const because = 'float32 on a device';
  const sums = await algebra.read(parts);
  const found = Array.from(sums).reduce((sum, value) => sum + value, 0);
  expectClose([found], [loss], { relative, because });
  const learnt = layers.flatMap((layer) => block.of(layer)!.gradients!);
  const largest = Math.max(...gradients.flat().map(Math.abs));
  for (const [i, wanted] of gradients.entries()) {
    const absolute = relative * largest;
    expectClose(Array.from(await algebra.read(learnt[i])), wanted, { absolute, because });
  }
}

const convolutions = onAlgebra(
  "gradients of convolutions and their transposes are PyTorch's",
  async (algebra, { readFile }: ConformanceContext) => {
    const text = new TextDecoder().decode(await readFile('golden/networks.json'));
    await convolve(algebra, (JSON.parse(text) as { readonly convolved: Convolved }).convolved);
  },
);

const optimizers = Object.entries(RUNS).map(([name, run]) => ({
  ...onAlgebra(
    `an autoencoder's steps by ${name} are PyTorch's`,
    async (algebra, { readFile }: ConformanceContext) => {
      const text = new TextDecoder().decode(await readFile('golden/networks.json'));
      const golden = JSON.parse(text) as Readonly<Record<string, Trained>>;
      await follow(algebra, run, golden[name]);
    },
  ),
  ...(name === 'adam' ? { where: 'everywhere' as const } : {}),
}));

export const stepCases = [...optimizers, convolutions];
