/**
 * Makes docs/subspace.md: subspace clustering of faces and digits, with its figures. `npm run docs:subspace -- --mnist
 * [cpu] [IMAGES]` makes anew the part about digits, or prints its
 * figures of so many images; `npm run docs:subspace -- FOLDER [cpu]` that about faces, where FOLDER holds orl_32x32.npy, orl_labels.npy, yaleb_48x42_subjects_1_to_10.npy and
 * yaleb_labels.npy (a face a row, in bytes), which are not part of the project. On the adapter that Dawn finds,
 * or in float64 on the CPU. Fails where a figure falls short.
 */
import console from 'node:console';
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import * as prettier from 'prettier';
import {
  clusteringAccuracy,
  createRuntime,
  normalizedMutualInformation,
  selfExpressionError,
  sparsity,
  spectralClustering,
  subspaceClustering,
} from '../dist/index.js';
import { mnistSection } from './subspace_mnist.mjs';

const [folder, ...given] = process.argv.slice(2);
const engine = given.find((word) => word === 'cpu');
const digits = given.find((word) => word !== 'cpu');
const FILE = 'docs/subspace.md';
const DIGITS = '## Digits';
/** Written by hand. */
const SPEED = '## Speed';
const SEEDS = [0, 1, 2, 3, 4];
const REGULARIZED = { regularization: 0.4 };
/** Pairs of the ten subjects, drawn once. */
const PAIRS = '1-2 1-6 1-9 2-5 2-8 3-4 3-10 4-7 5-9 6-8 7-10 8-9'.split(' ');
const ARRAYS = { '|u1': Uint8Array, '<i8': BigInt64Array, '<i4': Int32Array };

function npy(name) {
  const bytes = readFileSync(`${folder}/${name}.npy`);
  const end = 10 + bytes.readUInt16LE(8);
  const head = bytes.toString('latin1', 10, end);
  const [, type] = /'descr': '([^']+)'/.exec(head);
  const shape = /'shape': \(([^)]*)\)/.exec(head)[1].split(',').filter(Boolean).map(Number);
  return { data: new ARRAYS[type](Uint8Array.from(bytes.subarray(end)).buffer), shape };
}

const faces = (name, labels) => ({ rows: npy(name), truth: Array.from(npy(labels).data, Number) });
const runtime = engine === 'cpu' ? 'cpu' : await createRuntime();

const [measured, speed] = readFileSync(FILE, 'utf8').split(SPEED);
const [faceText, digitText = ''] = measured.split(DIGITS);

/** @param digits the part about digits without its heading, empty where there is none */
async function write(faces, digits) {
  const text = `${faces}${digits && `\n${DIGITS}${digits}`}\n${SPEED}${speed}`;
  const config = await prettier.resolveConfig(FILE);
  writeFileSync(FILE, await prettier.format(text, { ...config, filepath: FILE }));
  console.log(`wrote ${FILE}`);
  // Dawn's devices keep a process alive.
  process.exit();
}

if (folder === '--mnist') {
  const section = await mnistSection(runtime, digits && Number(digits));
  if (digits) process.exit();
  await write(faceText, section);
}

const percent = (share) => (100 * share).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const lines = [];

async function row(data, { rows, truth }, k, options, least) {
  const start = performance.now();
  const [first, ...others] = SEEDS;
  const model = await subspaceClustering(rows, { k, ...options, seed: first, runtime });
  const seconds = (performance.now() - start) / 1000;
  const { coefficients, affinity } = model;
  // A seed decides of the cut alone.
  const { regularization = options.method === 'omp' ? 0.4 : 0 } = options;
  const cut = { k, affinity: 'precomputed', laplacian: 'ngJordanWeiss', regularization, runtime };
  const models = [model];
  for (const seed of others) models.push(await spectralClustering(affinity, { ...cut, seed }));
  const accuracies = models.map(({ labels }) => clusteringAccuracy(truth, labels));
  const information = models.map(({ labels }) => normalizedMutualInformation(truth, labels));
  const accuracy = mean(accuracies);
  if (least !== undefined && 100 * accuracy < least) process.exitCode = 1;
  const text = Object.entries(options).map(([name, value]) => `${name}: ${value}`);
  const line = [
    ...[data, `\`${text.join(', ')}\``, percent(accuracy), percent(Math.min(...accuracies))],
    ...[least ?? '', percent(mean(information)), percent(selfExpressionError(coefficients, truth))],
    ...[sparsity(coefficients).toFixed(0), seconds.toFixed(1)],
  ];
  console.log(line.join(' | '));
  lines.push(line);
}

