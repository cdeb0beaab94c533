/**
 * What a linear read-out makes of features of CIFAR-10 images (Coates, Lee & Ng 2011):
 *
 *     node build/patch_features.mjs FILE.bin [--images 5000] [--train 4000] [--k 400] [--runtime cpu]
 *
 * FILE.bin has records of a label and 32 x 32 x 3 bytes, all red, all green, all blue. The read-out is a ridge
 * regression on the classes; the same is done with the pixels themselves.
 */
import console from 'node:console';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { patchFeatures } from '../dist/index.js';

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const RECORD = 1 + 3 * PIXELS;
const CLASSES = 10;
/** Of the regression, beside columns of variance 1: the best of these for the last fifth of the training images. */
const RIDGES = [0.03, 0.1, 0.3, 1];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '5000' },
    train: { type: 'string', default: '4000' },
    k: { type: 'string', default: '400' },
    runtime: { type: 'string' },
  },
});
const bytes = await readFile(positionals[0]);
const n = Math.min(Number(values.images), bytes.length / RECORD);
const train = Number(values.train);
const where = values.runtime ? { runtime: values.runtime } : {};
const labels = Array.from({ length: n }, (_, i) => bytes[i * RECORD]);
const images = labels.map((_, i) => {
  const data = new Uint8Array(3 * PIXELS);
  for (let p = 0; p < PIXELS; p++) {
    for (let c = 0; c < 3; c++) data[3 * p + c] = bytes[i * RECORD + 1 + c * PIXELS + p];
  }
  return { data, width: SIDE, height: SIDE, channels: 3 };
});

/** L of A = L L^T, in place, row by row. */
function factor(a, d) {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j];
      for (let p = 0; p < j; p++) sum -= a[i * d + p] * a[j * d + p];
      a[i * d + j] = i === j ? Math.sqrt(sum) : sum / a[j * d + j];
    }
  }
}

function solve(l, d, b) {
  for (let i = 0; i < d; i++) {
    for (let p = 0; p < i; p++) b[i] -= l[i * d + p] * b[p];
    b[i] /= l[i * d + i];
  }
  for (let i = d - 1; i >= 0; i--) {
    b[i] /= l[i * d + i];
    for (let p = 0; p < i; p++) b[p] -= l[i * d + p] * b[i];
  }
}

/** The share of rows [first, end) whose class a regression on the rows before `fit` tells. */
function accuracy(rows, d, fit, first, end, ridge) {
  const gram = new Float64Array(d * d);
  const sides = Array.from({ length: CLASSES }, () => new Float64Array(d));
  for (let i = 0; i < fit; i++) {
    const row = rows.subarray(i * d, (i + 1) * d);
    for (let a = 0; a < d; a++) {
      const value = row[a];
      for (let b = 0; b <= a; b++) gram[a * d + b] += value * row[b];
      for (let c = 0; c < CLASSES; c++) sides[c][a] += value * (labels[i] === c ? 0.9 : -0.1);
    }
  }
  for (let a = 0; a < d; a++) gram[a * d + a] += ridge * fit;
  factor(gram, d);
  for (const side of sides) solve(gram, d, side);
  let right = 0;
  for (let i = first; i < end; i++) {
    const scores = sides.map((side) => side.reduce((sum, w, a) => sum + w * rows[i * d + a], 0));
    if (scores.indexOf(Math.max(...scores)) === labels[i]) right++;
  }
  return right / (end - first);
}

/** Columns of mean 0 and variance 1 over the training images. */
function standardized(data, d) {
  const rows = Float64Array.from(data);
  for (let a = 0; a < d; a++) {
    let [mean, squares] = [0, 0];
    for (let i = 0; i < train; i++) mean += rows[i * d + a] / train;
    for (let i = 0; i < train; i++) squares += (rows[i * d + a] - mean) ** 2 / train;
    const scale = 1 / Math.sqrt(squares + 1e-9);
    for (let i = 0; i < n; i++) rows[i * d + a] = (rows[i * d + a] - mean) * scale;
  }
  return rows;
}

function report(name, data, d) {
  const rows = standardized(data, d);
  const held = Math.floor(train * 0.8);
  const tried = RIDGES.map((ridge) => accuracy(rows, d, held, held, train, ridge));
  const ridge = RIDGES[tried.indexOf(Math.max(...tried))];
  const share = accuracy(rows, d, train, train, n, ridge);
  console.log(`${name}: ${(100 * share).toFixed(1)} % of ${n - train} images (ridge ${ridge})`);
}

let start = performance.now();
const model = await patchFeatures(images.slice(0, train), { k: Number(values.k), ...where });
console.log(`dictionary: ${((performance.now() - start) / 1000).toFixed(1)} s on ${model.engine}`);
start = performance.now();
const { data, shape } = await model.transform(images, where);
console.log(`features: ${((performance.now() - start) / 1000).toFixed(1)} s`);
report(`${shape[1]} features`, data, shape[1]);
const small = Float32Array.from({ length: n * 192 }, (_, at) => {
  // Means of 4 x 4 pixels, of which a regression has no more columns than it can bear.
  const [i, rest] = [Math.floor(at / 192), at % 192];
  const [c, x, y] = [rest % 3, Math.floor(rest / 3) % 8, Math.floor(rest / 24)];
  let sum = 0;
  for (let p = 0; p < 16; p++) {
    sum += images[i].data[3 * ((4 * y + (p >> 2)) * SIDE + 4 * x + (p & 3)) + c];
  }
  return sum / 16;
});
report('pixels', small, 192);
process.exit();
