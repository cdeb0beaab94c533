/** Data, fits and recomputations that the K-means suites share. */
import fc from 'fast-check';
import type {
  KMeansModel,
  KMeansOptions,
  Metric,
  Points,
  PointStream,
  Storage,
} from '../../../src/index.js';
import { createRandom } from '../../../src/math/random.js';
import type { ConformanceContext } from '../case.js';
import { expectEqual, expectThat } from '../expect.js';

/** n x d on the host, row-major. */
export interface Rows {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [rows: number, columns: number];
}

/** 2^-24: the largest relative error of one float32 operation. */
export const ROUNDING = 2 ** -24;

export const SEEDINGS = ['k-means++', 'k-means||', 'random'] as const;

/** A property's runs: few, as each is some fits on a slow engine, and the same every time. */
export function forAll<T>(
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
  numRuns = 12,
): Promise<void> {
  return fc.assert(fc.asyncProperty(arbitrary, holds), {
    seed: 20,
    numRuns,
    includeErrorInReport: true,
    // Also ends the search for a smaller counterexample.
    interruptAfterTimeLimit: 20_000,
    markInterruptAsFailure: true,
  });
}

/** A problem in which ties do not occur: normal clouds around k centres that overlap. */
export interface Clouds extends Rows {
  readonly data: Float32Array;
  readonly k: number;
}

/** Rows drawn around k centres: the centres from [-3, 3)^d, the rows within about 1 of theirs. */
export function clouds(n: number, d: number, k: number, seed: number): Clouds {
  const random = createRandom(seed);
  const centres = Float32Array.from({ length: k * d }, () => 6 * random.next() - 3);
  // A sum of three uniform numbers: nearly normal, and bounded.
  const noise = () => random.next() + random.next() + random.next() - 1.5;
  const data = Float32Array.from(
    { length: n * d },
    (_, at) => centres[(Math.floor(at / d) % k) * d + (at % d)] + noise(),
  );
  return { data, shape: [n, d], k };
}

/** Clouds of every small shape. */
export const someClouds: fc.Arbitrary<Clouds> = fc
  .record({
    n: fc.integer({ min: 8, max: 150 }),
    d: fc.integer({ min: 1, max: 9 }),
    k: fc.integer({ min: 1, max: 8 }),
    seed: fc.nat(1000),
  })
  .map(({ n, d, k, seed }) => clouds(n, d, k, seed));

/** Points that separate widely: row i belongs to blob i % k, whose neighbours are 16 away or more. */
export function blobs(n: number, d: number, k: number, seed: number): Clouds {
  const { data, shape } = clouds(n, d, 1, seed);
  return {
    data: data.map((value, at) => value + (at % d === 0 ? 16 * (Math.floor(at / d) % k) : 0)),
    shape,
    k,
  };
}

/** Rows `order` of a matrix, in that order. */
export function pick({ data, shape: [, d] }: Rows, order: ArrayLike<number>): Rows {
  const picked = new Float32Array(order.length * d);
  for (let i = 0; i < order.length; i++) {
    picked.set(data.subarray(order[i] * d, (order[i] + 1) * d), i * d);
  }
  return { data: picked, shape: [order.length, d] };
}

/** The first `count` rows. */
export const head = (rows: Rows, count: number): Rows =>
  pick(
    rows,
    Uint32Array.from({ length: count }, (_, i) => i),
  );

