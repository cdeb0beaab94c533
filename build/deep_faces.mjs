/**
 * Measures deep subspace clustering of ORL's faces: `node build/deep_faces.mjs FOLDER [seeds] [method]`, where FOLDER holds
 * orl_32x32.npy and orl_labels.npy, which are not part of the project; after a build, on the adapter that Dawn finds.
 */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clusteringAccuracy, createRuntime, deepSubspaceClustering } from '../dist/index.js';

const [folder, seeds = '0,1,2', only] = process.argv.slice(2);
const ARRAYS = { '|u1': Uint8Array, '<i8': BigInt64Array, '<i4': Int32Array };

function npy(name) {
  const bytes = readFileSync(`${folder}/${name}.npy`);
  const end = 10 + bytes.readUInt16LE(8);
  const head = bytes.toString('latin1', 10, end);
  const [, type] = /'descr': '([^']+)'/.exec(head);
  const shape = /'shape': \(([^)]*)\)/.exec(head)[1].split(',').filter(Boolean).map(Number);
  return { data: new ARRAYS[type](Uint8Array.from(bytes.subarray(end)).buffer), shape };
}

const faces = npy('orl_32x32');
const truth = Array.from(npy('orl_labels').data, Number);
const runtime = await createRuntime();
const METHODS = {
  dscnet: { image: { width: 32, height: 32 } },
  party: {},
};
for (const [method, options] of Object.entries(METHODS)) {
  if (only && only !== method) continue;
  for (const seed of seeds.split(',').map(Number)) {
    const start = performance.now();
    const { labels, plainLabels, engine, warnings } = await deepSubspaceClustering(faces, {
      ...{ k: 40, method, ...options, seed, runtime },
    });
    const [withIt, without] = [labels, plainLabels].map((found) =>
      (100 * clusteringAccuracy(truth, found)).toFixed(1),
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(
      `${method}, seed ${seed}: ACC ${withIt} %, without post-processing ${without} %; ${seconds} s on ${engine}`,
      ...warnings,
    );
  }
}
// Dawn's devices keep a process alive.
process.exit();
