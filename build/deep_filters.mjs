/**
 * Measures convolutional transform learning of handwritten digits: `node build/deep_filters.mjs FOLDER [seeds] [options as
 * JSON]`, where FOLDER holds mfeat_pixels_240.npy and mfeat_labels.npy (UCI Multiple Features); after a build, on the
 * adapter that Dawn finds.
 */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import {
  clusteringAccuracy,
  convolutionalTransformLearning,
  createRuntime,
  kmeans,
} from '../dist/index.js';

const [folder, seeds = '0,1,2', options = '{}'] = process.argv.slice(2);
const ARRAYS = { '<f4': Float32Array, '<i8': BigInt64Array, '<i4': Int32Array, '|u1': Uint8Array };

function npy(name) {
  const bytes = readFileSync(`${folder}/${name}.npy`);
  const end = 10 + bytes.readUInt16LE(8);
  const head = bytes.toString('latin1', 10, end);
  const [, type] = /'descr': '([^']+)'/.exec(head);
  const shape = /'shape': \(([^)]*)\)/.exec(head)[1].split(',').filter(Boolean).map(Number);
  return { data: new ARRAYS[type](Uint8Array.from(bytes.subarray(end)).buffer), shape };
}

const digits = npy('mfeat_pixels_240');
const truth = Array.from(npy('mfeat_labels').data, Number);
const runtime = await createRuntime();
const percent = (labels) => (100 * clusteringAccuracy(truth, labels)).toFixed(1);
for (const seed of seeds.split(',').map(Number)) {
  const plain = await kmeans(digits, { k: 10, nInit: 20, seed, runtime });
  const start = performance.now();
  const model = await convolutionalTransformLearning(digits, {
    ...{ image: { width: 15, height: 16 }, k: 10, seed, runtime },
    ...JSON.parse(options),
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `seed ${seed}: K-means ${percent(plain.labels)} %, of filters' features ${percent(model.labels)} %; ` +
      `smallest singular values ${[...model.smallestSingularValues].map((s) => s.toFixed(3)).join(', ')}; ` +
      `loss ${model.history[0].loss.toPrecision(4)} to ${model.history.at(-1).loss.toPrecision(4)}; ` +
      `${seconds} s on ${model.engine}`,
    ...model.warnings,
  );
}
// Dawn's devices keep a process alive.
process.exit();