/** The numbers 0 to n - 1 in a random order. */
export function shuffled(n: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** `kmeans` on the case's engine. It must warn if, and only if, some cluster owns no row. */
export async function fit(
  { library, runtime, takeWarnings }: ConformanceContext,
  points: Points | PointStream,
  options: KMeansOptions,
): Promise<KMeansModel> {
  const model = await library.kmeans(points, { runtime, ...options });
  const used = model.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  expectEqual(
    takeWarnings().map((line) =>
      /kmeans: only (\d+) of (\d+) clusters owns? rows/.exec(line)?.slice(1),
    ),
    used < options.k ? [[String(used), String(options.k)]] : [],
    'warnings',
  );
  return model;
}

/** The bytes of all buffers that hold rows in one fit. */
export async function bytesOfRows(
  { library }: ConformanceContext,
  points: Rows,
  storage: Storage = 'float32',
): Promise<number> {
  const runtime = await library.createRuntime();
  try {
    const { device } = runtime;
    const create = device.createBuffer.bind(device);
    let bytes = 0;
    device.createBuffer = (descriptor) => {
      if (descriptor.label?.endsWith(': points')) bytes += descriptor.size;
      return create(descriptor);
    };
    await library.kmeans(points, { k: 2, maxIter: 2, init: head(points, 2), storage, runtime });
    return bytes;
  } finally {
    runtime.dispose();
  }
}

/** What a fit found, without how: to compare two models bit by bit. */
export function outcome({
  labels,
  centroids,
  inertia,
  iterations,
  converged,
  history,
  counts,
}: KMeansModel) {
  return { labels, centroids: centroids.data, inertia, iterations, converged, history, counts };
}

/**
 * The objective of labels and centroids in float64: the sum over the rows of weight times squared
 * distance ('cosine': 1 - cos).
 */
export function objective(
  { data, shape: [n, d] }: Rows,
  { centroids: { data: c }, labels }: Pick<KMeansModel, 'centroids' | 'labels'>,
  weights?: ArrayLike<number>,
  metric: Metric = 'euclidean',
): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const [x, centroid] = [i * d, labels[i] * d];
    let [squares, dot, xx, cc] = [0, 0, 0, 0];
    for (let j = 0; j < d; j++) {
      squares += (data[x + j] - c[centroid + j]) ** 2;
      dot += data[x + j] * c[centroid + j];
      xx += data[x + j] ** 2;
      cc += c[centroid + j] ** 2;
    }
    total += (weights?.[i] ?? 1) * (metric === 'cosine' ? 1 - dot / Math.sqrt(xx * cc) : squares);
  }
  return total;
}

/** The nearest centroid of each row in float64, the lowest on a tie. */
export function nearest({ data, shape: [n, d] }: Rows, centroids: Rows): Uint32Array {
  const [k] = centroids.shape;
  return Uint32Array.from({ length: n }, (_, i) => {
    let [best, label] = [Number.POSITIVE_INFINITY, 0];
    for (let c = 0; c < k; c++) {
      let squares = 0;
      for (let j = 0; j < d; j++) squares += (data[i * d + j] - centroids.data[c * d + j]) ** 2;
      if (squares < best) [best, label] = [squares, c];
    }
    return label;
  });
}

/** The sum over all columns of the squared distance to their mean: the scale of rounding errors. */
export function spread({ data, shape: [n, d] }: Rows): number {
  let total = 0;
  for (let j = 0; j < d; j++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) sum += data[i * d + j];
    for (let i = 0; i < n; i++) squares += (data[i * d + j] - sum / n) ** 2;
    total += squares;
  }
  return total;
}

/** Two labelings say the same if they differ by a renaming: the adjusted Rand index is then 1. */
export function expectSameClustering(actual: Uint32Array, expected: Uint32Array): void {
  const renamed = new Map<number, number>();
  const taken = new Set<number>();
  expectEqual(actual.length, expected.length, 'rows');
  actual.forEach((label, i) => {
    const name = renamed.get(label);
    if (name === undefined) {
      expectThat(!taken.has(expected[i]), `row ${i}: two clusters lie within one.`);
      renamed.set(label, expected[i]);
      taken.add(expected[i]);
    } else {
      expectEqual(expected[i], name, `row ${i}: the name of cluster ${label}`);
    }
  });
}

/** What a fit's inertia may be off by: float32 costs, added in float32 runs of at most 1,024. */
export const INERTIA = {
  relative: 1e-6,
  because: 'costs are float32, added in short float32 runs, the runs in float64',
  what: 'inertia',
} as const;
