/** Clusters and decomposes the images off the page's thread. */
import { formatNumber } from '../../src/cli/format.js';
import { type KMeansModel, pca, type PcaModel } from '../../src/index.js';
import { fit } from '../data/fit.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import {
  type Centroids,
  CLASSES,
  type ClusterResult,
  type ClusterSettings,
  type ClusterUpdate,
  COMPONENTS,
  type Components,
  type DigitsJobs,
  PIXELS,
  type Reconstruction,
} from './jobs.js';
import { type Digits, readDigits } from './sample.js';

let sample: Digits = { data: new Float32Array(0), digits: new Uint8Array(0) };
let components: PcaModel | undefined;

async function load(png: Blob): Promise<number> {
  sample = await readDigits(png);
  return sample.digits.length;
}

function rowsOf({ data, digits }: Digits, rows: readonly number[]): Digits {
  const taken = new Float32Array(rows.length * PIXELS);
  rows.forEach((row, at) => {
    taken.set(data.subarray(row * PIXELS, (row + 1) * PIXELS), at * PIXELS);
  });
  return { data: taken, digits: Uint8Array.from(rows, (row) => digits[row]) };
}

function centroidsOf(model: KMeansModel, digits: Uint8Array, digit?: number): Centroids {
  const votes = Array.from({ length: model.k }, () => new Uint32Array(CLASSES));
  model.labels.forEach((label, row) => votes[label][digits[row]]++);
  const most = Uint32Array.from(votes, (counts) => Math.max(...counts));
  return {
    ...(digit !== undefined && { digit }),
    images: Float32Array.from(model.centroids.data),
    counts: model.counts,
    digits: Uint8Array.from(votes, (counts, c) => counts.indexOf(most[c])),
    most,
  };
}

async function cluster(
  { perClass, k, seed, live }: ClusterSettings,
  { signal, runtime, onProgress, send }: JobContext<ClusterUpdate>,
): Promise<ClusterResult> {
  const parts = perClass ? Array.from({ length: CLASSES }, (_, digit) => digit) : [undefined];
  const done: Centroids[] = [];
  const total = { inertia: 0, iterations: 0, milliseconds: 0, engine: '' };
  for (const digit of parts) {
    const which = digit === undefined ? '' : `Digit ${digit}: `;
    onProgress({ value: digit ?? 0, max: parts.length, text: `${which}choosing where to start` });
    const rows = [...sample.digits.keys()].filter(
      (row) => digit === undefined || sample.digits[row] === digit,
    );
    const { data, digits } = digit === undefined ? sample : rowsOf(sample, rows);
    const { model, history, milliseconds } = await fit(
      { data, shape: [rows.length, PIXELS] },
      { method: { method: 'kmeans', metric: 'euclidean' }, k, seed, live },
      {
        signal,
        runtime,
        onIteration: ({ iteration, maxIter, objective, model: shown }) => {
          onProgress({
            value: digit ?? iteration,
            max: digit === undefined ? maxIter : parts.length,
            text: `${which}iteration ${iteration}, objective ${formatNumber(objective)}`,
          });
          send({
            ...(digit !== undefined && { digit }),
            objective,
            ...(shown && { centroids: centroidsOf(shown as KMeansModel, digits, digit) }),
          });
        },
      },
    );
    const { inertia, engine } = model as KMeansModel;
    done.push(centroidsOf(model as KMeansModel, digits, digit));
    total.inertia += inertia;
    total.iterations += history.length;
    total.milliseconds += milliseconds;
    total.engine = engine;
  }
  const right = done.flatMap(({ most }) => [...most]).reduce((sum, count) => sum + count, 0);
  return { ...total, centroids: done, purity: right / sample.digits.length };
}

async function findComponents(
  _: undefined,
  { signal, runtime, onProgress }: JobContext,
): Promise<Components> {
  onProgress({ value: 0.3, max: 1, text: `Finding ${COMPONENTS} components of 784 columns` });
  const start = performance.now();
  const { data, digits } = sample;
  const model = await pca(
    { data, shape: [digits.length, PIXELS] },
    { nComponents: COMPONENTS, signal, runtime },
  );
  const milliseconds = performance.now() - start;
  components = model;
  const images = new Float32Array((1 + COMPONENTS) * PIXELS);
  images.set(model.mean);
  images.set(model.components.data, PIXELS);
  const { explainedVarianceRatio, engine } = model;
  return { images, explainedVarianceRatio, engine, milliseconds };
}

async function reconstruct(
  { rows, count }: { readonly rows: readonly number[]; readonly count: number },
  { signal, runtime }: JobContext,
): Promise<Reconstruction> {
  if (!components) throw new Error('There are no components yet; find them first.');
  const { data: originals } = rowsOf(sample, rows);
  const points = { data: originals, shape: [rows.length, PIXELS] } as const;
  const { data } = await components.reconstruct(points, count, { signal, runtime });
  const squares = originals.reduce((sum, value, at) => sum + (value - data[at]) ** 2, 0);
  return { originals, reconstructed: data, squaredError: squares / originals.length };
}

serveJobs<DigitsJobs>({ load, cluster, findComponents, reconstruct });