const orl = faces('orl_32x32', 'orl_labels');
await row('ORL', orl, 40, { method: 'ssc', alpha: 20, ...REGULARIZED }, 72);
await row('ORL', orl, 40, { method: 'ssc', alpha: 20, iteration: 'matlab' });
await row('ORL', orl, 40, { method: 'omp', nNonzero: 5 }, 69);
await row('ORL', orl, 40, { method: 'omp', nNonzero: 5, regularization: 0 });
await row('ORL', orl, 40, { method: 'elasticNet', ...REGULARIZED });
await row('ORL', orl, 40, { method: 'lsr', lambda: 0.1, ...REGULARIZED }, 70);
await row('ORL', orl, 40, {
  method: 'lsr',
  lambda: 0.1,
  affinity: 'dscNet',
  dimension: 3,
  power: 1,
  ...REGULARIZED,
});
await row('ORL', orl, 40, { method: 'lrsc', lambda: 0.1, ...REGULARIZED });
const yale = faces('yaleb_48x42_subjects_1_to_10', 'yaleb_labels');
await row('Yale B, 10', yale, 10, { method: 'omp', nNonzero: 5 }, 82);
await row('Yale B, 10', yale, 10, { method: 'elasticNet', ...REGULARIZED });
await row('Yale B, 10', yale, 10, { method: 'lsr', lambda: 0.004, ...REGULARIZED });

const errors = [];
const d = yale.rows.shape[1];
const subjects = [...new Set(yale.truth)];
for (const pair of PAIRS) {
  const chosen = pair.split('-').map((number) => subjects[number - 1]);
  const members = [...yale.truth.keys()].filter((i) => chosen.includes(yale.truth[i]));
  const data = Uint8Array.from(
    members.flatMap((i) => [...yale.rows.data.subarray(i * d, (i + 1) * d)]),
  );
  const { labels, iterations } = await subspaceClustering(
    { data, shape: [members.length, d] },
    { k: 2, method: 'ssc', outliers: true, runtime },
  );
  const truth = members.map((i) => yale.truth[i]);
  errors.push(1 - clusteringAccuracy(truth, labels));
  console.log(`${pair}: ${percent(errors.at(-1))} % after ${iterations} iterations`);
}
if (100 * mean(errors) > 1.5) process.exitCode = 1;

const heads = [
  'faces',
  'options',
  'ACC, %',
  'worst',
  'asked',
  'NMI, %',
  'error, %',
  'coefficients',
  's',
];
const table = [heads, heads.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`);
const text = `# Subspace clustering of faces and digits

## Faces

Faces of one person under changing light lie near a subspace of few dimensions. ORL: 400 faces of 40 persons, 32 x
32; Yale B: 640 faces of 10 persons under 64 lights, 48 x 42, raw pixels. Neither set is part of the project.

\`ACC\` is the mean of \`clusteringAccuracy\` over the seeds ${SEEDS.join(', ')}, \`worst\` the lowest; \`asked\` what the mean
must reach. \`error\` is \`selfExpressionError\`: how much of the coefficients lies on other persons; \`coefficients\`
how many a face has; \`s\` the time of a fit. All other options are the defaults; of \`'omp'\`
\`regularization\` is 0.4, unless a row says otherwise. It serves these faces, not rows of few columns. Made by \`npm run docs:subspace -- FOLDER\` on ${runtime === 'cpu' ? 'the CPU in float64' : runtime.info.description}.

${table.join('\n')}

Yale B by pairs of persons, \`{ k: 2, method: 'ssc', outliers: true }\` (asked: a mean error of 1.5 % at most): a mean error
of **${percent(mean(errors))} %**.

| pair | ${PAIRS.join(' | ')} |
| --- | ${PAIRS.map(() => '---').join(' | ')} |
| error, % | ${errors.map(percent).join(' | ')} |
`;
await write(text, digitText);
