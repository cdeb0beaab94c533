import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import {
  featureMaps,
  FeatureNetwork,
  invertFeatures,
  NetworkFileError,
  randomFilters,
  readOnnx,
  readTfjsModel,
  synthesizeTexture,
  textureLoss,
  transferStyle,
} from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';
import { Convolution } from '../../src/networks/convolution.js';
import { type Piece, piecesOf } from '../../src/networks/images.js';
import { type FeatureLayer, inputOf } from '../../src/networks/feature_network.js';
import { hostAlgebra } from '../../src/ops/algebra/host_algebra.twin.js';
import { Objective, type ObjectivePlan, totalOf } from '../../src/methods/textures/objective.js';

const runtime = 'cpu' as const;
const random = createRandom(4);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random.next() - 1);
const symmetric = (n: number) => {
  const half = numbers(n * n);
  return half.map((value, at) => value + half[(at % n) * n + Math.floor(at / n)]);
};
const picture = (value: (x: number, y: number) => number, side = 16) => ({
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
  {
    name: 'b',
    from: ['a'],
    kind: 'scale',
    scale: numbers(3),
    shift: numbers(3),
    activation: 'relu',
  },
  { name: 'ab', from: ['a', 'b', 'a'], kind: 'concatenation' },
  {
    ...{ name: 'b2', from: ['ab'], kind: 'convolution', kernel: [1, 1], stride: 1, filters: 3 },
    ...{
      padding: 'same',
      weights: numbers(9 * 3).map((weight) => weight / 3),
      activation: 'linear',
    },
  },
  { name: 'c', from: ['a', 'b2'], kind: 'sum', activation: 'leakyRelu' },
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
      { layer: 'b', kind: 'style', weight: 0.7, wanted: symmetric(3) },
      { layer: 'g', kind: 'style', weight: 1.3, wanted: symmetric(4) },
      { layer: 'f', kind: 'content', weight: 0.4, wanted: numbers(48) },
      { layer: 'f', kind: 'style', weight: 0.2, wanted: symmetric(3) },
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

describe('a large picture', () => {
  test.each([
    [1, 5, 2],
    [2, 5, 1],
    [2, 1, 0],
    [3, 4, 3],
  ])(
    'is cut into lines that see all that they saw, stride %i, kernel %i',
    (stride, kernel, top) => {
      const [down, across, windowsAcross] = [41, 6, 4];
      const windowsDown = Math.floor((down + 2 * top - kernel) / stride) + 1;
      const windows = {
        ...{ down, across, channels: 3, kernelDown: kernel, kernelAcross: 3, stride },
        ...{ windowsDown, windowsAcross, top, left: 0 },
      };
      const { forward, backward, most } = piecesOf(1, windows, 5, 300);
      expect(forward.length).toBeGreaterThan(2);
      /** Which line of pixels a line of windows begins on, as pieces tell it and as it is. */
      for (const { windows: some, places, pixels } of [...forward, ...backward]) {
        expect(places.count).toBeLessThanOrEqual(most);
        expect([places.count, pixels.count]).toEqual([
          some.windowsDown * windowsAcross,
          some.down * across,
        ]);
        expect(pixels.first / across - some.top).toBe(
          stride * (places.first / windowsAcross) - top,
        );
      }
      const lines = (pieces: readonly Piece[], part: 'places' | 'pixels', width: number) =>
        pieces.flatMap(({ [part]: { first, count } }) =>
          Array.from({ length: count / width }, (_, i) => first / width + i),
        );
      expect(lines(forward, 'places', windowsAcross)).toEqual([...Array(windowsDown).keys()]);
      expect(lines(backward, 'pixels', across)).toEqual([...Array(down).keys()]);
      for (const { windows: some, places, pixels } of backward) {
        expect(some.top).toBeGreaterThanOrEqual(0);
        const [from, first] = [places.first / windowsAcross, pixels.first / across];
        for (let w = 0; w < windowsDown; w++) {
          const sees = stride * w - top + kernel > first && stride * w - top < first + some.down;
          if (sees) expect(w >= from && w < from + some.windowsDown).toBe(true);
        }
      }
    },
  );

  test('goes through a layer by some lines at a time', async () => {
    const channels = 12;
    const algebra = hostAlgebra();
    const image = { down: 121, across: 120, channels };
    const layer = new Convolution({
      ...{ image, kernel: [5, 5], stride: 1, padding: 'same', filters: 3, activation: 'relu' },
      hasBias: false,
    });
    const pixels = image.down * image.across;
    const weight = await algebra.matrix(25 * channels, 3, numbers(75 * channels));
    const x = numbers(channels * pixels);
    /** As one of two it is whole. */
    const through = async (images: number) => {
      const open = await layer.open({
        ...{ algebra, rows: images, isFrozen: true },
        ...{ parametersOf: () => ({ values: [weight] }), adds: () => false },
      });
      const batch = Float32Array.from({ length: images * x.length }, (_, at) => x[at % x.length]);
      const y = await open.forward(await algebra.matrix(images * pixels, channels, batch));
      const made = (await algebra.read(y)).slice(0, (y.rows / images) * 3);
      const slope = made.map((_, at) => ((at * 7) % 11) - 5);
      const slopes = Float32Array.from(
        { length: images * slope.length },
        (_, at) => slope[at % slope.length],
      );
      const gradient = await algebra.matrix(y.rows, 3, slopes);
      const passed = await algebra.read((await open.backward(gradient, true))!);
      return [made, passed.slice(0, x.length)];
    };
    expect(await through(1)).toEqual(await through(2));
    algebra.dispose();
  });
});

describe('synthesizeTexture', () => {
  const network = randomFilters({ filters: 4, channels: 1 });
  // On much smaller ones the largest filters see nothing but the border.
  const side = 24;
  const examples = {
    stripes: picture((x, y) => ((x + 2 * y) % 8 < 4 ? 220 : 30), side),
    checks: picture((x, y) => ((Math.floor(x / 4) + Math.floor(y / 4)) % 2 ? 200 : 50), side),
    grains: picture(() => 100 + random.below(60), side),
  };

  test.each(Object.entries(examples))('falls a thousandfold from noise: %s', async (_, example) => {
    const made = await synthesizeTexture(example, { network, maxIter: 100, runtime });
    const shuffled = { ...example, data: example.data.slice() };
    for (let i = shuffled.data.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [shuffled.data[i], shuffled.data[j]] = [shuffled.data[j], shuffled.data[i]];
    }
    const control = await textureLoss(shuffled, example, { network, runtime });
    expect(made.loss).toBeLessThan(made.startLoss / 1000);
    expect(made.loss).toBeLessThan(control);
  });
});

describe('invertFeatures', () => {
  const image = picture((x, y) => ((Math.floor(x / 4) + Math.floor(y / 4)) % 2 ? 200 : 50));
  const network = randomFilters({ filters: 4, channels: 1 });

  test('errs less with a smaller lambda, down to what the layer tells', async () => {
    const errors: number[] = [];
    for (const lambda of [1, 0.1, 0.01, 0]) {
      const how = { network, layer: 'side5', lambda, maxIter: 60, runtime };
      const { featureError, meanSquaredError } = await invertFeatures(image, how);
      expect(featureError).toBeLessThan(errors.at(-1) ?? 1);
      errors.push(featureError);
      if (lambda === 0) expect(meanSquaredError).toBeLessThan(1e-4);
    }
    expect(errors.at(-1)).toBeLessThan(1e-5);
  });

  test('of a deeper layer is a poorer picture', async () => {
    const deep = randomFilters({ filters: 4, channels: 1, depth: 3 });
    expect(deep.layerNames).toEqual(['layer1', 'means1', 'layer2', 'means2', 'layer3']);
    const of = (layer: string) =>
      invertFeatures(image, { network: deep, layer, lambda: 1e-4, maxIter: 25, runtime });
    const [near, far] = [await of('layer1'), await of('layer3')];
    expect(far.meanSquaredError).toBeGreaterThan(4 * near.meanSquaredError);
  });
});

describe('transferStyle', () => {
  const content = picture((x, y) => ((x - 8) ** 2 + (y - 8) ** 2 < 30 ? 230 : 40));
  const style = picture((x) => (x % 4 < 2 ? 200 : 60));
  const network = randomFilters({ filters: 4, channels: 1 });

  test('comes nearer to the style, and stays nearer to the content than the style is', async () => {
    const made = await transferStyle(content, style, {
      network,
      maxIter: 40,
      smoothness: 0.01,
      runtime,
    });
    const { losses } = made;
    expect(losses.style).toBeLessThan(
      (await textureLoss(content, style, { network, runtime })) / 4,
    );
    const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
    expect(apart(made.data, content.data)).toBeLessThan(apart(style.data, content.data));
    expect(made.loss).toBeCloseTo(losses.style + losses.content + losses.smoothness, 12);
  });

  test('says what is wrong', async () => {
    const none = { network, styleWeight: 0, contentWeight: 0, runtime };
    await expect(transferStyle(content, style, none)).rejects.toThrow(/both 0/);
    await expect(
      transferStyle(content, style, { network, contentLayers: ['x'], runtime }),
    ).rejects.toThrow(/contentLayers: the network has no layer 'x'; its layers are side3/);
    const odd = { ...content, data: content.data.slice(0, 15 * 16), height: 15 };
    await expect(transferStyle(odd, style, { network, runtime })).rejects.toThrow(/do not divide/);
    const start = { ...content, data: content.data.slice(0, 256 - 16), width: 15 };
    await expect(synthesizeTexture(content, { network, start, runtime })).rejects.toThrow(
      /start is 15 x 16 pixels, but the picture that is made 16 x 16/,
    );
    await expect(synthesizeTexture(content, { layerWeights: [1], runtime })).rejects.toThrow(
      /layerWeights has 1 numbers, but there are 8 layers/,
    );
    await expect(invertFeatures(content, { network, runtime } as never)).rejects.toThrow(
      /layer is missing/,
    );
  });
});

describe('readOnnx', () => {
  const read = (name: string) => readFile(new URL(`../golden/${name}`, import.meta.url));

  test('makes the features of PyTorch', async () => {
    const file = await read('features.onnx');
    const golden = JSON.parse((await read('features.json')).toString()) as {
      readonly picture: number[];
      readonly layers: Record<string, { readonly shape: number[]; readonly values: number[] }>;
    };
    const network = readOnnx(file);
    const image = { data: golden.picture, width: 8, height: 8, channels: 3 };
    const found = await featureMaps(image, network, { layers: ['a', 'c', 'd'], runtime });
    for (const { layer, data, shape, width, height } of found) {
      const expected = golden.layers[layer];
      expect([shape[0], height, width]).toEqual(expected.shape);
      data.forEach((value, at) => {
        expect(value).toBeCloseTo(expected.values[at], 5);
      });
    }
    expect(readOnnx(file, { until: 'a' }).layerNames).toEqual(['a']);
    // Red, green and blue the other way round.
    const turned = readOnnx(file, { bgr: true });
    const data = golden.picture.map(
      (_, at) => golden.picture[3 * Math.floor(at / 3) + 2 - (at % 3)],
    );
    const [a] = await featureMaps({ ...image, data }, turned, { layers: ['a'], runtime });
    a.data.forEach((value, at) => {
      expect(value).toBeCloseTo(golden.layers['a'].values[at], 5);
    });
  });

  test('refuses what is cut off, and says which layer is not read', async () => {
    const file = await read('features.onnx');
    for (const length of [0, 10, 500, file.length - 3]) {
      expect(() => readOnnx(file.subarray(0, length))).toThrow(NetworkFileError);
    }
    expect(() => readOnnx(new TextEncoder().encode('{"no": "protobuf"}'))).toThrow(
      NetworkFileError,
    );
    expect(() => readOnnx(file, { until: 'x' })).toThrow(/there is no layer 'x'; name a layer/);
  });
});

describe('readTfjsModel', () => {
  test('makes the features of TensorFlow.js', async () => {
    await tf.setBackend('cpu');
    const { layers } = tf;
    const input = tf.input({ shape: [8, 8, 3], name: 'picture' });
    const start = { kernelInitializer: 'glorotNormal', biasInitializer: 'randomNormal' } as const;
    const first = layers.conv2d({
      filters: 5,
      kernelSize: 3,
      padding: 'same',
      name: 'first',
      ...start,
    });
    const a = first.apply(input) as tf.SymbolicTensor;
    const norm = layers.batchNormalization({
      ...{ name: 'norm', gammaInitializer: 'randomUniform', betaInitializer: 'randomUniform' },
    });
    const b = layers.reLU({ name: 'b' }).apply(norm.apply(a)) as tf.SymbolicTensor;
    const depthwise = layers.depthwiseConv2d({
      ...{ kernelSize: [3, 2], padding: 'same', name: 'c', activation: 'tanh' },
      ...{
        depthwiseInitializer: 'glorotNormal',
        biasInitializer: 'randomNormal',
        depthMultiplier: 1,
      },
    });
    const c = layers
      .add({ name: 'sum' })
      .apply([...[depthwise.apply(b) as tf.SymbolicTensor, b]]) as tf.SymbolicTensor;
    const d = layers.maxPooling2d({ poolSize: 2, name: 'd' }).apply(c) as tf.SymbolicTensor;
    const e = layers
      .conv2d({ filters: 2, kernelSize: 3, strides: 2, name: 'e', activation: 'relu', ...start })
      .apply(d) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: [b, c, d, e] });
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler((artifacts) => {
        saved = artifacts;
        return Promise.resolve({
          modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
        });
      }),
    );
    const { modelTopology, weightSpecs, weightData } = saved!;
    const json = { modelTopology, weightsManifest: [{ paths: ['weights'], weights: weightSpecs }] };
    const network = readTfjsModel(json, weightData as ArrayBuffer);
    const data = Uint8Array.from({ length: 192 }, () => random.below(256));
    const found = await featureMaps({ data, width: 8, height: 8, channels: 3 }, network, {
      ...{ layers: ['b', 'sum', 'd', 'e'], runtime },
    });
    const outputs = model.predict(tf.tensor4d([...data].map((value) => value / 255), [1, 8, 8, 3])); // prettier-ignore
    (outputs as tf.Tensor[]).forEach((output, i) => {
      const { shape, data: own } = found[i];
      expect([found[i].height, found[i].width, shape[0]]).toEqual(output.shape.slice(1));
      output.dataSync().forEach((value, at) => {
        const [place, channel] = [Math.floor(at / shape[0]), at % shape[0]];
        expect(own[channel * shape[1] + place]).toBeCloseTo(value, 5);
      });
    });
    expect(() => readTfjsModel(json, new Uint8Array(8))).toThrow(/8 bytes, fewer/);
    expect(() => readTfjsModel({}, new Uint8Array(8))).toThrow(NetworkFileError);
  });

  test('reads a network that a package ships: ESRGAN, up to its upsampling', async () => {
    const folder = new URL(
      '../../node_modules/@upscalerjs/esrgan-slim/models/x4/',
      import.meta.url,
    );
    const json = JSON.parse(await readFile(new URL('model.json', folder), 'utf8')) as object;
    const weights = await readFile(new URL('group1-shard1of1.bin', folder));
    const network = readTfjsModel(json, weights);
    expect(network.layerNames.at(-1)).toBe('UPN3');
    const [width, height] = [9, 7];
    const data = Uint8Array.from({ length: 3 * width * height }, () => random.below(256));
    const layers = ['F_1_1_Relu', 'LRLs_Concat', 'UPN2_Relu'];
    const found = await featureMaps({ data, width, height, channels: 3 }, network, {
      ...{ layers, runtime },
    });
    await tf.setBackend('cpu');
    const { modelTopology, weightsManifest } = json as {
      readonly modelTopology: object;
      readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[];
    };
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    const weightData = new Uint8Array(weights).buffer;
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs, weightData }),
    );
    const outputs = layers.map((name) => model.getLayer(name).output as tf.SymbolicTensor);
    const until = tf.model({ inputs: model.inputs, outputs });
    const pixels = tf.tensor4d([...data].map((value) => value / 255), [1, height, width, 3]); // prettier-ignore
    (until.predict(pixels) as tf.Tensor[]).forEach((output, i) => {
      const [channels, places] = found[i].shape;
      expect([1, height, width, channels]).toEqual(output.shape);
      const theirs = Float32Array.from(output.dataSync());
      const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(0);
      theirs.forEach((value, at) => {
        const own = found[i].data[(at % channels) * places + Math.floor(at / channels)];
        // Sums of up to 1,600 terms in float32, layer after layer.
        expect(Math.abs(own - value)).toBeLessThan(1e-4 * largest);
      });
    });
  });
});
