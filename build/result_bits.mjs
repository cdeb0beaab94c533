/**
 * The bits of what every method answers, so that a rebuild can be held against what was before:
 *   node build/result_bits.mjs FILE           records them, of the runtime 'cpu' and the device
 *   node build/result_bits.mjs FILE --check   compares, prints what differs, and exits with 1 where something does
 * The device is what the environment offers (VK_ICD_FILENAMES and so on). Needs `npm run build`.
 */
import console from 'node:console';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import {
  bayesianGaussianMixture,
  createRuntime,
  gaussianMixture,
  kmeans,
  miniBatchKMeans,
  pca,
} from '../dist/index.js';

/** Sums and differences of whole numbers over a power of two: the same on every machine. */
function rows(n, d, groups, seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  };
  const normal = () => (next() + next() + next() + next() - 2 ** 17) / 2 ** 15;
  const centres = Array.from({ length: groups * d }, () => 4 * normal());
  const data = Float32Array.from({ length: n * d }, (_, i) => {
    const group = Math.floor(i / d) % groups;
    return centres[group * d + (i % d)] + normal();
  });
  return { data, shape: [n, d] };
}

const narrow = rows(600, 3, 5, 1);
const four = rows(600, 4, 5, 2);
const medium = rows(900, 12, 8, 3);
const wide = rows(500, 100, 20, 4);
const whole = { data: Uint8Array.from(narrow.data, (x) => 100 + 8 * x), shape: narrow.shape };
const sampleWeight = Float64Array.from({ length: 900 }, (_, i) => i % 4);
const given = { data: Array.from(medium.data.subarray(0, 12 * 6)), shape: [6, 12] };

const cases = {};
const add = (name, points, fit, ask) => {
  cases[name] = async (runtime) => {
    const model = await fit(points, runtime);
    return [JSON.stringify(model.toJSON()), ...(await ask(model, points))];
  };
};
const ofClusters = async (model, points) => [
  model.labels ?? '',
  await model.predict(points),
  await model.transform(points),
];
const kmeansCase = (name, points, options) => {
  add(`kmeans ${name}`, points, (x, runtime) => kmeans(x, { ...options, runtime }), ofClusters);
};
for (const algorithm of ['lloyd', 'bounded', 'auto']) {
  kmeansCase(`${algorithm} narrow`, narrow, { k: 5, algorithm });
  kmeansCase(`${algorithm} four`, four, { k: 18, algorithm });
  kmeansCase(`${algorithm} medium`, medium, { k: 40, algorithm, seed: 3 });
  kmeansCase(`${algorithm} wide`, wide, { k: 20, algorithm });
  kmeansCase(`${algorithm} whole`, whole, { k: 7, algorithm });
}
for (const init of ['k-means++', 'k-means||', 'random']) {
  kmeansCase(init, medium, { k: 8, init, nInit: 3 });
}
kmeansCase('given', medium, { k: 6, init: given, sampleWeight });
kmeansCase('cosine', wide, { k: 9, metric: 'cosine' });
kmeansCase('float16', medium, { k: 9, storage: 'float16' });
add(
  'mini-batch',
  medium,
  (x, runtime) => miniBatchKMeans(x, { k: 8, batchSize: 128, maxIter: 5, runtime }),
  ofClusters,
);
const ofMixture = async (model, points) => [
  await model.predict(points),
  await model.predictProba(points),
  await model.scoreSamples(points),
];
for (const covarianceType of ['full', 'tied', 'diag', 'spherical']) {
  for (const [name, points] of Object.entries({ narrow, medium })) {
    const options = { k: 5, covarianceType, maxIter: 20 };
    add(
      `mixture ${covarianceType} ${name}`,
      points,
      (x, runtime) => gaussianMixture(x, { ...options, runtime }),
      ofMixture,
    );
    add(
      `variational ${covarianceType} ${name}`,
      points,
      (x, runtime) => bayesianGaussianMixture(x, { ...options, runtime }),
      ofMixture,
    );
  }
}
add(
  'mixture weighted',
  medium,
  (x, runtime) => gaussianMixture(x, { k: 4, sampleWeight, nInit: 2, runtime }),
  ofMixture,
);
for (const solver of ['covariance', 'deflation', 'randomized', 'incremental']) {
  for (const [name, points] of Object.entries({ medium, wide })) {
    add(
      `pca ${solver} ${name}`,
      points,
      (x, runtime) => pca(x, { nComponents: 4, solver, whiten: name === 'wide', runtime }),
      async (model, x) => [await model.transform(x)],
    );
  }
}

const bytesOf = (value) => {
  if (typeof value === 'string') return value;
  const data = 'data' in value ? value.data : value;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

async function record() {
  const device = await createRuntime({ tuning: 'off' });
  const bits = {};
  for (const [engine, runtime] of Object.entries({ cpu: 'cpu', device })) {
    for (const [name, run] of Object.entries(cases)) {
      let result;
      try {
        const hash = createHash('sha256');
        for (const part of await run(runtime)) hash.update(bytesOf(part));
        result = hash.digest('hex').slice(0, 16);
      } catch (error) {
        result = `${error.name}: ${error.message}`;
      }
      bits[`${engine}: ${name}`] = result;
    }
  }
  return bits;
}

const [file, check] = process.argv.slice(2);
const found = await record();
const names = Object.keys(found);
if (check === '--check') {
  const before = JSON.parse(readFileSync(file, 'utf8'));
  const others = names.filter((name) => found[name] !== before[name]);
  for (const name of others) console.log(`${name}: ${before[name]} -> ${found[name]}`);
  console.log(`${names.length - others.length} of ${names.length} the same`);
  process.exitCode = others.length > 0 ? 1 : 0;
} else {
  writeFileSync(file, `${JSON.stringify(found, undefined, 1)}\n`);
  console.log(`${names.length} recorded`);
}
// Dawn's devices keep a process alive.
process.exit();
